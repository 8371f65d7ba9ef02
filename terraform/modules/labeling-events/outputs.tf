output "topic_arn" {
  description = "The SNS topic for notifications. You can subscribe chat or ticket systems to it too."
  value       = aws_sns_topic.people.arn
}

output "undelivered_queue_url" {
  description = "The queue of events that could not be delivered."
  value       = aws_sqs_queue.undelivered.url
}

output "github_connection" {
  description = "The connection that an administrator gives GitHub's token, or null if GitHub is not notified."
  value       = one(aws_cloudwatch_event_connection.github[*].name)
}

output "service_role_names" {
  description = "The roles that EventBridge and Step Functions assume here."
  value       = concat(aws_iam_role.calls_github[*].name, aws_iam_role.watcher[*].name, aws_iam_role.daily[*].name)
}
