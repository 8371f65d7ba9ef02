"""Creates the bucket for Terraform's state: the first step in an account. Terraform manages everything else."""
