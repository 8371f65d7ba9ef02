# Plans against a mock provider: no account, no network, and nothing is created. The policies are evaluated in
# tests/terraform/test_github_*.py.
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
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
  github = {
    repository    = "acme/labeling"
    repository_id = "987654321"
    owner_id      = "12345678"
    # modules/environment asks for it, and this one does without.
    state = { bucket = "acme-terraform-state", key = "groundctl/test.tfstate" }
  }
  labeling = {
    input_buckets      = ["clips", "older-clips"]
    artifact_bucket    = "artifacts"
    output_bucket      = "labels"
    execution_role_arn = "arn:aws:iam::111122223333:role/groundctl-test-labeling-us-east-1"
    work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"]
  }
  infrastructure = {
    state = { bucket = "acme-terraform-state", key = "groundctl/test.tfstate" }
    tag   = { key = "groundctl:environment", value = "test" }
  }
}

run "each_role_has_its_own_permissions_boundary" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition = { for kind, role in aws_iam_role.this : kind => role.permissions_boundary } == {
      for kind, boundary in aws_iam_policy.ceiling : kind => "arn:aws:iam::111122223333:policy/${boundary.name}"
    }
    error_message = "A role's permissions boundary is the policy that is created for it."
  }

  assert {
    condition = { for kind, role in aws_iam_role.this : kind => role.name } == {
      apply     = "groundctl-test-github-apply-us-east-1"
      plan      = "groundctl-test-github-plan-us-east-1"
      record    = "groundctl-test-github-record-us-east-1"
      stop      = "groundctl-test-github-stop-us-east-1"
      terraform = "groundctl-test-github-terraform-us-east-1"
    }
    error_message = "There are five roles, named after their purpose."
  }
}

run "a_companys_boundary_takes_the_place_of_ours" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    context = {
      name                     = "groundctl-test"
      account_id               = "111122223333"
      partition                = "aws"
      region                   = "us-east-1"
      permissions_boundary_arn = "arn:aws:iam::111122223333:policy/company"
      role_path                = "/labeling/"
    }
  }

  assert {
    condition     = length(aws_iam_policy.ceiling) == 0 && alltrue([for role in aws_iam_role.this : role.permissions_boundary == "arn:aws:iam::111122223333:policy/company" && role.path == "/labeling/"])
    error_message = "A role has one boundary, and a path."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.this : strcontains(policy.policy, "NothingElse") && !contains([for statement in jsondecode(policy.policy).Statement : statement.Sid], "ListTeamsAndBuckets")])
    error_message = "The policies deny what our boundaries would, and no role rewrites them."
  }
}

run "rejects_names_too_long_for_a_trust_policy" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository     = "acme/labeling"
      repository_id  = "987654321"
      owner_id       = "12345678"
      default_branch = join("/", [for number in range(30) : "release"])
    }
  }

  expect_failures = [aws_iam_role.this]
}

run "pull_requests_and_the_default_branch_can_assume_the_plan_role" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition = jsondecode(aws_iam_role.this["plan"].assume_role_policy).Statement == [
      {
        Sid       = "WorkflowsOfTheRepository1"
        Effect    = "Allow"
        Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "token.actions.githubusercontent.com:aud"              = "sts.amazonaws.com"
            "token.actions.githubusercontent.com:job_workflow_ref" = ["acme/labeling/.github/workflows/reusable-plan.yml@refs/heads/main"]
            "token.actions.githubusercontent.com:repository_id"    = "987654321"
            "token.actions.githubusercontent.com:sub" = [
              "repo:acme/labeling:pull_request",
              "repo:acme@12345678/labeling@987654321:pull_request",
            ]
          }
          StringLike = { "token.actions.githubusercontent.com:ref" = "refs/pull/*/merge" }
        }
      },
      {
        Sid       = "WorkflowsOfTheRepository2"
        Effect    = "Allow"
        Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
            "token.actions.githubusercontent.com:job_workflow_ref" = [
              "acme/labeling/.github/workflows/reusable-apply-environment.yml@refs/heads/main",
              "acme/labeling/.github/workflows/reusable-status-environment.yml@refs/heads/main",
            ]
            "token.actions.githubusercontent.com:ref"           = "refs/heads/main"
            "token.actions.githubusercontent.com:repository_id" = "987654321"
            "token.actions.githubusercontent.com:sub" = [
              "repo:acme/labeling:ref:refs/heads/main",
              "repo:acme@12345678/labeling@987654321:ref:refs/heads/main",
            ]
          }
        }
      },
    ]
    error_message = "Both forms of the subject, the audience, the repository's number, the file and its ref are required, and nothing else is admitted."
  }
}

run "only_the_default_branchs_file_called_by_a_pull_request_can_assume_the_record_role" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition = one(jsondecode(aws_iam_role.this["record"].assume_role_policy).Statement).Condition == {
      StringEquals = {
        "token.actions.githubusercontent.com:aud"              = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:job_workflow_ref" = ["acme/labeling/.github/workflows/recorded-plan.yml@refs/heads/main"]
        "token.actions.githubusercontent.com:repository_id"    = "987654321"
        "token.actions.githubusercontent.com:sub" = [
          "repo:acme/labeling:pull_request",
          "repo:acme@12345678/labeling@987654321:pull_request",
        ]
      }
      StringLike = { "token.actions.githubusercontent.com:ref" = "refs/pull/*/merge" }
    }
    error_message = "The called file is the default branch's, and the run is a pull request's."
  }
}

run "plans_are_recorded_once_and_under_the_repositorys_number" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this["record"].policy).Statement : [statement.Resource, statement.Condition] if contains(statement.Action, "s3:PutObject")
    ] == [[["arn:aws:s3:::artifacts/plans/987654321/*"], { Null = { "s3:if-none-match" = "false" } }]]
    error_message = "The record role writes nothing else."
  }
}

run "an_approved_environment_on_the_default_branch_can_assume_each_other_role" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition = alltrue([
      for kind in ["apply", "stop", "terraform"] : one(jsondecode(aws_iam_role.this[kind].assume_role_policy).Statement).Condition == {
        StringEquals = {
          "token.actions.githubusercontent.com:aud"              = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:job_workflow_ref" = ["acme/labeling/.github/workflows/reusable-apply-environment.yml@refs/heads/main"]
          "token.actions.githubusercontent.com:ref"              = "refs/heads/main"
          "token.actions.githubusercontent.com:repository_id"    = "987654321"
          "token.actions.githubusercontent.com:sub" = [
            "repo:acme/labeling:environment:groundctl-${kind}",
            "repo:acme@12345678/labeling@987654321:environment:groundctl-${kind}",
          ]
        }
      }
    ])
    error_message = "Each has its own environment, and the branch and the file beside it."
  }
}

run "groundctls_own_workflows_are_trusted_at_the_listed_versions_only" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository    = "acme/labeling"
      repository_id = "987654321"
      owner_id      = "12345678"
      tool          = { repository = "groundctl/groundctl", refs = ["refs/tags/v0.1.0", "refs/tags/v0.2.0"] }
    }
  }

  assert {
    condition = jsondecode(aws_iam_role.this["record"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:job_workflow_ref"] == [
      "groundctl/groundctl/.github/workflows/recorded-plan.yml@refs/tags/v0.1.0",
      "groundctl/groundctl/.github/workflows/recorded-plan.yml@refs/tags/v0.2.0",
    ]
    error_message = "During an upgrade, both versions may record."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["apply"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:ref"] == "refs/heads/main"
    error_message = "The run's ref is that of the team's repository."
  }
}

run "other_names_of_branch_and_environment_reach_the_trust" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository     = "acme/labeling"
      repository_id  = "987654321"
      owner_id       = "12345678"
      default_branch = "release/2026"
      environments   = { apply = "production-apply" }
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["apply"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:ref"] == "refs/heads/release/2026"
    error_message = "The branch is the given one."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["record"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:job_workflow_ref"] == ["acme/labeling/.github/workflows/recorded-plan.yml@refs/heads/release/2026"]
    error_message = "The called file is taken from the given branch."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["apply"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"][0] == "repo:acme/labeling:environment:production-apply"
    error_message = "The environment is the given one."
  }

  assert {
    condition     = strcontains(aws_iam_role.this["stop"].assume_role_policy, "environment:groundctl-stop")
    error_message = "One that is not given keeps its name."
  }
}

run "the_provider_is_made_for_the_audience_of_aws" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition     = aws_iam_openid_connect_provider.this[0].url == "https://token.actions.githubusercontent.com" && tolist(aws_iam_openid_connect_provider.this[0].client_id_list) == tolist(["sts.amazonaws.com"])
    error_message = "A token for another audience is not accepted."
  }
}

run "an_existing_provider_is_used" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository    = "acme/labeling"
      repository_id = "987654321"
      owner_id      = "12345678"
      provider_arn  = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    }
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.this) == 0 && output.provider_arn == "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    error_message = "An account has one provider for GitHub: no second one is created."
  }
}

run "jobs_are_created_for_the_named_teams_under_the_named_role" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this["apply"].policy).Statement : statement
      if contains(statement.Action, "sagemaker:CreateLabelingJob") && statement.Effect == "Allow"
    ]).Condition == { ArnLike = { "sagemaker:WorkteamArn" = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"] } }
    error_message = "Only these teams get work."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this["apply"].policy).Statement : [statement.Resource, statement.Condition] if contains(statement.Action, "iam:PassRole")
      ] == [
      [["arn:aws:iam::111122223333:role/groundctl-test-labeling-us-east-1"], { StringEquals = { "iam:PassedToService" = "sagemaker.amazonaws.com" } }]
    ]
    error_message = "One role is passed, to SageMaker only."
  }
}

run "keys_are_used_only_where_there_are_keys" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition = alltrue(flatten([
      for kind in ["apply", "stop"] : [
        for action in regexall("kms:[A-Za-z]+", aws_iam_role_policy.this[kind].policy) : action == "kms:DescribeKey"
      ]
    ]))
    error_message = "Without a key no policy allows the use of one; whether a key exists may be asked."
  }
}

run "keys_are_used_by_way_of_s3" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = ["clips"]
      artifact_bucket    = "artifacts"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/groundctl-test-labeling-us-east-1"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"]
      data_key           = { arn = "arn:aws:kms:us-east-1:111122223333:key/ours" }
      read_key_arns      = ["arn:aws:kms:us-east-1:111122223333:key/foreign"]
    }
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.this["apply"].policy).Statement : one(statement.Action) => [statement.Resource, statement.Condition]
      if anytrue([for action in statement.Action : startswith(action, "kms:") && action != "kms:DescribeKey"])
      } == {
      "kms:Decrypt"         = [["arn:aws:kms:us-east-1:111122223333:key/ours", "arn:aws:kms:us-east-1:111122223333:key/foreign"], { StringLike = { "kms:ViaService" = "s3.*.amazonaws.com" } }]
      "kms:GenerateDataKey" = [["arn:aws:kms:us-east-1:111122223333:key/ours"], { StringLike = { "kms:ViaService" = "s3.*.amazonaws.com" } }]
    }
    error_message = "Files are written under our key only, and clips' keys only decrypt."
  }
}

run "star_is_the_resource_only_where_aws_supports_no_other" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition = toset(flatten([
      for kind, policy in aws_iam_role_policy.this : [
        for statement in jsondecode(policy.policy).Statement : statement.Action if statement.Effect == "Allow" && contains(statement.Resource, "*")
      ]
    ])) == toset(["aws-marketplace:ViewSubscriptions", "cognito-idp:DescribeUserPoolDomain", "kms:ListAliases", "sagemaker:ListLabelingJobs", "states:ValidateStateMachineDefinition"])
    error_message = "Every other statement names its resources."
  }
}

run "service_roles_are_passed_by_name" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state             = { bucket = "acme-terraform-state", key = "groundctl/test.tfstate" }
      tag               = { key = "groundctl:environment", value = "test" }
      service_role_arns = ["arn:aws:iam::111122223333:role/groundctl-test-stuck-jobs-us-east-1"]
    }
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this["terraform"].policy).Statement : statement.Resource if contains(statement.Action, "iam:PassRole")
    ] == [["arn:aws:iam::111122223333:role/groundctl-test-stuck-jobs-us-east-1"]]
    error_message = "EventBridge and Step Functions get their own roles only."
  }
}

run "service_roles_are_created_only_under_the_given_boundary" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state                     = { bucket = "acme-terraform-state", key = "groundctl/test.tfstate" }
      tag                       = { key = "groundctl:environment", value = "test" }
      service_role_arns         = ["arn:aws:iam::111122223333:role/groundctl-test-stuck-jobs-us-east-1"]
      service_role_boundary_arn = "arn:aws:iam::111122223333:policy/groundctl-boundary"
    }
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this["terraform"].policy).Statement : [statement.Resource, statement.Condition]
      if contains(statement.Action, "iam:CreateRole")
      ] == [[
        ["arn:aws:iam::111122223333:role/groundctl-test-stuck-jobs-us-east-1"],
        { StringEquals = { "iam:PermissionsBoundary" = ["arn:aws:iam::111122223333:policy/groundctl-boundary"] } },
    ]]
    error_message = "Each role is named, and none is created without the boundary."
  }
}

run "without_a_boundary_no_role_is_created" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.this : !strcontains(policy.policy, "iam:CreateRole")])
    error_message = "A role without a boundary could trust any principal."
  }
}

run "the_longest_names_fit_into_iam" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    context = {
      name       = "groundctl-fifteen-letters"
      account_id = "111122223333"
      partition  = "aws"
      region     = "ap-northeast-1"
    }
  }

  assert {
    condition     = max([for role in aws_iam_role.this : length(role.name)]...) <= 64
    error_message = "IAM's names have up to 64 characters."
  }
}

run "without_github_no_role_is_created" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    github = null
  }

  assert {
    condition     = length(module.github_access) == 0 && output.github_roles == null
    error_message = "A manual setup trusts no other principal."
  }
}

run "a_companys_boundary_and_path_fit_every_module" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/company"
    role_path                = "/labeling/"
    existing_teams           = { acme = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" } }
  }

  assert {
    condition     = local.plan_writers == ["arn:aws:iam::111122223333:role/labeling/groundctl-test-github-record-us-east-1"]
    error_message = "The bucket's policy names the record role with its path."
  }
}

run "github_gets_the_resources_that_terraform_creates" {
  command = plan

  module {
    source = "./modules/environment"
  }

  variables {
    existing_teams = {
      acme  = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" }
      crowd = { arn = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default" }
    }
  }

  assert {
    condition     = module.github_access[0].provider_arn == "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    error_message = "The roles trust GitHub in this account."
  }
}

run "rejects_a_wildcard_in_the_repository" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository    = "acme/*"
      repository_id = "987654321"
      owner_id      = "12345678"
    }
  }

  expect_failures = [var.github]
}

run "rejects_a_repository_without_its_number" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository    = "acme/labeling"
      repository_id = "labeling"
      owner_id      = "12345678"
    }
  }

  expect_failures = [var.github]
}

run "rejects_a_branch_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository     = "acme/labeling"
      repository_id  = "987654321"
      owner_id       = "12345678"
      default_branch = "release/*"
    }
  }

  expect_failures = [var.github]
}

run "rejects_a_branch_written_as_a_ref" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository     = "acme/labeling"
      repository_id  = "987654321"
      owner_id       = "12345678"
      default_branch = "refs/heads/main"
    }
  }

  expect_failures = [var.github]
}

run "rejects_an_environment_that_github_would_encode" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository    = "acme/labeling"
      repository_id = "987654321"
      owner_id      = "12345678"
      environments  = { apply = "production:apply" }
    }
  }

  expect_failures = [var.github]
}

run "rejects_one_environment_for_two_roles" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository    = "acme/labeling"
      repository_id = "987654321"
      owner_id      = "12345678"
      environments  = { apply = "production", terraform = "Production" }
    }
  }

  expect_failures = [var.github]
}

run "rejects_a_provider_of_another_service" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    github = {
      repository    = "acme/labeling"
      repository_id = "987654321"
      owner_id      = "12345678"
      provider_arn  = "arn:aws:iam::111122223333:oidc-provider/gitlab.com"
    }
  }

  expect_failures = [var.github]
}

run "rejects_a_role_without_clips" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = []
      artifact_bucket    = "artifacts"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/labeling"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"]
    }
  }

  expect_failures = [var.labeling]
}

run "rejects_a_bucket_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = ["clips"]
      artifact_bucket    = "arti*"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/labeling"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"]
    }
  }

  expect_failures = [var.labeling]
}

run "rejects_labels_beside_clips" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = ["clips"]
      artifact_bucket    = "artifacts"
      output_bucket      = "clips"
      execution_role_arn = "arn:aws:iam::111122223333:role/labeling"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"]
    }
  }

  expect_failures = [var.labeling]
}

run "rejects_an_execution_role_that_is_any_role" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = ["clips"]
      artifact_bucket    = "artifacts"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/*"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"]
    }
  }

  expect_failures = [var.labeling]
}

run "rejects_the_public_workforce" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = ["clips"]
      artifact_bucket    = "artifacts"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/labeling"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"]
    }
  }

  expect_failures = [var.labeling]
}

run "rejects_any_team_at_all" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = ["clips"]
      artifact_bucket    = "artifacts"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/labeling"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/*"]
    }
  }

  expect_failures = [var.labeling]
}

run "rejects_no_team" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = ["clips"]
      artifact_bucket    = "artifacts"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/labeling"
      work_team_arns     = []
    }
  }

  expect_failures = [var.labeling]
}

run "rejects_a_key_that_is_an_alias" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = ["clips"]
      artifact_bucket    = "artifacts"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/labeling"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"]
      data_key           = { arn = "arn:aws:kms:us-east-1:111122223333:alias/clips" }
    }
  }

  expect_failures = [var.labeling]
}

run "rejects_a_state_bucket_with_a_path" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state = { bucket = "s3://acme-terraform-state", key = "test.tfstate" }
      tag   = { key = "groundctl:environment", value = "test" }
    }
  }

  expect_failures = [var.infrastructure]
}

run "rejects_a_state_key_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state = { bucket = "acme-terraform-state", key = "*.tfstate" }
      tag   = { key = "groundctl:environment", value = "test" }
    }
  }

  expect_failures = [var.infrastructure]
}

run "rejects_a_state_key_arn_that_is_none" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state = { bucket = "acme-terraform-state", key = "test.tfstate", kms_key_arn = "alias/state" }
      tag   = { key = "groundctl:environment", value = "test" }
    }
  }

  expect_failures = [var.infrastructure]
}

run "rejects_a_tag_without_a_value" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state = { bucket = "acme-terraform-state", key = "test.tfstate" }
      tag   = { key = "groundctl:environment", value = "" }
    }
  }

  expect_failures = [var.infrastructure]
}

run "rejects_service_roles_that_are_any_role" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state             = { bucket = "acme-terraform-state", key = "test.tfstate" }
      tag               = { key = "groundctl:environment", value = "test" }
      service_role_arns = ["arn:aws:iam::111122223333:role/groundctl-*"]
    }
  }

  expect_failures = [var.infrastructure]
}

run "rejects_an_aws_managed_policy_as_boundary" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state                     = { bucket = "acme-terraform-state", key = "test.tfstate" }
      tag                       = { key = "groundctl:environment", value = "test" }
      service_role_boundary_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    }
  }

  expect_failures = [var.infrastructure]
}

run "rejects_more_buckets_than_a_policy_holds" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    labeling = {
      input_buckets      = [for number in range(90) : "clips-of-the-year-${number}"]
      artifact_bucket    = "artifacts"
      output_bucket      = "labels"
      execution_role_arn = "arn:aws:iam::111122223333:role/labeling"
      work_team_arns     = ["arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers"]
    }
  }

  expect_failures = [aws_iam_role_policy.this]
}

run "rejects_a_key_of_the_state_too_long_for_a_policy" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    infrastructure = {
      state = { bucket = "acme-terraform-state", key = join("/", [for number in range(200) : "folder"]) }
      tag   = { key = "groundctl:environment", value = "test" }
    }
  }

  expect_failures = [aws_iam_role_policy.this]
}

run "rejects_a_name_too_long_for_iam" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    context = {
      name       = "groundctl-twenty-six-letters"
      account_id = "111122223333"
      partition  = "aws"
      region     = "us-east-1"
    }
  }

  expect_failures = [var.context]
}

run "rejects_an_account_with_hyphens" {
  command = plan

  module {
    source = "./modules/github-access"
  }

  variables {
    context = {
      name       = "groundctl-test"
      account_id = "1111-2222-3333"
      partition  = "aws"
      region     = "us-east-1"
    }
  }

  expect_failures = [var.context]
}
