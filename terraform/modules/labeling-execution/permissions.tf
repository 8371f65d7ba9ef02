locals {
  s3      = "arn:${var.context.partition}:s3:::"
  buckets = distinct(concat(keys(var.access.inputs), [var.access.artifact_bucket, var.access.output_bucket]))

  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
  # IAM counts all policies of a role together. That for the data key has about 300 characters, and its ARN is unknown at first.
  room = 10240 - (var.data_key == null ? 0 : 400)

  # Each entry is a list of statements, so that one that does not apply can be empty.
  statements = concat(local.may_find, local.may_read, local.may_write, local.may_use_read_keys, local.may_report, local.may_stream)

  may_find = [{
    Sid      = "FindObjects"
    Effect   = "Allow"
    Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
    Resource = [for bucket in local.buckets : "${local.s3}${bucket}"]
  }]

  may_read = [{
    Sid    = "ReadClipsAndJobFiles"
    Effect = "Allow"
    Action = ["s3:GetObject"]
    Resource = concat(
      flatten([for bucket, prefixes in var.access.inputs : [for prefix in prefixes : "${local.s3}${bucket}/${prefix}*"]]),
      ["${local.s3}${var.access.artifact_bucket}/${var.access.artifact_prefix}*"],
    )
  }]

  # Consolidation reads the workers' answers back from where they were written.
  may_write = [{
    Sid      = "WriteLabels"
    Effect   = "Allow"
    Action   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    Resource = ["${local.s3}${var.access.output_bucket}/${var.access.output_prefix}*"]
  }]

  may_use_data_key = var.data_key == null ? [] : [{
    Sid      = "UseTheDataKey"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    Resource = [var.data_key.arn]
  }]

  # The worker's link to a clip is signed as this role, so the role must be able to decrypt the clip.
  may_use_read_keys = length(var.access.read_key_arns) == 0 ? [] : [{
    Sid      = "DecryptClips"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:DescribeKey"]
    Resource = var.access.read_key_arns
  }]

  logs = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:log-group:/aws/sagemaker/"

  may_report = [
    {
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = ["${local.logs}LabelingJobs*", "${local.logs}groundtruth/*"]
    },
    {
      # PutMetricData does not support resources; only the namespace restricts it.
      Sid       = "WriteMetrics"
      Effect    = "Allow"
      Action    = ["cloudwatch:PutMetricData"]
      Resource  = ["*"]
      Condition = { StringLike = { "cloudwatch:namespace" = ["AWS/SageMaker*", "/aws/sagemaker/*"] } }
    },
  ]

  # A streaming job reads a topic through a queue that Ground Truth creates as this role: GroundTruth-<name of the job>. These are the
  # rights of AWS's example, for our topics and for queues of this account and Region.
  # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permission-execution-role.html
  queues = "arn:${var.context.partition}:sqs:${var.context.region}:${var.context.account_id}:*GroundTruth*"

  may_stream = flatten([
    for topics in [var.topics] : [
      {
        Sid    = "StreamingQueue"
        Effect = "Allow"
        Action = [
          "sqs:CreateQueue", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:SendMessage",
          "sqs:SetQueueAttributes",
        ]
        Resource = [local.queues]
      },
      {
        Sid      = "StreamingTopicSubscribe"
        Effect   = "Allow"
        Action   = ["sns:Subscribe"]
        Resource = topics
        # AWS's example has an SNS topic as the endpoint; its managed policy has the queue, which is what is subscribed.
        Condition = {
          StringEquals = { "sns:Protocol" = "sqs" }
          StringLike   = { "sns:Endpoint" = local.queues }
        }
      },
      { Sid = "StreamingTopic", Effect = "Allow", Action = ["sns:Publish"], Resource = topics },
      {
        # A subscription's ARN is that of its topic and a number.
        Sid      = "StreamingTopicUnsubscribe"
        Effect   = "Allow"
        Action   = ["sns:Unsubscribe"]
        Resource = concat(topics, [for topic in topics : "${topic}:*"])
      },
    ] if length(topics) > 0
  ])
}
