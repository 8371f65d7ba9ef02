terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # Set the bucket, key and Region of the state with `init -backend-config=FILE` (environments/ENVIRONMENT.s3.tfbackend).
  # A copy that keeps its own state, such as the demo's, adds a backend_override.tf.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
