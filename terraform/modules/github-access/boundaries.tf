# A role's permissions boundary limits it, whatever its policy allows. The terraform role may rewrite the policies of the other
# four, because a new team or bucket has to be listed in them. It may not change a boundary, so it cannot raise their limits.
# An administrator changes its own role, trust policies, boundaries and the OIDC provider, and all other roles except those of
# services under a boundary that an administrator has provided.
locals {
  listed = ["apply", "plan", "record", "stop"]

  listed_boundaries = [for kind in local.listed : local.boundary_arns[kind]]

  may_list_in_policies = [{
    Sid       = "ListTeamsAndBuckets"
    Effect    = "Allow"
    Action    = ["iam:PutRolePolicy"]
    Resource  = [for kind in local.listed : local.role_arns[kind]]
    Condition = { StringEquals = { "iam:PermissionsBoundary" = local.listed_boundaries } }
  }]

  boundaries = {
    for kind, statements in {
      plan      = concat(local.may_look.boundary, local.may_read_infrastructure, local.never)
      record    = concat(local.may_look.boundary, local.may_read_infrastructure, local.may_record, local.never)
      apply     = concat(local.may_look.boundary, local.may_create.boundary, local.never)
      stop      = concat(local.may_look.boundary, local.may_stop, local.never)
      terraform = concat(local.infrastructure_services, local.may_pass_on, local.may_make_service_roles, local.never_of_terraform)
    } : kind => jsonencode({ Version = "2012-10-17", Statement = statements })
  }

  # A bucket's policy, or a role's trust policy, can grant a session more than the Allows of a boundary, but never past a Deny.
  never = [
    { Sid = "NoOtherObjects", Effect = "Deny", Action = ["s3:GetObject*"], NotResource = local.readable_objects.boundary },
    { Sid = "NoOtherRole", Effect = "Deny", Action = ["sts:AssumeRole"], Resource = ["*"] },
  ]

  infrastructure_services = [{
    Sid    = "ServicesOfTheGround"
    Effect = "Allow"
    Action = concat(
      [for service in ["athena", "budgets", "cloudwatch", "cognito-idp", "events", "glue", "kms", "s3", "sns", "sqs", "states"] : "${service}:*"],
      ["iam:Get*", "iam:List*", "iam:PutRolePolicy"],
      ["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags", "sagemaker:*Workforce", "sagemaker:*Workteam"],
    )
    Resource = ["*"]
  }]

  never_of_terraform = [
    {
      Sid         = "NoObjectsButTheState"
      Effect      = "Deny"
      Action      = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"]
      NotResource = local.state_objects
    },
    {
      # A role without one of these boundaries (the terraform role itself, Ground Truth's role) keeps its administrator's policy.
      Sid       = "NoPolicyButUnderACeiling"
      Effect    = "Deny"
      Action    = ["iam:PutRolePolicy"]
      Resource  = ["*"]
      Condition = { StringNotEquals = { "iam:PermissionsBoundary" = concat(local.listed_boundaries, local.service_role_boundary) } }
    },
    {
      # What cannot be recreated: clips, labels, workers' accounts, and the keys that encrypt them.
      Sid      = "NoDestroying"
      Effect   = "Deny"
      Action   = ["cognito-idp:DeleteUserPool", "kms:DisableKey", "kms:ScheduleKeyDeletion", "s3:DeleteBucket", "sagemaker:DeleteWorkforce"]
      Resource = ["*"]
    },
    { Sid = "NoOtherRole", Effect = "Deny", Action = ["sts:AssumeRole"], Resource = ["*"] },
  ]
}

resource "aws_iam_policy" "ceiling" {
  for_each = local.names

  name        = each.value
  description = "The most that the role ${each.value} can do, whatever its own policy says"
  policy      = local.boundaries[each.key]

  lifecycle {
    precondition {
      condition     = length(local.boundaries[each.key]) <= 6144
      error_message = "The permissions boundary of the ${each.key} role is longer than the 6,144 characters that IAM accepts. Choose shorter names, first of all for ground.state.key."
    }
  }
}
