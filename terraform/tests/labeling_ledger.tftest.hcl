# Plans against a mock provider: no account, no network, and nothing is created.
mock_provider "aws" {}

variables {
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
}

run "entries_are_written_once_kept_and_never_expire" {
  command = plan

  module {
    source = "./modules/labeling-ledger"
  }

  assert {
    condition = [for each in jsondecode(aws_s3_bucket_policy.this.policy).Statement : each.Sid] == [
      "RefuseWithoutTls", "RefuseOldTls", "WriteOnce", "KeepWhatIsWritten", "NeverExpire",
    ]
    error_message = "Without an organization the policy only denies."
  }

  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration[*].status) == "Enabled"
    error_message = "Versioning keeps what a mistake would overwrite."
  }
}

run "an_organization_reads_and_its_appenders_append" {
  command = plan

  module {
    source = "./modules/labeling-ledger"
  }

  variables {
    organization_id = "o-a1b2c3d4e5"
    policy_writers  = ["arn:aws:iam::111122223333:role/terraform"]
  }

  assert {
    condition = alltrue([
      for each in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      each.Condition.StringEquals == { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } if each.Effect == "Allow"
    ])
    error_message = "Only principals of the organization are allowed anything."
  }

  assert {
    condition = [
      for each in jsondecode(aws_s3_bucket_policy.this.policy).Statement : each.Resource if each.Action == "s3:PutObject" && each.Effect == "Allow"
      ] == [[
        "arn:aws:s3:::groundctl-test-ledger-111122223333-us-east-1/ledger/entries/*",
        "arn:aws:s3:::groundctl-test-ledger-111122223333-us-east-1/ledger/packs/*",
    ]]
    error_message = "Appenders write entries and packs, and nothing else."
  }
}

run "rejects_the_name_of_an_organization" {
  command = plan

  module {
    source = "./modules/labeling-ledger"
  }

  variables {
    organization_id = "acme"
  }

  expect_failures = [var.organization_id]
}

run "rejects_a_policy_that_no_role_could_change" {
  command = plan

  module {
    source = "./modules/labeling-ledger"
  }

  variables {
    policy_writers = []
  }

  expect_failures = [var.policy_writers]
}
