locals {
  undelivered     = "${var.context.name}-undelivered"
  undelivered_arn = "arn:${var.context.partition}:sqs:${var.context.region}:${var.context.account_id}:${local.undelivered}"
}

# Events that EventBridge could not deliver: immediately if the request was refused (a wrong or expired token), after a day of
# retries if there was no answer. groundctl does not depend on them: the next scheduled run covers a lost event.
resource "aws_sqs_queue" "undelivered" {
  name                      = local.undelivered
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 14 * 24 * 60 * 60

  # Inline and not a separate resource: the provider waits 25 s for each.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EventsOfThisRule"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.undelivered_arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.job_ended.arn } }
      },
      {
        Sid       = "RefuseWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local.undelivered_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name        = "${var.context.name}-undelivered"
  alarm_description = "GitHub or e-mail recipients were not notified that a labeling job has ended. The queue ${aws_sqs_queue.undelivered.name} contains the events and the reason; a 401 means that the token is wrong or has expired."

  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.undelivered.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.people.arn]
  ok_actions    = [aws_sns_topic.people.arn]
}

# The last safeguard: an event that reached neither its target nor the queue.
resource "aws_cloudwatch_metric_alarm" "lost" {
  alarm_name        = "${var.context.name}-lost"
  alarm_description = "EventBridge could not deliver an event of the rule ${aws_cloudwatch_event_rule.job_ended.name}, and could not put it into the queue either."

  namespace           = "AWS/Events"
  metric_name         = "InvocationsFailedToBeSentToDlq"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.job_ended.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.people.arn]
}
