locals {
  tags = merge(var.tags, {
    "groundctl:environment" = var.environment
    "groundctl:managed-by"  = "terraform"
  })

  context = {
    name       = "groundctl-${var.environment}"
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    # `id` holds the Region's name in provider 5 and 6 alike; `name` is deprecated in 6 and `region` is missing in 5.
    region = data.aws_region.current.id
  }

  existing_input_buckets = keys(var.data.existing_input_buckets)
  existing_input_keys    = compact([for bucket in values(var.data.existing_input_buckets) : bucket.kms_key_arn])
}

module "labeling_data" {
  source = "./modules/labeling-data"

  context    = local.context
  encryption = var.data.encryption
  lifecycle_rules = {
    enabled                = var.data.lifecycle.enabled
    noncurrent_days        = var.data.lifecycle.noncurrent_days
    unfinished_upload_days = var.data.lifecycle.unfinished_upload_days
  }
  disposable = var.disposable
}

module "labeling_execution" {
  source = "./modules/labeling-execution"

  context = local.context
  access = {
    input_buckets   = concat([module.labeling_data.input_bucket], local.existing_input_buckets)
    artifact_bucket = module.labeling_data.artifact_bucket
    output_bucket   = module.labeling_data.output_bucket
    read_key_arns   = local.existing_input_keys
  }
  # Apart from `access`: whether there is a key must be known before the key is.
  data_key = module.labeling_data.encrypts_with_kms ? { arn = module.labeling_data.kms_key_arn } : null
}
