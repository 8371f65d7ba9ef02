locals {
  name = "${var.context.name}-ledger-${var.context.account_id}-${var.context.region}"
  arn  = "arn:${var.context.partition}:s3:::${local.name}"

  appended = [for folder in ["entries", "packs"] : "${local.arn}/ledger/${folder}/*"]
}

# There is no lifecycle rule, and the policy allows none: an entry that expired would free clips that are paid for.
resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:Each entry names who wrote it, and reading the ledger gives away hashes only
  #checkov:skip=CKV_AWS_144:Only the bucket whose conditional writes decide can be the ledger; versions and denied deletes guard against loss
  #checkov:skip=CKV_AWS_145:A KMS key would have to be shared with every account of the organization
  #checkov:skip=CKV2_AWS_61:Entries are kept permanently
  #checkov:skip=CKV2_AWS_62:No service acts on an entry

  bucket        = local.name
  force_destroy = var.disposable
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}
