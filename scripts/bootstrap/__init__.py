"""The first step in an account: the bucket that holds Terraform's state. Everything else is Terraform's."""
