resource "aws_athena_workgroup" "this" {
  name          = var.context.name
  description   = "Queries over labels; one that reads more than ${var.scan_limit_gb} GB is stopped"
  force_destroy = var.disposable

  configuration {
    # A query cannot choose another location, another key or a higher limit.
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = ceil(var.scan_limit_gb * 1000 * 1000 * 1000)

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location       = "s3://${aws_s3_bucket.results.bucket}/"
      expected_bucket_owner = var.context.account_id

      encryption_configuration {
        encryption_option = var.encrypts_with_kms ? "SSE_KMS" : "SSE_S3"
        kms_key_arn       = var.labels.kms_key_arn
      }
    }
  }
}

resource "aws_athena_named_query" "this" {
  for_each = fileset("${path.module}/queries", "*.sql")

  name        = trimsuffix(each.value, ".sql")
  description = trimprefix(split("\n", file("${path.module}/queries/${each.value}"))[0], "-- ")
  workgroup   = aws_athena_workgroup.this.id
  database    = aws_glue_catalog_database.this.name
  query       = file("${path.module}/queries/${each.value}")
}
