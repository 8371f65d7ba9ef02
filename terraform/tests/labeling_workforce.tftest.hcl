# Plans against a mock provider: no account, no network, and nothing is created.
mock_provider "aws" {}

variables {
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
  workforce = { new = {} }
  teams = {
    court-side-reviewers = {
      description = "People who know tennis"
      members     = ["ann@example.com", "bo@example.com"]
    }
    dock-watchers = {
      description = "Warehouse staff"
      members     = ["bo@example.com"]
    }
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
    error_message = "The team belongs to the workforce that is created with it."
  }
}

run "a_member_of_two_teams_is_one_worker" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  assert {
    condition     = keys(aws_cognito_user.this) == ["ann@example.com", "bo@example.com"]
    error_message = "Two people, two accounts."
  }

  assert {
    condition = { for key, each in aws_cognito_user_in_group.this : key => each.group_name } == {
      "court-side-reviewers/ann@example.com" = "court-side-reviewers"
      "court-side-reviewers/bo@example.com"  = "court-side-reviewers"
      "dock-watchers/bo@example.com"         = "dock-watchers"
    }
    error_message = "Each is in the group of each of its teams."
  }

  assert {
    condition = alltrue([
      for email, worker in aws_cognito_user.this :
      worker.username == email && worker.desired_delivery_mediums == toset(["EMAIL"]) && worker.password == null && worker.temporary_password == null
    ])
    error_message = "Cognito sends the invitation; Terraform sees no password."
  }
}

run "workers_are_invited" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  assert {
    condition     = aws_cognito_user_pool.this[0].admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Workers cannot sign up alone: clips may not be public."
  }

  assert {
    condition     = aws_cognito_user_pool.this[0].deletion_protection == "ACTIVE"
    error_message = "By default, destroy keeps the workers' accounts."
  }
}

run "the_sign_in_domain_contains_the_account" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  assert {
    condition     = aws_cognito_user_pool_domain.this[0].domain == "groundctl-test-111122223333"
    error_message = "All accounts of a Region share the domains."
  }
}

run "teams_can_be_created_in_an_existing_workforce" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { existing = { name = "default", user_pool_id = "us-east-1_AbCdEf123", client_id = "4example" } }
  }

  assert {
    condition     = length(aws_sagemaker_workforce.this) + length(aws_cognito_user_pool.this) + length(aws_cognito_user_pool_client.this) == 0
    error_message = "An account has one workforce in a Region: no second one is created."
  }

  assert {
    condition     = aws_sagemaker_workteam.this["court-side-reviewers"].workforce_name == "default"
    error_message = "The team is created in the existing workforce."
  }

  assert {
    condition     = one(one(aws_sagemaker_workteam.this["court-side-reviewers"].member_definition).cognito_member_definition).user_pool == "us-east-1_AbCdEf123"
    error_message = "Its members form a group of the existing pool."
  }

  assert {
    condition     = aws_cognito_user.this["ann@example.com"].user_pool_id == "us-east-1_AbCdEf123"
    error_message = "Its workers are invited into the existing pool."
  }

  assert {
    condition     = output.workforce == var.workforce.existing
    error_message = "The same value can be used in a third environment."
  }
}

run "an_identity_provider_can_authenticate_workers" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = {
      new = {
        oidc = {
          client_id              = "portal"
          issuer                 = "https://id.example.com"
          authorization_endpoint = "https://id.example.com/authorize"
          token_endpoint         = "https://id.example.com/token"
          user_info_endpoint     = "https://id.example.com/userinfo"
          logout_endpoint        = "https://id.example.com/logout"
          jwks_uri               = "https://id.example.com/keys"
        }
      }
    }
    oidc_client_secret = "secret"
    teams = {
      reviewers = { description = "People who know tennis", groups = ["tennis", "umpires"] }
    }
  }

  assert {
    condition     = length(aws_cognito_user_pool.this) + length(aws_cognito_user_group.this) + length(aws_cognito_user.this) == 0
    error_message = "No Cognito resource is created."
  }

  assert {
    condition     = one(aws_sagemaker_workforce.this[0].oidc_config).issuer == "https://id.example.com" && length(aws_sagemaker_workforce.this[0].cognito_config) == 0
    error_message = "The workforce uses the identity provider."
  }

  assert {
    condition     = one(one(aws_sagemaker_workteam.this["reviewers"].member_definition).oidc_member_definition).groups == toset(["tennis", "umpires"])
    error_message = "A team consists of groups of the identity provider."
  }
}

run "an_existing_oidc_workforce_accepts_groups" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { existing = { name = "staff" } }
    teams = {
      reviewers = { description = "People who know tennis", groups = ["tennis", "umpires"] }
    }
  }

  assert {
    condition     = length(aws_sagemaker_workforce.this) == 0 && aws_sagemaker_workteam.this["reviewers"].workforce_name == "staff"
    error_message = "The team is created in the existing workforce, and no secret is needed."
  }

  assert {
    condition     = length(one(aws_sagemaker_workteam.this["reviewers"].member_definition).cognito_member_definition) == 0
    error_message = "It has no Cognito members."
  }
}

run "a_topic_notifies_the_team_of_new_work" {
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

run "the_portal_can_be_limited_to_addresses" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { new = { allowed_cidrs = ["203.0.113.0/24"] } }
  }

  assert {
    condition     = one(aws_sagemaker_workforce.this[0].source_ip_config).cidrs == toset(["203.0.113.0/24"])
    error_message = "Workers come from the given addresses."
  }
}

run "rejects_teams_without_a_workforce" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = {}
  }

  expect_failures = [var.workforce]
}

run "rejects_a_second_workforce" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { new = {}, existing = { name = "default", user_pool_id = "us-east-1_AbCdEf123", client_id = "4example" } }
  }

  expect_failures = [var.workforce]
}

run "rejects_half_of_a_cognito_workforce" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { existing = { name = "default", user_pool_id = "us-east-1_AbCdEf123" } }
  }

  expect_failures = [var.workforce]
}

run "rejects_an_address_that_is_not_a_range" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { new = { allowed_cidrs = ["203.0.113.7"] } }
  }

  expect_failures = [var.workforce]
}

run "rejects_an_identity_provider_without_tls" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = {
      new = {
        oidc = {
          client_id              = "portal"
          issuer                 = "http://id.example.com"
          authorization_endpoint = "https://id.example.com/authorize"
          token_endpoint         = "https://id.example.com/token"
          user_info_endpoint     = "https://id.example.com/userinfo"
          logout_endpoint        = "https://id.example.com/logout"
          jwks_uri               = "https://id.example.com/keys"
        }
      }
    }
    oidc_client_secret = "secret"
    teams = {
      reviewers = { description = "People who know tennis", groups = ["tennis", "umpires"] }
    }
  }

  expect_failures = [var.workforce]
}

run "rejects_an_identity_provider_without_its_secret" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = {
      new = {
        oidc = {
          client_id              = "portal"
          issuer                 = "https://id.example.com"
          authorization_endpoint = "https://id.example.com/authorize"
          token_endpoint         = "https://id.example.com/token"
          user_info_endpoint     = "https://id.example.com/userinfo"
          logout_endpoint        = "https://id.example.com/logout"
          jwks_uri               = "https://id.example.com/keys"
        }
      }
    }
    teams = {
      reviewers = { description = "People who know tennis", groups = ["tennis", "umpires"] }
    }
  }

  expect_failures = [var.oidc_client_secret]
}

run "rejects_a_secret_without_an_identity_provider" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    oidc_client_secret = "secret"
  }

  expect_failures = [var.oidc_client_secret]
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

run "rejects_a_member_that_is_not_an_address" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    teams = { reviewers = { description = "People who know tennis", members = ["Ann"] } }
  }

  expect_failures = [var.teams]
}

run "rejects_groups_without_an_identity_provider" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    teams = { reviewers = { description = "People who know tennis", groups = ["tennis"] } }
  }

  expect_failures = [var.teams]
}

run "rejects_members_in_an_oidc_workforce" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    workforce = { existing = { name = "staff" } }
    teams     = { reviewers = { description = "People who know tennis", groups = ["tennis"], members = ["ann@example.com"] } }
  }

  expect_failures = [var.teams]
}

run "rejects_a_topic_that_is_not_an_arn" {
  command = plan

  module {
    source = "./modules/labeling-workforce"
  }

  variables {
    teams = { reviewers = { description = "People who know tennis", notification_topic_arn = "new-work" } }
  }

  expect_failures = [var.teams]
}
