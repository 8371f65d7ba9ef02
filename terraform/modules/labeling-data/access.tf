resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

locals {
  bucket_arns = { for role, name in local.names : role => "arn:${var.context.partition}:s3:::${name}" }

  # Statements of each bucket's policy, in addition to the two on TLS. None requires a certain encryption of an upload: Ground
  # Truth always writes its output with a KMS key, and a statement that requires AES256 would refuse it.
  statements = {
    inputs    = []
    artifacts = concat(local.written_once, local.plans_are_recorded)
    outputs   = local.worker_responses_are_private
    logs      = local.logs_are_delivered
  }

  # groundctl writes below these with If-None-Match: *, because a key determines the object's content (jobs/), an entry's place
  # in the ledger (ledger/), or what an approver saw (plans/). The parts of a multipart upload do not send the header and create no object; its last call does both.
  written_once_prefixes = ["jobs/", "ledger/", "plans/"]

  written_once = [
    {
      Sid       = "WriteOnce"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = [for prefix in local.written_once_prefixes : "${local.bucket_arns["artifacts"]}/${prefix}*"]
      Condition = {
        Null = { "s3:if-none-match" = "true" }
        Bool = { "s3:ObjectCreationOperation" = "true" }
      }
    },
    {
      # If-None-Match treats a deleted object as one that never existed. Replication into this bucket would delete and overwrite
      # without it. Lifecycle rules belong to a bucket and not to a prefix, and Terraform sets this bucket's (lifecycle.tf): a policy
      # cannot deny one for ledger/ alone. No rule there expires a current object.
      Sid       = "KeepWhatIsWritten"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete", "s3:ReplicateObject"]
      Resource  = [for prefix in local.written_once_prefixes : "${local.bucket_arns["artifacts"]}/${prefix}*"]
    },
  ]
}

locals {
  # Without a writer, nothing is written. A condition that names no role would apply to no request.
  plans_are_recorded = [{
    for element, value in {
      Sid       = "PlansOfTheirRecorder"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = ["${local.bucket_arns["artifacts"]}/plans/*"]
      Condition = length(var.plan_writers) == 0 ? null : { StringNotEquals = { "aws:PrincipalArn" = var.plan_writers } }
    } : element => value if value != null
  }]
}

locals {
  bucket_policies = {
    for role, arn in local.bucket_arns : role => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [
          {
            Sid       = "RefuseWithoutTls"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:*"
            Resource  = [arn, "${arn}/*"]
            Condition = { Bool = { "aws:SecureTransport" = "false" } }
          },
          {
            Sid       = "RefuseOldTls"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:*"
            Resource  = [arn, "${arn}/*"]
            Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
          },
        ],
        local.statements[role],
      )
    })
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.names

  bucket = aws_s3_bucket.this[each.key].bucket
  policy = local.bucket_policies[each.key]

  # S3 refuses two changes of one bucket's access at the same time.
  depends_on = [aws_s3_bucket_public_access_block.this]

  lifecycle {
    precondition {
      condition     = length(local.bucket_policies[each.key]) <= 20480
      error_message = "The policy of the bucket ${each.value} would have ${length(local.bucket_policies[each.key])} characters, and S3 accepts 20,480. Name fewer roles in data.worker_responses.readers."
    }
  }
}
