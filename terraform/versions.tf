terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # The bucket, key and Region of the state are given at `init -backend-config=FILE` (environments/ENVIRONMENT.s3.tfbackend).
  # A scratch copy with its state beside it, as the demo's, adds a backend_override.tf: see README.md.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
