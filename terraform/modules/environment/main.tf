locals {
  context = {
    name       = "groundctl-${var.environment}"
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    # `id` holds the Region's name in provider 5 and 6 alike; `name` is deprecated in 6 and `region` is missing in 5.
    region                   = data.aws_region.current.id
    permissions_boundary_arn = var.permissions_boundary_arn
    role_path                = var.role_path
  }

  existing_input_buckets = keys(var.data.existing_input_buckets)
  existing_input_keys    = compact([for bucket in values(var.data.existing_input_buckets) : bucket.kms_key_arn])

  # Where clips may be stored: anywhere in our own bucket, and below the listed prefixes of the others.
  inputs = merge(
    { for role, name in module.labeling_data.names : name => [""] if role == "inputs" },
    { for name, bucket in var.data.existing_input_buckets : name => bucket.prefixes },
  )
}

module "labeling_data" {
  source = "../labeling-data"

  context             = local.context
  new_input_bucket    = var.data.new_input_bucket
  execution_role_name = module.labeling_execution.role_name
  encryption          = var.data.encryption
  lifecycle_rules     = var.data.lifecycle
  worker_responses    = var.data.worker_responses
  access_logs         = var.data.access_logs
  plan_writers        = local.plan_writers
  disposable          = var.disposable
}

module "labeling_execution" {
  source = "../labeling-execution"

  context = local.context
  access = {
    inputs          = local.inputs
    artifact_bucket = module.labeling_data.names["artifacts"]
    output_bucket   = module.labeling_data.names["outputs"]
    read_key_arns   = local.existing_input_keys
  }
  topics = distinct(values(var.topics))
  # Not part of `access`: whether a key exists must be known before its ARN is.
  data_key = module.labeling_data.encrypts_with_kms ? { arn = module.labeling_data.kms_key_arn } : null
}
