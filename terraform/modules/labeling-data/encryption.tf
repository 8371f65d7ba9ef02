locals {
  makes_key   = var.encryption.kms && var.encryption.key_arn == null
  kms_key_arn = local.makes_key ? one(aws_kms_key.this[*].arn) : var.encryption.key_arn

  iam            = "arn:${var.context.partition}:iam::${var.context.account_id}"
  execution_role = "${local.iam}:role${var.context.role_path}${var.execution_role_name}"
}

resource "aws_kms_key" "this" {
  count = local.makes_key ? 1 : 0

  description             = "Clips, job files and labels of ${var.context.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.disposable ? 7 : 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Without this, a key whose other principals were deleted could no longer be managed.
        Sid       = "AccountDecidesWithIam"
        Effect    = "Allow"
        Principal = { AWS = "${local.iam}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        # Ground Truth reads and writes as this role, and the workers' links to clips are signed as it.
        Sid       = "GroundTruthEncryptsAndDecrypts"
        Effect    = "Allow"
        Principal = { AWS = local.execution_role }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  count = local.makes_key ? 1 : 0

  name          = "alias/${var.context.name}-labeling"
  target_key_id = aws_kms_key.this[0].key_id
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

  # For a bucket that receives access logs, AWS supports only S3's own encryption.
  rule {
    bucket_key_enabled = var.encryption.kms && each.key != "logs"

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.encryption.kms && each.key != "logs" ? "aws:kms" : "AES256"
      kms_master_key_id = each.key == "logs" ? null : local.kms_key_arn
    }
  }
}
