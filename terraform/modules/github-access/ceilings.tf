# A role's permissions boundary: what it could do at most, whatever its policy says. The Terraform role may rewrite the policies of
# the other three, because a new team or bucket has to be listed in them; it may not touch a ceiling, so it cannot raise them.
# Its own role, trust, ceilings and the OIDC provider are changed by a person; so are other roles, but for those of services that stand
# under a boundary which a person has given.
locals {
  listed = ["apply", "plan", "stop"]

  listed_ceilings = [for kind in local.listed : local.ceiling_arns[kind]]

  may_list_in_policies = [{
    Sid       = "ListTeamsAndBuckets"
    Effect    = "Allow"
    Action    = ["iam:PutRolePolicy"]
    Resource  = [for kind in local.listed : local.role_arns[kind]]
    Condition = { StringEquals = { "iam:PermissionsBoundary" = local.listed_ceilings } }
  }]

  ceilings = {
    for kind, statements in {
      plan      = concat(local.may_look.ceiling, local.may_read_ground, local.never)
      apply     = concat(local.may_look.ceiling, local.may_create.ceiling, local.never)
      stop      = concat(local.may_look.ceiling, local.may_stop, local.never)
      terraform = concat(local.ground_services, local.may_pass_on, local.may_make_service_roles, local.never_of_terraform)
    } : kind => jsonencode({ Version = "2012-10-17", Statement = statements })
  }

  # A bucket's policy can let a role's session in past the allowances of a ceiling; it cannot pass a Deny. Nor can a role's trust.
  never = [
    { Sid = "NoOtherObjects", Effect = "Deny", Action = ["s3:GetObject*"], NotResource = local.readable_objects.ceiling },
    { Sid = "NoOtherRole", Effect = "Deny", Action = ["sts:AssumeRole"], Resource = ["*"] },
  ]

  ground_services = [{
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
      # A role without one of these ceilings, its own and Ground Truth's among them, keeps the policy that a person gave it.
      Sid       = "NoPolicyButUnderACeiling"
      Effect    = "Deny"
      Action    = ["iam:PutRolePolicy"]
      Resource  = ["*"]
      Condition = { StringNotEquals = { "iam:PermissionsBoundary" = concat(local.listed_ceilings, local.service_role_boundary) } }
    },
    {
      # What cannot be made again: clips, labels, workers' accounts, the keys to them.
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
  policy      = local.ceilings[each.key]

  lifecycle {
    precondition {
      condition     = length(local.ceilings[each.key]) <= 6144
      error_message = "The ceiling of the ${each.key} role is longer than the 6,144 characters that IAM takes. Choose shorter names, first of all for ground.state.key."
    }
  }
}
