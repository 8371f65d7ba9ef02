# What the roles may do with labeling jobs. Each list of statements comes in two widths: one for the policy, which names this
# environment's buckets, keys and teams, and one for the boundary, which also allows those that are added later (boundaries.tf).
locals {
  s3        = "arn:${var.context.partition}:s3:::"
  sagemaker = "arn:${var.context.partition}:sagemaker:${var.context.region}:${var.context.account_id}"
  jobs      = ["${local.sagemaker}:labeling-job/*"]

  # Keys are used only through S3: nothing is decrypted that S3 does not return. The state may be in another Region.
  by_way_of_s3 = { StringLike = { "kms:ViaService" = "s3.*.amazonaws.com" } }

  widths = {
    policy = {
      input_buckets = var.labeling.input_buckets
      read_keys     = distinct(concat(var.labeling.data_key[*].arn, var.labeling.read_key_arns, compact([var.ground.state.kms_key_arn])))
      work_teams    = var.labeling.work_team_arns
    }
    boundary = {
      input_buckets = ["*"]
      read_keys     = ["arn:${var.context.partition}:kms:*:*:key/*"]
      # Teams of a vendor can be in the vendor's account.
      work_teams = [for kind in ["private", "vendor"] : "arn:${var.context.partition}:sagemaker:${var.context.region}:*:workteam/${kind}-crowd/*"]
    }
  }

  own_objects    = ["${local.s3}${var.labeling.artifact_bucket}/jobs/*"]
  recorded_plans = "${local.s3}${var.labeling.artifact_bucket}/plans/"

  # The purchase ledger: a bucket that environments share, or else the artifact bucket.
  ledger_bucket = coalesce(var.labeling.ledger_bucket, var.labeling.artifact_bucket)

  # Everything that a workflow reads from buckets: what groundctl wrote, lists of clips, labels and the state. No clip, and no
  # worker's answer, because an answer identifies the worker.
  readable_objects = {
    for width, these in local.widths : width => concat(
      local.own_objects,
      ["${local.recorded_plans}*"],
      flatten([for bucket in these.input_buckets : ["${local.s3}${bucket}/*.manifest", "${local.s3}${bucket}/*.jsonl"]]),
      ["${local.s3}${local.ledger_bucket}/ledger/*", "${local.s3}${var.labeling.output_bucket}/*/manifests/*", "${local.s3}${var.ground.state.bucket}/${var.ground.state.key}"],
    )
  }

  may_look = {
    for width, these in local.widths : width => concat(
      [
        # The list action does not support resources.
        { Sid = "ListJobs", Effect = "Allow", Action = ["sagemaker:ListLabelingJobs"], Resource = ["*"] },
        { Sid = "LookAtJobs", Effect = "Allow", Action = ["sagemaker:DescribeLabelingJob", "sagemaker:ListTags"], Resource = local.jobs },
        {
          # Needed to distinguish a missing object from a forbidden one: without it S3 answers 403 for both.
          Sid    = "FindObjects"
          Effect = "Allow"
          Action = ["s3:GetBucketLocation", "s3:ListBucket"]
          Resource = [
            for bucket in distinct(concat(these.input_buckets, [var.labeling.artifact_bucket, var.labeling.output_bucket, local.ledger_bucket, var.ground.state.bucket])) :
            "${local.s3}${bucket}"
          ]
        },
        { Sid = "ReadFiles", Effect = "Allow", Action = ["s3:GetObject"], Resource = local.readable_objects[width] },
      ],
      [
        for keys in [these.read_keys] : { Sid = "Decrypt", Effect = "Allow", Action = ["kms:Decrypt"], Resource = keys, Condition = local.by_way_of_s3 }
        if length(keys) > 0
      ],
    )
  }

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
    for key in var.labeling.data_key[*] : { Sid = "Encrypt", Effect = "Allow", Action = ["kms:GenerateDataKey"], Resource = [key.arn], Condition = local.by_way_of_s3 }
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
