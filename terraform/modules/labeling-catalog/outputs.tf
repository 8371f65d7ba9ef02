output "database" {
  description = "The Glue database with the tables output_manifests and worker_responses."
  value       = aws_glue_catalog_database.this.name
}

output "workgroup" {
  description = "The Athena workgroup for queries: it has a scan limit, and its results are encrypted and expire."
  value       = aws_athena_workgroup.this.name
}

output "results_bucket" {
  description = "The bucket to which Athena writes results."
  value       = aws_s3_bucket.results.id
}
