output "input_bucket" {
  description = "The bucket to which teams upload clips, or null if none is created."
  value       = one([for role, bucket in aws_s3_bucket.this : bucket.id if role == "inputs"])
}

output "artifact_bucket" {
  description = "The bucket for the files that groundctl generates from a declaration: manifest, template, label categories."
  value       = aws_s3_bucket.this["artifacts"].id
}

output "output_bucket" {
  description = "The bucket to which Ground Truth writes labels."
  value       = aws_s3_bucket.this["outputs"].id
}

output "names" {
  description = "The buckets' names by purpose, known before they are created."
  value       = local.names
}

output "kms_key_arn" {
  description = "The key that encrypts the buckets, or null if S3 manages the keys."
  value       = local.kms_key_arn
}

output "encrypts_with_kms" {
  description = "Whether there is a KMS key. This is known at plan time, when its ARN is not."
  value       = var.encryption.kms
}

output "service_role_names" {
  description = "The roles that EventBridge and Step Functions assume here."
  value       = concat(aws_iam_role.worker_response_events[*].name, aws_iam_role.worker_response_tags[*].name)
}
