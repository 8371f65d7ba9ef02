# Plans against a mock provider: no account, no network, and nothing is created.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { id = "us-east-1", name = "us-east-1" }
  }
}

variables {
  environment = "test"
}

run "without_teams_there_is_no_workforce" {
  command = plan

  module {
    source = "./modules/environment"
  }

  assert {
    condition     = length(module.labeling_workforce) == 0 && length(local.existing_teams) == 0
    error_message = "Vendor teams alone need no user pool."
  }
}

run "existing_teams_show_their_kind" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    existing_teams = {
      acme   = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" }
      crowd  = { arn = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default" }
      office = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/office" }
    }
  }

  assert {
    condition     = { for name, team in local.existing_teams : name => team.kind } == { acme = "vendor", crowd = "public", office = "private" }
    error_message = "The kind is read from the ARN."
  }
}

run "an_existing_team_can_be_named" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    existing_teams = { court-side = { name = "Court-Side" } }
  }

  assert {
    condition     = local.existing_teams["court-side"].arn == "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/Court-Side"
    error_message = "It is a private team of this account and Region."
  }
}

run "notifications_and_the_catalog_are_optional" {
  command = plan

  module {
    source = "./modules/environment"
  }

  assert {
    condition     = length(module.labeling_events) + length(module.labeling_catalog) == 0 && output.events == null && output.catalog == null
    error_message = "Both are left out by default."
  }
}

run "topics_are_passed_to_groundctl" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    topics = { new-clips = "arn:aws:sns:us-east-1:111122223333:new-clips" }
  }

  assert {
    condition     = output.infrastructure.topics == tomap({ new-clips = "arn:aws:sns:us-east-1:111122223333:new-clips" })
    error_message = "Declarations name them."
  }
}

run "existing_input_buckets_come_after_ours" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    data = {
      existing_input_buckets = {
        acme-clips = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
        more-clips = {}
      }
    }
  }

  assert {
    condition     = local.existing_input_buckets == tolist(["acme-clips", "more-clips"])
    error_message = "Both may be read."
  }

  assert {
    condition     = local.existing_input_keys == tolist(["arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"])
    error_message = "Only buckets with a key bring one."
  }
}

run "clips_are_read_only_below_their_prefixes" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    data = {
      new_input_bucket       = false
      existing_input_buckets = { acme-clips = { prefixes = ["rallies/"] } }
    }
  }

  assert {
    condition     = jsonencode(local.inputs) == jsonencode({ acme-clips = ["rallies/"] })
    error_message = "In an existing bucket, a job reads only the prefixes that are listed."
  }
}

run "the_ledger_is_in_the_artifact_bucket_by_default" {
  command = plan

  module {
    source = "./modules/environment"
  }

  override_module {
    target = module.labeling_data
    outputs = {
      artifact_bucket    = "groundctl-test-artifacts-111122223333-us-east-1"
      output_bucket      = "groundctl-test-outputs-111122223333-us-east-1"
      input_bucket       = "groundctl-test-inputs-111122223333-us-east-1"
      names              = { for role in ["inputs", "artifacts", "outputs"] : role => "groundctl-test-${role}-111122223333-us-east-1" }
      encrypts_with_kms  = false
      kms_key_arn        = null
      service_role_names = []
    }
  }

  variables {
    ledger = { id = "5f0c3a1e9b7d4c2f8e6a1b0d9c8f7e6a" }
  }

  assert {
    condition     = output.infrastructure.ledger_bucket == output.infrastructure.artifact_bucket && length(module.labeling_ledger) == 0
    error_message = "An identity alone pins the ledger where it is, and creates no bucket."
  }

  assert {
    condition     = output.infrastructure.ledger_id == "5f0c3a1e9b7d4c2f8e6a1b0d9c8f7e6a"
    error_message = "groundctl buys nothing with another ledger."
  }
}

run "one_environment_creates_the_ledger_for_all" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    ledger = { new = { organization_id = "o-a1b2c3d4e5" } }
  }

  assert {
    condition     = output.infrastructure.ledger_bucket == "groundctl-test-ledger-111122223333-us-east-1" && output.infrastructure.ledger_id == null
    error_message = "The new bucket holds the ledger, whose identity is not known before its first entry."
  }
}

run "other_environments_name_the_ledger" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    ledger = { bucket = "groundctl-hub-ledger-999999999999-eu-west-1", id = "5f0c3a1e9b7d4c2f8e6a1b0d9c8f7e6a" }
  }

  assert {
    condition     = output.infrastructure.ledger_bucket == "groundctl-hub-ledger-999999999999-eu-west-1" && length(module.labeling_ledger) == 0
    error_message = "It may be in another account and Region, and nothing is created for it here."
  }
}

run "rejects_a_ledger_with_a_path" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    ledger = { bucket = "s3://acme-ledger/ledger" }
  }

  expect_failures = [var.ledger]
}

run "rejects_a_ledger_that_is_new_and_exists" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    ledger = { bucket = "acme-ledger", new = {} }
  }

  expect_failures = [var.ledger]
}

run "rejects_an_identity_of_the_ledger_that_is_none" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    ledger = { id = "5F0C3A1E9B7D4C2F8E6A1B0D9C8F7E6A" }
  }

  expect_failures = [var.ledger]
}

run "rejects_an_identity_of_the_ledger_that_is_cut_off" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    ledger = { id = "5f0c3a1e" }
  }

  expect_failures = [var.ledger]
}

run "rejects_credentials_of_another_account" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    account_id = "444455556666"
  }

  expect_failures = [data.aws_caller_identity.current]
}

run "rejects_another_region" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    region = "eu-west-1"
  }

  expect_failures = [data.aws_region.current]
}

run "rejects_a_region_without_video_classification" {
  command = plan

  module {
    source = "./modules/environment"
  }

  override_data {
    target = data.aws_region.current
    values = { id = "eu-north-1", name = "eu-north-1" }
  }

  expect_failures = [data.aws_region.current]
}

run "rejects_an_environment_too_long_for_bucket_names" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    environment = "sixteen-letters-"
  }

  expect_failures = [var.environment]
}

run "rejects_an_environment_that_cognito_refuses" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    environment = "paws"
  }

  expect_failures = [var.environment]
}

run "rejects_a_bucket_with_a_path" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    data = { existing_input_buckets = { "s3://acme-clips/rallies" = {} } }
  }

  expect_failures = [var.data]
}

run "rejects_a_team_arn_of_something_else" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    existing_teams = { acme = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workforce/default" } }
  }

  expect_failures = [var.existing_teams]
}

run "rejects_an_upper_case_existing_team" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    existing_teams = { Acme = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" } }
  }

  expect_failures = [var.existing_teams]
}

run "rejects_one_name_for_two_teams" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    workforce      = { new = {} }
    teams          = { acme = { description = "Our own people" } }
    existing_teams = { acme = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" } }
  }

  expect_failures = [var.teams]
}

run "rejects_reserved_tags" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    tags = { "groundctl:environment" = "other" }
  }

  expect_failures = [var.tags]
}

run "rejects_a_team_with_name_and_arn" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    existing_teams = { acme = { name = "acme", arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" } }
  }

  expect_failures = [var.existing_teams]
}

run "rejects_a_team_with_neither" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    existing_teams = { acme = {} }
  }

  expect_failures = [var.existing_teams]
}

run "rejects_a_team_name_that_sagemaker_refuses" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    existing_teams = { acme = { name = "acme_vendor" } }
  }

  expect_failures = [var.existing_teams]
}

run "rejects_a_secret_where_a_branch_could_read_it" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    oidc_client_secret = "secret"
    github = {
      repository    = "acme/labeling"
      repository_id = "987654321"
      owner_id      = "12345678"
      state         = { bucket = "acme-terraform-state", key = "groundctl/test.tfstate" }
    }
  }

  expect_failures = [var.oidc_client_secret]
}

run "rejects_a_topic_by_its_name" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    topics = { new-clips = "new-clips" }
  }

  expect_failures = [var.topics]
}

run "rejects_an_upper_case_topic" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    topics = { NewClips = "arn:aws:sns:us-east-1:111122223333:new-clips" }
  }

  expect_failures = [var.topics]
}

run "rejects_settings_without_a_bucket_for_clips" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    data = { new_input_bucket = false }
  }

  expect_failures = [var.data]
}

run "rejects_an_invalid_account" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    account_id = "1111-2222-3333"
  }

  expect_failures = [var.account_id]
}

run "rejects_an_invalid_region" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    region = "Virginia"
  }

  expect_failures = [var.region]
}

run "rejects_a_role_path_without_its_slashes" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    role_path = "labeling"
  }

  expect_failures = [var.role_path]
}

run "rejects_a_role_path_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    role_path = "/*/"
  }

  expect_failures = [var.role_path]
}

run "rejects_a_boundary_that_is_not_a_policy" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    permissions_boundary_arn = "arn:aws:iam::111122223333:role/boundary"
  }

  expect_failures = [var.permissions_boundary_arn]
}
