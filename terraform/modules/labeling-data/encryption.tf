locals {
  makes_key   = var.encryption.kms && var.encryption.key_arn == null
  kms_key_arn = local.makes_key ? one(aws_kms_key.this[*].arn) : var.encryption.key_arn
}

resource "aws_kms_key" "this" {
  count = local.makes_key ? 1 : 0

  description             = "Clips, job files and labels of ${var.context.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.disposable ? 7 : 30

  # The account decides with IAM who uses the key; the execution role's own policy lets it in.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccountDecidesWithIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:${var.context.partition}:iam::${var.context.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "this" {
  count = local.makes_key ? 1 : 0

  name          = "alias/${var.context.name}-labeling"
  target_key_id = aws_kms_key.this[0].key_id
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    bucket_key_enabled = var.encryption.kms

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.encryption.kms ? "aws:kms" : "AES256"
      kms_master_key_id = local.kms_key_arn
    }
  }
}
