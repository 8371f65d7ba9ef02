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

run "what_a_settings_file_leaves_out_has_the_modules_default" {
  command = plan

  assert {
    condition     = output.infrastructure.environment == "test" && length(output.infrastructure.work_teams) == 0
    error_message = "null stands for the default."
  }
}

run "each_setting_reaches_the_module" {
  command = plan

  variables {
    account_id     = "111122223333"
    region         = "us-east-1"
    existing_teams = { acme = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" } }
    topics         = { new-clips = "arn:aws:sns:us-east-1:111122223333:new-clips" }
    ledger         = { id = "5f0c3a1e9b7d4c2f8e6a1b0d9c8f7e6a" }
    catalog        = {}
    events         = { emails = ["labeling@example.com"] }
    workforce      = { new = {} }
    teams = {
      court-side = { description = "People who know tennis", members = ["ann@example.com"] }
      docks      = { description = "Warehouse staff" }
    }
  }

  assert {
    condition     = output.infrastructure.topics == tomap({ new-clips = "arn:aws:sns:us-east-1:111122223333:new-clips" })
    error_message = "Topics are passed on."
  }

  assert {
    condition     = output.infrastructure.ledger_id == "5f0c3a1e9b7d4c2f8e6a1b0d9c8f7e6a"
    error_message = "The ledger is passed on."
  }

  assert {
    condition     = sort(keys(output.infrastructure.work_teams)) == tolist(["acme", "court-side", "docks"])
    error_message = "Teams of several shapes are passed on."
  }
}
