output "database" {
  description = "The Glue database with the tables output_manifests and worker_responses."
  value       = aws_glue_catalog_database.this.name
}

output "workgroup" {
  description = "The Athena workgroup to query in: with a scan limit, and with results that are encrypted and go away."
  value       = aws_athena_workgroup.this.name
}

output "results_bucket" {
  description = "The bucket into which Athena writes results."
  value       = aws_s3_bucket.results.id
}
