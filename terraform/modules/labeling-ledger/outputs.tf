output "bucket" {
  description = "The bucket that holds the ledger."
  value       = aws_s3_bucket.this.id
}

output "name" {
  description = "The bucket's name, known before it is made."
  value       = local.name
}
