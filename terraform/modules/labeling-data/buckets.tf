locals {
  roles = concat(
    var.new_input_bucket ? ["inputs"] : [],
    ["artifacts", "outputs"],
    local.makes_log_bucket ? ["logs"] : [],
  )

  # Bucket names are unique over all of AWS: account and Region avoid conflicts with other accounts.
  names = {
    for role in local.roles :
    role => "${var.context.name}-${role}-${var.context.account_id}-${var.context.region}"
  }
}

# Every bucket, including the one for logs, gets everything in this file, in access.tf and in encryption.tf.
resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:Clips and labels may have to stay in their Region; versioning protects against accidental loss
  #checkov:skip=CKV2_AWS_62:Only the bucket for labels needs notifications, and worker_responses.tf enables them

  for_each = local.names

  bucket        = each.value
  force_destroy = var.disposable
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  # Always `bucket`, not `id`: the same name, but known before the apply, so that tests can evaluate a plan.
  bucket = each.value.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

# The worker's page fetches the clip with a signed link from its own origin; without this rule, tasks fail.
resource "aws_s3_bucket_cors_configuration" "inputs" {
  count = var.new_input_bucket ? 1 : 0

  bucket = aws_s3_bucket.this["inputs"].bucket

  cors_rule {
    allowed_headers = []
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    expose_headers  = ["Access-Control-Allow-Origin"]
  }
}
