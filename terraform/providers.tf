# Region, credentials and, for the simulator, AWS_ENDPOINT_URL come from the environment: nothing here knows of a test.
provider "aws" {
  default_tags {
    tags = local.tags
  }
}

# Both ask before anything is made: settings of one environment must not land in the account or Region of another.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = var.account_id == null || self.account_id == var.account_id
      error_message = "These settings are for account ${coalesce(var.account_id, "any")}, the credentials are of ${self.account_id}. Choose the other account, or the other file of settings."
    }
  }
}

data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = var.region == null || self.id == var.region
      error_message = "These settings are for ${coalesce(var.region, "any Region")}, AWS_REGION or the profile says ${self.id}. Set AWS_REGION, or choose the other file of settings."
    }

    postcondition {
      condition     = contains(local.regions_for_video_classification, self.id)
      error_message = "AWS has the built-in functions for video classification in ${join(", ", local.regions_for_video_classification)} only, not in ${self.id}. Choose one of these."
    }
  }
}

data "aws_partition" "current" {}

locals {
  # As in groundctl's core/regions.py, which has the source; a test compares.
  regions_for_video_classification = [
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
    "eu-central-1", "eu-west-1", "eu-west-2", "us-east-1", "us-east-2", "us-west-2",
  ]
}
