resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = var.lifecycle_rules.enabled ? aws_s3_bucket.this : {}

  bucket = each.value.bucket

  rule {
    id     = "tidy-up"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = var.lifecycle_rules.unfinished_upload_days
    }

    noncurrent_version_expiration {
      noncurrent_days = var.lifecycle_rules.noncurrent_days
    }
  }

  dynamic "rule" {
    for_each = each.key == "outputs" && local.expires_worker_responses ? [var.worker_responses.days] : []

    content {
      id     = "worker-responses"
      status = "Enabled"

      filter {
        tag {
          key   = local.holds_worker_identity.key
          value = local.holds_worker_identity.value
        }
      }

      expiration {
        days = rule.value
      }
    }
  }

  dynamic "rule" {
    for_each = each.key == "logs" ? [var.access_logs.days] : []

    content {
      id     = "old-logs"
      status = "Enabled"

      filter {}

      expiration {
        days = rule.value
      }
    }
  }

  # S3 requires versioning before a rule on versions.
  depends_on = [aws_s3_bucket_versioning.this]
}
