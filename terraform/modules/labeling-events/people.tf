resource "aws_sns_topic" "people" {
  name              = "${var.context.name}-labeling"
  kms_master_key_id = aws_kms_key.this.arn
}

resource "aws_sns_topic_policy" "people" {
  arn = aws_sns_topic.people.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # No condition: EventBridge sends SNS no context that one could match, and each notification would be dropped (EventBridge
        # User Guide on resource-based policies). A rule in another account that knows the topic's name could publish to it.
        Sid       = "JobsThatEnded"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.people.arn
      },
      {
        Sid       = "AlarmsAndBudgetOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.people.arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "people" {
  for_each = var.emails

  topic_arn = aws_sns_topic.people.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudwatch_event_target" "people" {
  rule      = aws_cloudwatch_event_rule.job_ended.name
  target_id = "people"
  arn       = aws_sns_topic.people.arn

  input_transformer {
    input_paths = {
      job    = "$.resources[0]"
      status = "$.detail.LabelingJobStatus"
    }
    input_template = <<-EOT
      "The labeling job <job> has ended: <status>. `groundctl status` says more."
    EOT
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  # The target needs a topic that accepts its messages.
  depends_on = [aws_sns_topic_policy.people]
}
