output "topic_arn" {
  description = "The SNS topic that tells people; subscribe chat or tickets to it too."
  value       = aws_sns_topic.people.arn
}

output "undelivered_queue_url" {
  description = "The queue with the events that could not be delivered."
  value       = aws_sqs_queue.undelivered.url
}

output "github_connection" {
  description = "The connection into which a person puts GitHub's token, or null where GitHub is not told."
  value       = one(aws_cloudwatch_event_connection.github[*].name)
}

output "service_role_names" {
  description = "The roles as which EventBridge and Step Functions act here."
  value       = concat(aws_iam_role.calls_github[*].name, aws_iam_role.watcher[*].name, aws_iam_role.daily[*].name)
}
