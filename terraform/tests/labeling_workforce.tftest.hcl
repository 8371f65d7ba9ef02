# Plans against an invented provider: no account, no network, nothing made.
mock_provider "aws" {}

variables {
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
  teams = {
    court-side-reviewers = { description = "People who know tennis" }
  }
}

run "a_team_is_a_group_of_the_pool" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  assert {
    condition     = aws_cognito_user_group.this["court-side-reviewers"].name == "court-side-reviewers"
    error_message = "The group has the team's name."
  }

  assert {
    condition     = aws_sagemaker_workteam.this["court-side-reviewers"].workforce_name == "groundctl-test"
    error_message = "The team belongs to the workforce that is made with it."
  }
}

run "workers_are_invited" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  assert {
    condition     = aws_cognito_user_pool.this[0].admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Nobody signs up alone: clips may not be public."
  }

  assert {
    condition     = aws_cognito_user_pool.this[0].deletion_protection == "ACTIVE"
    error_message = "The workers' accounts outlive a destroy unless told."
  }
}

run "the_sign_in_domain_carries_the_account" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  assert {
    condition     = aws_cognito_user_pool_domain.this[0].domain == "groundctl-test-111122223333"
    error_message = "All accounts of a Region share the domains."
  }
}

run "an_existing_workforce_takes_the_teams" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { existing = { name = "default", user_pool_id = "us-east-1_AbCdEf123", client_id = "4example" } }
  }

  assert {
    condition     = length(aws_sagemaker_workforce.this) + length(aws_cognito_user_pool.this) + length(aws_cognito_user_pool_client.this) == 0
    error_message = "An account has one workforce in a Region: no second one is made."
  }

  assert {
    condition     = aws_sagemaker_workteam.this["court-side-reviewers"].workforce_name == "default"
    error_message = "The team is made in the existing workforce."
  }

  assert {
    condition     = one(one(aws_sagemaker_workteam.this["court-side-reviewers"].member_definition).cognito_member_definition).user_pool == "us-east-1_AbCdEf123"
    error_message = "Its members are a group of the existing pool."
  }
}

run "a_topic_tells_the_team_of_new_work" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    teams = {
      court-side-reviewers = { description = "People who know tennis", notification_topic_arn = "arn:aws:sns:us-east-1:111122223333:new-work" }
    }
  }

  assert {
    condition     = one(aws_sagemaker_workteam.this["court-side-reviewers"].notification_configuration).notification_topic_arn == "arn:aws:sns:us-east-1:111122223333:new-work"
    error_message = "The team has its topic."
  }
}

run "the_portal_can_be_fenced" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { allowed_cidrs = ["203.0.113.0/24"] }
  }

  assert {
    condition     = one(aws_sagemaker_workforce.this[0].source_ip_config).cidrs == toset(["203.0.113.0/24"])
    error_message = "Workers come from the given addresses."
  }
}

run "rejects_an_upper_case_team" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    teams = { Reviewers = { description = "People who know tennis" } }
  }

  expect_failures = [var.teams]
}

run "rejects_no_team_at_all" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    teams = {}
  }

  expect_failures = [var.teams]
}

run "rejects_a_team_without_a_description" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    teams = { reviewers = { description = "" } }
  }

  expect_failures = [var.teams]
}

run "rejects_a_topic_that_is_no_arn" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    teams = { reviewers = { description = "People who know tennis", notification_topic_arn = "new-work" } }
  }

  expect_failures = [var.teams]
}

run "rejects_an_address_that_is_no_range" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { allowed_cidrs = ["203.0.113.7"] }
  }

  expect_failures = [var.workforce]
}

run "rejects_addresses_for_a_workforce_kept_elsewhere" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = {
      existing      = { name = "default", user_pool_id = "us-east-1_AbCdEf123", client_id = "4example" }
      allowed_cidrs = ["203.0.113.0/24"]
    }
  }

  expect_failures = [var.workforce]
}
