locals {
  makes_log_bucket = var.access_logs.enabled && var.access_logs.bucket == null
  log_bucket       = local.makes_log_bucket ? aws_s3_bucket.this["logs"].bucket : var.access_logs.bucket

  logs_are_delivered = [{
    Sid       = "LogDeliveryOfOurBuckets"
    Effect    = "Allow"
    Principal = { Service = "logging.s3.amazonaws.com" }
    Action    = "s3:PutObject"
    Resource  = ["arn:${var.context.partition}:s3:::${var.context.name}-logs-${var.context.account_id}-${var.context.region}/*"]
    Condition = {
      StringEquals = { "aws:SourceAccount" = var.context.account_id }
      ArnLike      = { "aws:SourceArn" = [for role, arn in local.bucket_arns : arn if role != "logs"] }
    }
  }]
}

# A bucket that logged to itself would write a line for every line.
resource "aws_s3_bucket_logging" "this" {
  for_each = { for role, bucket in aws_s3_bucket.this : role => bucket if role != "logs" && var.access_logs.enabled }

  bucket        = each.value.bucket
  target_bucket = local.log_bucket
  target_prefix = "${each.value.bucket}/"

  # S3 tests whether it may write before it accepts the setting.
  depends_on = [aws_s3_bucket_policy.this]
}
