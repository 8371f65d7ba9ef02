# Region, credentials and, for the simulator, AWS_ENDPOINT_URL come from the environment: nothing here knows of a test.
provider "aws" {
  default_tags {
    tags = local.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
