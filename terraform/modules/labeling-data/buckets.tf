locals {
  # Bucket names are shared by all of AWS; account and Region keep ours from meeting someone else's.
  names = {
    for role in ["inputs", "artifacts", "outputs"] :
    role => "${var.context.name}-${role}-${var.context.account_id}-${var.context.region}"
  }
}

resource "aws_s3_bucket" "this" {
  for_each = local.names

  bucket        = each.value
  force_destroy = var.disposable
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = { for role, bucket in aws_s3_bucket.this : role => bucket if var.lifecycle_rules.enabled }

  bucket = each.value.id

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

  # S3 wants versioning to be settled before a rule on versions.
  depends_on = [aws_s3_bucket_versioning.this]
}

# The worker's page fetches the clip with a signed link from its own origin; without this rule, tasks fail.
resource "aws_s3_bucket_cors_configuration" "inputs" {
  bucket = aws_s3_bucket.this["inputs"].id

  cors_rule {
    allowed_headers = []
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    expose_headers  = ["Access-Control-Allow-Origin"]
  }
}
