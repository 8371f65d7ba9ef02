# Both are checked before anything is created: settings of one environment must not reach the account or Region of another.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = var.account_id == null || self.account_id == var.account_id
      error_message = "These settings are for account ${coalesce(var.account_id, "any")}, but the credentials are for ${self.account_id}. Use credentials for the other account, or another settings file."
    }
  }
}

data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = var.region == null || self.id == var.region
      error_message = "These settings are for ${coalesce(var.region, "any Region")}, but AWS_REGION or the profile is set to ${self.id}. Set AWS_REGION, or use another settings file."
    }

    postcondition {
      condition     = contains(local.regions_for_video_classification, self.id)
      error_message = "AWS provides the built-in functions for video classification in ${join(", ", local.regions_for_video_classification)} only, not in ${self.id}. Choose one of these."
    }
  }
}

data "aws_partition" "current" {}

locals {
  # The same list as in groundctl's table of Regions, which names the source; a test compares the two.
  regions_for_video_classification = [
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
    "eu-central-1", "eu-west-1", "eu-west-2", "us-east-1", "us-east-2", "us-west-2",
  ]
}
