locals {
  tells_github = var.github != null

  # The connection's placeholder until an administrator enters the token: see README.md.
  no_token = "Bearer not-set"
}

# EventBridge keeps the token in its own secret in Secrets Manager. The provider can only write it from the state, so
# Terraform creates the connection without one, and never changes it again: any update would send the placeholder.
resource "aws_cloudwatch_event_connection" "github" {
  count = local.tells_github ? 1 : 0

  name               = "${var.context.name}-github"
  description        = "Token with which EventBridge notifies GitHub that a labeling job has ended"
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      key   = "Authorization"
      value = local.no_token
    }
  }

  lifecycle {
    ignore_changes = [auth_parameters, authorization_type, description, kms_key_identifier]
  }
}

resource "aws_cloudwatch_event_api_destination" "github" {
  count = local.tells_github ? 1 : 0

  name                = "${var.context.name}-github"
  description         = "repository_dispatch of ${var.github.repository}"
  connection_arn      = aws_cloudwatch_event_connection.github[0].arn
  http_method         = "POST"
  invocation_endpoint = "${var.github.api_url}/repos/${var.github.repository}/dispatches"

  # GitHub limits writes to 80 a minute; events that wait here are not lost.
  invocation_rate_limit_per_second = 1
}

resource "aws_cloudwatch_event_target" "github" {
  count = local.tells_github ? 1 : 0

  rule      = aws_cloudwatch_event_rule.job_ended.name
  target_id = "github"
  arn       = aws_cloudwatch_event_api_destination.github[0].arn
  role_arn  = aws_iam_role.calls_github[0].arn

  http_target {
    header_parameters = {
      Accept                 = "application/vnd.github+json"
      "X-GitHub-Api-Version" = "2022-11-28"
    }
  }

  # The event contains only the job's ARN, and a template cannot extract the name. The workflow asks AWS about every job and trusts no payload.
  input_transformer {
    input_paths = {
      job    = "$.resources[0]"
      status = "$.detail.LabelingJobStatus"
    }
    # Not with jsonencode: it would write the brackets as \u003c.
    input_template = <<-EOT
      {"event_type": "groundctl-labeling-job", "client_payload": {"job": "<job>", "status": "<status>"}}
    EOT
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }
}

resource "aws_iam_role" "calls_github" {
  count = local.tells_github ? 1 : 0

  name                 = "${var.context.name}-calls-github-${var.context.region}"
  description          = "EventBridge acts as this role to notify GitHub that a labeling job has ended"
  permissions_boundary = var.context.permissions_boundary_arn
  path                 = var.context.role_path

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EventBridgeForThisRule"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account_id }
        ArnEquals    = { "aws:SourceArn" = aws_cloudwatch_event_rule.job_ended.arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "calls_github" {
  count = local.tells_github ? 1 : 0

  name = "call-github"
  role = aws_iam_role.calls_github[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "CallThisDestination"
      Effect   = "Allow"
      Action   = "events:InvokeApiDestination"
      Resource = aws_cloudwatch_event_api_destination.github[0].arn
    }]
  })
}
