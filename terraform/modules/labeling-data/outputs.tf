output "input_bucket" {
  description = "The bucket into which teams put their clips, or null where none is made."
  value       = one([for role, bucket in aws_s3_bucket.this : bucket.id if role == "inputs"])
}

output "artifact_bucket" {
  description = "The bucket for what groundctl makes of a declaration: manifest, template, label categories."
  value       = aws_s3_bucket.this["artifacts"].id
}

output "output_bucket" {
  description = "The bucket into which Ground Truth writes labels."
  value       = aws_s3_bucket.this["outputs"].id
}

output "names" {
  description = "The buckets' names by what they are for, known before they are made."
  value       = local.names
}

output "kms_key_arn" {
  description = "The key that encrypts the buckets, or null where S3 manages the keys."
  value       = local.kms_key_arn
}

output "encrypts_with_kms" {
  description = "Whether there is such a key: known at plan time, when its ARN is not."
  value       = var.encryption.kms
}

output "service_role_names" {
  description = "The roles as which EventBridge and Step Functions act here."
  value       = concat(aws_iam_role.worker_response_events[*].name, aws_iam_role.worker_response_tags[*].name)
}
