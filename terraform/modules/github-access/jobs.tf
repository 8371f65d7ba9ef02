# What the roles may do with labeling jobs. Each list of statements comes in two widths: one for the policy, which names this
# environment's buckets, keys and teams, and one for the boundary, which also allows those that are added later (boundaries.tf).
locals {
  s3        = "arn:${var.context.partition}:s3:::"
  sagemaker = "arn:${var.context.partition}:sagemaker:${var.context.region}:${var.context.account_id}"
  jobs      = ["${local.sagemaker}:labeling-job/*"]

  # In the texts of policies, until they are complete: a new key's ARN is unknown before the apply, and its length is not. So a plan
  # refuses settings whose policies are too long for IAM.
  drafted_key     = "arn:${var.context.partition}:kms:${var.context.region}:${var.context.account_id}:key/the-key-that-encrypts-our-buckets---"
  data_key_drafts = [for key in var.labeling.data_key[*] : local.drafted_key]
  data_key_arn    = coalesce(one(var.labeling.data_key[*].arn), local.drafted_key)

  # Keys are used only through S3: nothing is decrypted that S3 does not return. The state may be in another Region.
  by_way_of_s3 = { StringLike = { "kms:ViaService" = "s3.*.amazonaws.com" } }

  widths = {
    policy = {
      input_buckets = var.labeling.input_buckets
      buckets = distinct(concat(
        var.labeling.input_buckets, [var.labeling.artifact_bucket, var.labeling.output_bucket, local.ledger_bucket, var.infrastructure.state.bucket],
      ))
      read_keys = distinct(concat(local.data_key_drafts, var.labeling.read_key_arns, compact([var.infrastructure.state.kms_key_arn])))
      places = distinct(concat(
        local.data_key_drafts, var.labeling.read_key_arns, var.labeling.work_team_arns, [var.labeling.execution_role_arn, local.role_arns["apply"]],
      ))
      work_teams = var.labeling.work_team_arns
    }
    boundary = {
      input_buckets = ["*"]
      buckets       = ["*"]
      read_keys     = ["arn:${var.context.partition}:kms:*:*:key/*"]
      places        = ["*"]
      # Teams of a vendor can be in the vendor's account.
      work_teams = [for kind in ["private", "vendor"] : "arn:${var.context.partition}:sagemaker:${var.context.region}:*:workteam/${kind}-crowd/*"]
    }
  }

  own_objects    = ["${local.s3}${var.labeling.artifact_bucket}/jobs/*"]
  recorded_plans = "${local.s3}${var.labeling.artifact_bucket}/plans/"

  # The purchase ledger: a bucket that environments share, or else the artifact bucket.
  ledger_bucket = coalesce(var.labeling.ledger_bucket, var.labeling.artifact_bucket)

  # Everything that a workflow reads from buckets: what groundctl wrote, lists of clips (also of S3 Inventory), labels and the state. No
  # worker's answer, because an answer identifies the worker.
  readable_objects = {
    for width, these in local.widths : width => concat(
      local.own_objects,
      ["${local.recorded_plans}*"],
      flatten([for bucket in these.input_buckets : ["${local.s3}${bucket}/*.manifest", "${local.s3}${bucket}/*.jsonl", "${local.s3}${bucket}/inventory/*"]]),
      ["${local.s3}${local.ledger_bucket}/ledger/*", "${local.s3}${var.labeling.output_bucket}/*/manifests/*", "${local.s3}${var.infrastructure.state.bucket}/${var.infrastructure.state.key}"],
    )
  }

  # Before clips are bought, their headers are read, and the first bytes of a sample. Pull requests may run code of their own
  # as the plan role, so it does not see clips; record and apply run the default branch's code only. A worker's answer is JSON. A
  # boundary has room for few endings, and a plan says of a clip that it may not look at it.
  clip_objects      = [for ending in ["mp4", "webm", "ogg", "MP4"] : "${local.s3}*/*.${ending}"]
  may_look_at_clips = [{ Sid = "LookAtClips", Effect = "Allow", Action = ["s3:GetObject"], Resource = [for bucket in var.labeling.input_buckets : "${local.s3}${bucket}/*"] }]

  # In a boundary, the Deny NoOtherObjects lists what may be read: there is no room to list it twice.
  read_objects = { policy = local.readable_objects.policy, boundary = ["${local.s3}*"] }

  may_look = {
    for width, these in local.widths : width => concat(
      [
        # These actions do not support resources. A vendor's team is a subscription in AWS Marketplace.
        { Sid = "ListJobs", Effect = "Allow", Action = ["aws-marketplace:ViewSubscriptions", "sagemaker:ListLabelingJobs"], Resource = ["*"] },
        { Sid = "LookAtJobs", Effect = "Allow", Action = ["sagemaker:DescribeLabelingJob", "sagemaker:ListTags"], Resource = local.jobs },
        {
          # Needed to distinguish a missing object from a forbidden one: without it S3 answers 403 for both.
          Sid    = "FindObjects"
          Effect = "Allow"
          # The settings decide whether workers see the clips of a bucket.
          Action   = ["s3:GetBucketCORS", "s3:GetBucketLocation", "s3:GetBucketRequestPayment", "s3:GetEncryptionConfiguration", "s3:ListBucket"]
          Resource = [for bucket in these.buckets : "${local.s3}${bucket}"]
        },
        { Sid = "ReadFiles", Effect = "Allow", Action = ["s3:GetObject"], Resource = local.read_objects[width] },
        {
          # Before a job is bought, its place is looked at. An action fits resources of its own kind only, so one statement is enough.
          Sid      = "LookAtPlaces"
          Effect   = "Allow"
          Action   = ["iam:GetRole", "iam:SimulatePrincipalPolicy", "kms:DescribeKey", "sagemaker:DescribeSubscribedWorkteam", "sagemaker:DescribeWorkteam"]
          Resource = these.places
        },
      ],
      [
        for keys in [these.read_keys] : { Sid = "Decrypt", Effect = "Allow", Action = ["kms:Decrypt"], Resource = keys, Condition = local.by_way_of_s3 }
        if length(keys) > 0
      ],
    )
  }

  # groundctl counts members, and keeps no name of a worker. For those who plan, this is among what they read of the infrastructure.
  may_count_members = [{
    Sid       = "CountMembers"
    Effect    = "Allow"
    Action    = ["cognito-idp:ListUsersInGroup"]
    Resource  = local.infrastructure.UserPools.resources
    Condition = local.of_this_environment
  }]

  may_create = {
    for width, these in local.widths : width => concat(
      [
        {
          Sid       = "CreateJobsForOurTeams"
          Effect    = "Allow"
          Action    = ["sagemaker:CreateLabelingJob"]
          Resource  = local.jobs
          Condition = { ArnLike = { "sagemaker:WorkteamArn" = these.work_teams } }
        },
        # The create call carries tags, for which AWS requires this action too.
        { Sid = "TagJobs", Effect = "Allow", Action = ["sagemaker:AddTags"], Resource = local.jobs },
        {
          Sid       = "PassTheExecutionRole"
          Effect    = "Allow"
          Action    = ["iam:PassRole"]
          Resource  = [var.labeling.execution_role_arn]
          Condition = { StringEquals = { "iam:PassedToService" = "sagemaker.amazonaws.com" } }
        },
        {
          # Only with If-None-Match, so that no existing object is overwritten. Copies and multipart uploads cannot send it.
          Sid       = "WriteFilesOnce"
          Effect    = "Allow"
          Action    = ["s3:PutObject"]
          Resource  = concat(local.own_objects, [for folder in ["entries", "packs"] : "${local.s3}${local.ledger_bucket}/ledger/${folder}/*"])
          Condition = local.once
        },
      ],
      local.may_encrypt,
      local.never_the_public_crowd,
    )
  }

  once = { Null = { "s3:if-none-match" = "false" } }

  may_encrypt = [
    for arn in local.data_key_drafts : { Sid = "Encrypt", Effect = "Allow", Action = ["kms:GenerateDataKey"], Resource = [arn], Condition = local.by_way_of_s3 }
  ]

  # The number in the key is that of the repository whose workflow the role trusts.
  may_record = concat(
    [{
      Sid       = "RecordPlansOnce"
      Effect    = "Allow"
      Action    = ["s3:PutObject"]
      Resource  = ["${local.recorded_plans}${var.github.repository_id}/*"]
      Condition = local.once
    }],
    local.may_encrypt,
  )

  may_stop = [
    { Sid = "StopJobs", Effect = "Allow", Action = ["sagemaker:StopLabelingJob"], Resource = local.jobs },
  ]

  # A Deny of its own, so that no later Allow can undo it.
  never_the_public_crowd = [{
    Sid       = "NeverThePublicCrowd"
    Effect    = "Deny"
    Action    = ["sagemaker:CreateLabelingJob"]
    Resource  = ["*"]
    Condition = { StringEquals = { "sagemaker:WorkteamType" = "public-crowd" } }
  }]
}
