variable "catalog" {
  description = <<-EOT
    Tables over labels and answers, and a workgroup to query them with SQL; null: none.
    scan_limit_gb: a query that would read more is stopped. expire_days: when query results expire.
  EOT
  type = object({
    scan_limit_gb = optional(number, 10)
    expire_days   = optional(number, 30)
  })
  default = null
}

module "labeling_catalog" {
  source = "../labeling-catalog"
  count  = var.catalog == null ? 0 : 1

  context = local.context
  labels = {
    bucket      = module.labeling_data.output_bucket
    kms_key_arn = module.labeling_data.kms_key_arn
  }
  encrypts_with_kms = module.labeling_data.encrypts_with_kms
  scan_limit_gb     = var.catalog.scan_limit_gb
  results = {
    expire      = var.data.lifecycle.enabled
    expire_days = var.catalog.expire_days
  }
  disposable = var.disposable
}

output "catalog" {
  description = "Where to query labels: database, workgroup and the bucket for query results; null without a catalog."
  value = one([
    for module in module.labeling_catalog : {
      database       = module.database
      workgroup      = module.workgroup
      results_bucket = module.results_bucket
    }
  ])
}
