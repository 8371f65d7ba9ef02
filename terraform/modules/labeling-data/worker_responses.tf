# Ground Truth writes worker responses to <output path>/<job>/annotations/worker-response/, without a tag. A lifecycle rule
# matches the beginning of a key, or a tag. So each such file is tagged when it appears, and the rule matches the tag.

locals {
  worker_responses         = "*/annotations/worker-response/*"
  expires_worker_responses = var.lifecycle_rules.enabled && var.worker_responses.expire
  holds_worker_identity    = { key = "groundctl:holds", value = "worker-identity" }

  # AWS's own services act without a principal that this statement could name.
  worker_responses_are_private = var.worker_responses.readers == null ? [] : [{
    Sid       = "WorkerResponsesForTheirReaders"
    Effect    = "Deny"
    Principal = "*"
    Action    = ["s3:GetObject", "s3:GetObjectVersion"]
    Resource  = ["${local.bucket_arns["outputs"]}/${local.worker_responses}"]
    Condition = {
      ArnNotLike   = { "aws:PrincipalArn" = concat([local.execution_role], var.worker_responses.readers) }
      BoolIfExists = { "aws:PrincipalIsAWSService" = "false" }
    }
  }]

  # Role names are unique in the account, other names in the Region: both in every name separate two setups of one environment.
  tagging = "${var.context.name}-worker-responses-${var.context.region}"

  made_here = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
}

resource "aws_s3_bucket_notification" "outputs" {
  count = local.expires_worker_responses ? 1 : 0

  bucket      = aws_s3_bucket.this["outputs"].bucket
  eventbridge = true
}

resource "aws_cloudwatch_event_rule" "worker_responses" {
  count = local.expires_worker_responses ? 1 : 0

  name        = local.tagging
  description = "A file that says which person gave which answer has appeared"
  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = {
      bucket = { name = [local.names["outputs"]] }
      object = { key = [{ wildcard = local.worker_responses }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "worker_responses" {
  count = local.expires_worker_responses ? 1 : 0

  rule     = aws_cloudwatch_event_rule.worker_responses[0].name
  arn      = aws_sfn_state_machine.worker_responses[0].arn
  role_arn = aws_iam_role.worker_response_events[0].arn
}

resource "aws_sfn_state_machine" "worker_responses" {
  #checkov:skip=CKV_AWS_284:One call, nothing to trace
  #checkov:skip=CKV_AWS_285:One call, with six retries; the metric ExecutionsFailed counts failures, and a log would contain keys with worker ids

  count = local.expires_worker_responses ? 1 : 0

  name     = local.tagging
  type     = "EXPRESS"
  role_arn = aws_iam_role.worker_response_tags[0].arn

  definition = jsonencode({
    Comment = "Mark a file that says which person gave which answer, so that it is deleted in time"
    StartAt = "Tag"
    States = {
      Tag = {
        Type     = "Task"
        Resource = "arn:${var.context.partition}:states:::aws-sdk:s3:putObjectTagging"
        Parameters = {
          "Bucket.$" = "$.detail.bucket.name"
          "Key.$"    = "$.detail.object.key"
          Tagging    = { TagSet = [{ Key = local.holds_worker_identity.key, Value = local.holds_worker_identity.value }] }
        }
        Retry = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, BackoffRate = 2, MaxAttempts = 6 }]
        End   = true
      }
    }
  })
}

resource "aws_iam_role" "worker_response_events" {
  count = local.expires_worker_responses ? 1 : 0

  name                 = "${var.context.name}-response-events-${var.context.region}"
  description          = "EventBridge starts the tagging of worker responses of ${var.context.name}"
  permissions_boundary = var.context.permissions_boundary_arn
  path                 = var.context.role_path

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EventsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = local.made_here
    }]
  })
}

resource "aws_iam_role_policy" "worker_response_events" {
  count = local.expires_worker_responses ? 1 : 0

  name = "start"
  role = aws_iam_role.worker_response_events[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "StartTagging"
      Effect   = "Allow"
      Action   = ["states:StartExecution"]
      Resource = ["arn:${var.context.partition}:states:${var.context.region}:${var.context.account_id}:stateMachine:${local.tagging}"]
    }]
  })
}

resource "aws_iam_role" "worker_response_tags" {
  count = local.expires_worker_responses ? 1 : 0

  name                 = "${var.context.name}-response-tags-${var.context.region}"
  description          = "Step Functions tags worker responses of ${var.context.name}"
  permissions_boundary = var.context.permissions_boundary_arn
  path                 = var.context.role_path

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "StatesOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = local.made_here
    }]
  })
}

resource "aws_iam_role_policy" "worker_response_tags" {
  count = local.expires_worker_responses ? 1 : 0

  name = "tag"
  role = aws_iam_role.worker_response_tags[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "TagWorkerResponses"
      Effect   = "Allow"
      Action   = ["s3:PutObjectTagging"]
      Resource = ["${local.bucket_arns["outputs"]}/${local.worker_responses}"]
    }]
  })
}
