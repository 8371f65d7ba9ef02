# A customer managed key: services cannot write to a topic that is encrypted with the key that AWS manages.
resource "aws_kms_key" "this" {
  description             = "Notices about labeling jobs of ${var.context.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountDecidesWithIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.context.partition}:iam::${var.context.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "ServicesSendNotices"
        Effect    = "Allow"
        Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
      },
      {
        # EventBridge sends no source account: with a condition on the account each notification would be dropped without an error
        # (SNS Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics").
        Sid       = "RulesSendNotices"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
      },
    ]
  })
}
