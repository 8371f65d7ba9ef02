# What the roles may do with the resources that Terraform manages. Names identify ours; where AWS assigns a number, the tag does.
locals {
  prefix = "${var.context.name}-"
  arn    = "arn:${var.context.partition}"
  place  = "${var.context.region}:${var.context.account_id}"
  # Glue names cannot contain hyphens.
  database = replace(var.context.name, "-", "_")

  of_this_environment = { StringEquals = { "aws:ResourceTag/${var.infrastructure.tag.key}" = var.infrastructure.tag.value } }

  # read: what `terraform plan` asks AWS about our resources. No secret's value, no object, no other environment's workers.
  # change: what `terraform apply` does to them. Left to an administrator: roles, permissions boundaries and the OIDC provider,
  # creating a key or a user pool, and key policies. Only tags identify these as ours, and a role that tags could tag others' too.
  infrastructure = {
    Roles = {
      read      = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
      change    = []
      resources = ["${local.iam}:role${var.context.role_path}${local.prefix}*"]
      condition = null
    }
    CeilingsAndProvider = {
      read      = ["iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"]
      change    = []
      resources = ["${local.iam}:policy${var.context.role_path}${local.prefix}*", local.provider_arn]
      condition = null
    }
    Buckets = {
      read = [
        "s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
      ]
      change = [
        "s3:CreateBucket", "s3:PutBucketCORS", "s3:PutBucketLogging", "s3:PutBucketNotification", "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:TagResource", "s3:UntagResource",
      ]
      resources = ["${local.s3}${local.prefix}*"]
      condition = null
    }
    Keys = {
      read      = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"]
      change    = ["kms:EnableKeyRotation", "kms:TagResource", "kms:UpdateKeyDescription"]
      resources = ["${local.arn}:kms:${local.place}:key/*"]
      condition = local.of_this_environment
    }
    UserPools = {
      read = [
        "cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser", "cognito-idp:DescribeUserPool",
        "cognito-idp:DescribeUserPoolClient", "cognito-idp:GetGroup", "cognito-idp:GetUserPoolMfaConfig", "cognito-idp:ListUsersInGroup",
      ]
      change = [
        "cognito-idp:AdminAddUserToGroup", "cognito-idp:AdminCreateUser", "cognito-idp:AdminDeleteUser", "cognito-idp:AdminDisableUser",
        "cognito-idp:AdminEnableUser", "cognito-idp:AdminRemoveUserFromGroup", "cognito-idp:AdminUpdateUserAttributes",
        "cognito-idp:CreateGroup", "cognito-idp:CreateUserPoolClient", "cognito-idp:CreateUserPoolDomain", "cognito-idp:DeleteGroup",
        "cognito-idp:DeleteUserPoolClient", "cognito-idp:DeleteUserPoolDomain", "cognito-idp:SetUserPoolMfaConfig",
        "cognito-idp:TagResource", "cognito-idp:UpdateGroup", "cognito-idp:UpdateUserPool", "cognito-idp:UpdateUserPoolClient",
      ]
      resources = ["${local.arn}:cognito-idp:${local.place}:userpool/*"]
      condition = local.of_this_environment
    }
    Teams = {
      read = ["sagemaker:DescribeWorkforce", "sagemaker:DescribeWorkteam", "sagemaker:ListTags"]
      change = [
        "sagemaker:AddTags", "sagemaker:CreateWorkforce", "sagemaker:CreateWorkteam", "sagemaker:DeleteTags", "sagemaker:DeleteWorkteam",
        "sagemaker:UpdateWorkforce", "sagemaker:UpdateWorkteam",
      ]
      resources = [for thing in ["workforce", "workteam"] : "${local.sagemaker}:${thing}/*"]
      condition = null
    }
    Notices = {
      read = [
        "budgets:ListTagsForResource", "budgets:ViewBudget", "cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource",
        "events:DescribeApiDestination", "events:DescribeConnection", "events:DescribeRule", "events:ListTagsForResource",
        "events:ListTargetsByRule", "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource",
        "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags", "states:DescribeStateMachine",
        "states:ListStateMachineVersions", "states:ListTagsForResource",
      ]
      # Not the connection: it contains GitHub's token, which an administrator enters.
      change = [
        "budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource",
        "cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource",
        "events:CreateApiDestination", "events:DeleteApiDestination", "events:DeleteRule", "events:DisableRule", "events:EnableRule",
        "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource",
        "events:UpdateApiDestination",
        "sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes", "sns:Subscribe",
        "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
        "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue",
        "states:CreateStateMachine", "states:DeleteStateMachine", "states:TagResource", "states:UntagResource",
        "states:UpdateStateMachine",
      ]
      resources = concat(
        ["${local.arn}:budgets::${var.context.account_id}:budget/${local.prefix}*", "${local.arn}:cloudwatch:${local.place}:alarm:${local.prefix}*"],
        [for thing in ["api-destination", "connection", "rule"] : "${local.arn}:events:${local.place}:${thing}/${local.prefix}*"],
        [for service in ["sns", "sqs", "states"] : "${local.arn}:${service}:${local.place}:${service == "states" ? "stateMachine:" : ""}${local.prefix}*"],
      )
      condition = null
    }
    Catalog = {
      read = [
        "athena:GetNamedQuery", "athena:GetWorkGroup", "athena:ListTagsForResource",
        "glue:GetDatabase", "glue:GetPartitionIndexes", "glue:GetTable", "glue:GetTags",
      ]
      change = [
        "athena:CreateNamedQuery", "athena:CreateWorkGroup", "athena:DeleteNamedQuery", "athena:DeleteWorkGroup", "athena:TagResource",
        "athena:UntagResource", "athena:UpdateNamedQuery", "athena:UpdateWorkGroup",
        "glue:CreateDatabase", "glue:CreateTable", "glue:DeleteDatabase", "glue:DeleteTable", "glue:TagResource", "glue:UntagResource",
        "glue:UpdateDatabase", "glue:UpdateTable",
      ]
      resources = concat(
        ["${local.arn}:athena:${local.place}:workgroup/${var.context.name}"],
        [for thing in ["catalog", "database/${local.database}", "table/${local.database}/*"] : "${local.arn}:glue:${local.place}:${thing}"],
      )
      condition = null
    }
    # These actions do not support resources.
    Lists = {
      read      = ["cognito-idp:DescribeUserPoolDomain", "kms:ListAliases", "states:ValidateStateMachineDefinition"]
      change    = []
      resources = ["*"]
      condition = null
    }
  }

  infrastructure_actions = {
    read   = { for name, part in local.infrastructure : name => part.read }
    change = { for name, part in local.infrastructure : name => concat(part.read, part.change) }
  }

  may_read_infrastructure = {
    policy   = local.infrastructure_statements["read"]
    boundary = local.reads_in_boundary
  }
  may_change_infrastructure = local.infrastructure_statements["change"]

  # A boundary has no room for a statement of each kind: these are the same rights, because an action fits resources of its own kind
  # only. What holds for any resource, or under a condition, stays separate.
  kinds_in_boundary = {
    InfrastructureByName = [for part in local.infrastructure : part if part.condition == null && !contains(part.resources, "*")]
    InfrastructureByTag  = [for part in local.infrastructure : part if part.condition != null]
    Lists                = [local.infrastructure.Lists]
  }

  reads_in_boundary = [
    for sid, parts in local.kinds_in_boundary : {
      for element, value in {
        Sid       = sid
        Effect    = "Allow"
        Action    = flatten([for part in parts : part.read])
        Resource  = flatten([for part in parts : part.resources])
        Condition = sid == "InfrastructureByTag" ? local.of_this_environment : null
      } : element => value if value != null
    }
  ]

  infrastructure_statements = {
    for verb, actions in local.infrastructure_actions : verb => [
      for name, part in local.infrastructure : {
        for element, value in {
          Sid       = name
          Effect    = "Allow"
          Action    = actions[name]
          Resource  = part.resources
          Condition = part.condition
        } : element => value if value != null
      } if length(actions[name]) > 0
    ]
  }

  # A change to a rule or a state machine passes its role again. Each role is named.
  may_pass_on = [
    for roles in [var.infrastructure.service_role_arns] : {
      Sid       = "PassServiceRoles"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = roles
      Condition = { StringEquals = { "iam:PassedToService" = ["events.amazonaws.com", "states.amazonaws.com"] } }
    } if length(roles) > 0
  ]

  service_role_boundary = compact([var.infrastructure.service_role_boundary_arn])

  # IAM cannot restrict whom a new role trusts: so each role is named, and its boundary limits it. An existing role's trust policy
  # and boundary stay as they are.
  may_make_service_roles = flatten([
    for roles in [var.infrastructure.service_role_arns] : [
      {
        Sid       = "MakeServiceRoles"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"]
        Resource  = roles
        Condition = { StringEquals = { "iam:PermissionsBoundary" = local.service_role_boundary } }
      },
      {
        Sid      = "KeepServiceRoles"
        Effect   = "Allow"
        Action   = ["iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRoleDescription"]
        Resource = roles
      },
    ] if length(roles) > 0 && length(local.service_role_boundary) > 0
  ])
}
