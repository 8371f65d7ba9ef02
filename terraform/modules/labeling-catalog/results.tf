resource "aws_s3_bucket" "results" {
  #checkov:skip=CKV_AWS_18:CloudTrail and Athena's query history record the queries; only Athena writes here
  #checkov:skip=CKV_AWS_21:A result is recreated by running the query again
  #checkov:skip=CKV_AWS_144:A result is recreated by running the query again
  #checkov:skip=CKV2_AWS_62:Athena itself reports when a query has ended

  bucket        = "${var.context.name}-queries-${var.context.account_id}-${var.context.region}"
  force_destroy = var.disposable
}

resource "aws_s3_bucket_public_access_block" "results" {
  bucket                  = aws_s3_bucket.results.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "results" {
  bucket = aws_s3_bucket.results.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "results" {
  bucket = aws_s3_bucket.results.id

  rule {
    bucket_key_enabled = var.encrypts_with_kms

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.encrypts_with_kms ? "aws:kms" : "AES256"
      kms_master_key_id = var.labels.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_policy" "results" {
  bucket = aws_s3_bucket.results.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefuseWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.results.arn, "${aws_s3_bucket.results.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 refuses two changes of one bucket's access at the same time.
  depends_on = [aws_s3_bucket_public_access_block.results]
}

resource "aws_s3_bucket_lifecycle_configuration" "results" {
  count = var.results.expire ? 1 : 0

  bucket = aws_s3_bucket.results.id

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = var.results.expire_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}
