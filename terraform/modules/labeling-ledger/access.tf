locals {
  in_organization = { "aws:PrincipalOrgID" = var.organization_id }

  for_everyone = [
    {
      Sid       = "RefuseWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.arn, "${local.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
    {
      Sid       = "RefuseOldTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.arn, "${local.arn}/*"]
      Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    },
    {
      # The number of an entry is decided by If-None-Match, so no write may come without it.
      Sid       = "WriteOnce"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = ["${local.arn}/*"]
      Condition = {
        Null = { "s3:if-none-match" = "true" }
        Bool = { "s3:ObjectCreationOperation" = "true" }
      }
    },
    {
      # If-None-Match treats a deleted entry as one that never existed. Replication into this bucket would delete and overwrite without it.
      Sid       = "KeepWhatIsWritten"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete", "s3:ReplicateObject"]
      Resource  = ["${local.arn}/*"]
    },
    {
      # S3 itself deletes what a lifecycle rule expires, and asks no policy.
      Sid       = "NeverExpire"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutLifecycleConfiguration"
      Resource  = [local.arn]
    },
  ]

  for_policy_writers = var.policy_writers == null ? [] : [{
    Sid       = "PolicyForItsWriters"
    Effect    = "Deny"
    Principal = "*"
    Action    = ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
    Resource  = [local.arn]
    Condition = { ArnNotLike = { "aws:PrincipalArn" = var.policy_writers } }
  }]

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.for_everyone, local.for_policy_writers, local.for_organization)
  })

  # Roles of this account need no statement here: their own policies allow them. Those of other accounts need both.
  for_organization = [for statement in local.organization_statements : statement if var.organization_id != null]

  organization_statements = [
    {
      Sid       = "OrganizationFindsEntries"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetBucketLocation", "s3:ListBucket"]
      Resource  = [local.arn]
      Condition = { StringEquals = local.in_organization }
    },
    {
      Sid       = "OrganizationReads"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = ["${local.arn}/ledger/*"]
      Condition = { StringEquals = local.in_organization }
    },
    {
      Sid       = "OrganizationAppends"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = local.appended
      Condition = {
        StringEquals = local.in_organization
        ArnLike      = { "aws:PrincipalArn" = var.appenders }
        Null         = { "s3:if-none-match" = "false" }
      }
    },
  ]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.bucket
  policy = local.policy

  # S3 refuses two changes of one bucket's access at the same time.
  depends_on = [aws_s3_bucket_public_access_block.this]

  lifecycle {
    precondition {
      condition     = length(local.policy) <= 20480
      error_message = "The policy of the bucket ${local.name} would have ${length(local.policy)} characters, and S3 accepts 20,480. Name fewer roles in ledger.new.appenders and ledger.new.policy_writers; a pattern can name several."
    }
  }
}
