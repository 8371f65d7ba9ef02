# IAM names are unique in the account, not in the Region: the Region in the name separates two setups of one environment.
resource "aws_iam_role" "this" {
  name        = "${var.context.name}-labeling-${var.context.region}"
  description = "Ground Truth acts as this role while it runs labeling jobs of ${var.context.name}"

  permissions_boundary = var.context.permissions_boundary_arn
  path                 = var.context.role_path

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "GroundTruthOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "labeling"
  role   = aws_iam_role.this.name
  policy = local.policy

  lifecycle {
    precondition {
      condition     = length(local.policy) <= local.room
      error_message = "The policy of the role that Ground Truth assumes would have ${length(local.policy)} characters, and IAM has room for ${local.room}. Name fewer input buckets, prefixes, keys or topics, or create a second environment for some of them."
    }
  }
}

# A separate policy: the ARN of a key that the same apply creates is unknown, and would hide the other statements from a plan.
resource "aws_iam_role_policy" "data_key" {
  count = var.data_key == null ? 0 : 1

  name   = "data-key"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.may_use_data_key })
}
