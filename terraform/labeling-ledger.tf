variable "ledger" {
  description = <<-EOT
    The purchase ledger that environments share. bucket: the one that another environment has created. Without it, one is
    created here; id: what `groundctl ledger` prints as the ledger's identity. With it, nothing is bought with another ledger;
    organization_id: the organization whose accounts share it; policy_writers: the only roles that may change its
    policy, by ARN. null: no sharing, and the ledger is in the artifact bucket.
  EOT
  type = object({
    bucket          = optional(string)
    id              = optional(string)
    organization_id = optional(string)
    policy_writers  = optional(list(string))
  })
  default = null

  validation {
    condition     = try(var.ledger.bucket, null) == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.ledger.bucket))
    error_message = "ledger.bucket is the name of a bucket, such as \"groundctl-production-ledger-111122223333-us-east-1\", without s3:// and without a path."
  }

  validation {
    condition     = try(var.ledger.bucket, null) == null || try(var.ledger.organization_id, null) == null
    error_message = "ledger.organization_id belongs to the environment that creates the bucket. Leave it out beside ledger.bucket."
  }
}

locals {
  creates_ledger = var.ledger != null && try(var.ledger.bucket, null) == null
  ledger_bucket  = local.creates_ledger ? module.labeling_ledger[0].name : try(coalesce(var.ledger.bucket), module.labeling_data.artifact_bucket)
}

module "labeling_ledger" {
  source = "./modules/labeling-ledger"
  count  = local.creates_ledger ? 1 : 0

  context         = local.context
  organization_id = var.ledger.organization_id
  policy_writers  = var.ledger.policy_writers
  disposable      = var.disposable
}

output "ledger_bucket" {
  description = "The bucket that holds the purchase ledger, below ledger/."
  value       = local.ledger_bucket
}
