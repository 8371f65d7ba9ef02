# A role's permissions boundary limits it, whatever its policy allows. The terraform role may rewrite the policies of the other
# four, because a new team or bucket has to be listed in them. It may not change a boundary, so it cannot raise their limits.
# An administrator changes its own role, trust policies, boundaries and the OIDC provider, and all other roles except those of
# services under a boundary that an administrator has provided.
#
# A role has one boundary. If a company's own is given, ours is not created: what it would deny is then denied in the role's policy
# (roles.tf), and because no boundary of ours limits the policies any more, the terraform role may not rewrite them.
locals {
  own_boundaries = var.context.permissions_boundary_arn == null

  listed = [for kind in ["apply", "plan", "record", "stop"] : kind if local.own_boundaries]

  listed_boundaries = [for kind in local.listed : local.boundary_arns[kind]]

  may_list_in_policies = [
    for kinds in [local.listed] : {
      Sid       = "ListTeamsAndBuckets"
      Effect    = "Allow"
      Action    = ["iam:PutRolePolicy"]
      Resource  = [for kind in kinds : local.role_arns[kind]]
      Condition = { StringEquals = { "iam:PermissionsBoundary" = local.listed_boundaries } }
    } if length(kinds) > 0
  ]

  limits = {
    plan      = concat(local.may_look.boundary, local.may_read_infrastructure.boundary)
    record    = concat(local.may_look.boundary, local.may_read_infrastructure.boundary, local.may_record)
    apply     = concat(local.may_look.boundary, local.may_count_members, local.may_create.boundary)
    stop      = concat(local.may_look.boundary, local.may_count_members, local.may_stop)
    terraform = concat(local.infrastructure_services, local.may_pass_on, local.may_make_service_roles)
  }

  # A bucket's policy, or a role's trust policy, can grant a session more than the Allows of a boundary, but never past a Deny.
  denials = merge({ for kind in keys(local.ways) : kind => local.never[contains(["record", "apply"], kind) ? "but_clips" : "clips"] }, { terraform = local.never_of_terraform })

  boundary_drafts = {
    for kind, limits in local.limits : kind => jsonencode({ Version = "2012-10-17", Statement = concat(limits, local.denials[kind]) })
  }

  boundaries = { for kind, draft in local.boundary_drafts : kind => replace(draft, local.drafted_key, local.data_key_arn) }

  # What a boundary refuses because none of its Allows fits, as a Deny.
  nothing_else = {
    for kind, limits in local.limits : kind => {
      Sid       = "NothingElse"
      Effect    = "Deny"
      NotAction = distinct(flatten([for statement in limits : statement.Action if statement.Effect == "Allow"]))
      Resource  = ["*"]
    }
  }

  never = {
    for what, readable in { clips = local.readable_objects.boundary, but_clips = concat(local.readable_objects.boundary, local.clip_objects) } : what => [
      { Sid = "NoOtherObjects", Effect = "Deny", Action = ["s3:GetObject*"], NotResource = readable },
      { Sid = "NoOtherRole", Effect = "Deny", Action = ["sts:AssumeRole"], Resource = ["*"] },
    ]
  }

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

  # Buckets that hold what cannot be made again, or what others rely on: clips, labels, plans, the ledger and the state. They exist
  # before the terraform role does. A bucket that is added later gets its settings when it is created (README.md).
  kept_buckets = distinct([
    for bucket in concat(
      [var.labeling.artifact_bucket, var.labeling.output_bucket, local.ledger_bucket, var.infrastructure.state.bucket],
      [for bucket in var.labeling.input_buckets : bucket if startswith(bucket, local.prefix)],
    ) : "${local.s3}${bucket}"
  ])

  never_of_terraform = [
    {
      Sid         = "NoObjectsButTheState"
      Effect      = "Deny"
      Action      = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"]
      NotResource = local.state_objects
    },
    {
      for element, value in {
        # A role without one of these boundaries (the terraform role itself, Ground Truth's role) keeps its administrator's policy.
        Sid      = "NoPolicyButUnderACeiling"
        Effect   = "Deny"
        Action   = ["iam:PutRolePolicy"]
        Resource = ["*"]
        Condition = one([
          for boundaries in [concat(local.listed_boundaries, local.service_role_boundary)] :
          { StringNotEquals = { "iam:PermissionsBoundary" = boundaries } } if length(boundaries) > 0
        ])
      } : element => value if value != null
    },
    {
      # No condition sees whether a setting gets stronger or weaker, so each change of these is an administrator's. Lifecycle rules
      # and versions are among them because they delete, and S3 then asks no policy.
      Sid    = "NoWeakerBuckets"
      Effect = "Deny"
      Action = [
        "s3:PutBucketAcl", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
      ]
      Resource = local.kept_buckets
    },
    {
      # What cannot be recreated: clips, labels, workers' accounts, and the keys that encrypt them; and what protects any bucket.
      Sid    = "NoDestroying"
      Effect = "Deny"
      Action = [
        "cognito-idp:DeleteUserPool", "kms:DisableKey", "kms:ScheduleKeyDeletion", "s3:DeleteBucket", "s3:DeleteBucketPolicy",
        "s3:PutAccountPublicAccessBlock", "sagemaker:DeleteWorkforce",
      ]
      Resource = ["*"]
    },
    { Sid = "NoOtherRole", Effect = "Deny", Action = ["sts:AssumeRole"], Resource = ["*"] },
  ]
}

resource "aws_iam_policy" "ceiling" {
  for_each = { for kind, name in local.names : kind => name if local.own_boundaries }

  name        = each.value
  path        = var.context.role_path
  description = "The most that the role ${each.value} can do, whatever its own policy says"
  policy      = local.boundaries[each.key]

  lifecycle {
    precondition {
      condition     = length(local.boundary_drafts[each.key]) <= 6144
      error_message = "The permissions boundary of the ${each.key} role would have ${length(local.boundary_drafts[each.key])} characters, and IAM accepts 6,144. Choose shorter names, first of all for the state's key (github.state.key) and role_path."
    }
  }
}
