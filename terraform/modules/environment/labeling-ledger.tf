variable "ledger" {
  description = <<-EOT
    Where the purchase ledger is: without bucket and new, in the artifact bucket. bucket: an existing bucket, such as the one
    that another environment created. new: create a bucket here to share. organization_id: the organization whose accounts share
    it; appenders: patterns for the ARNs of their roles that buy labels, by default the apply roles of GitHub's workflows;
    policy_writers: the only roles that may change the bucket's policy, by ARN. id: the ledger's identity, as
    `groundctl ledger` prints it. With it, nothing is bought with another ledger.
  EOT
  type = object({
    bucket = optional(string)
    new = optional(object({
      organization_id = optional(string)
      appenders       = optional(list(string))
      policy_writers  = optional(list(string))
    }))
    id = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.ledger.bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.ledger.bucket))
    error_message = "ledger.bucket is the name of a bucket, such as \"groundctl-production-ledger-111122223333-us-east-1\", without s3:// and without a path."
  }

  validation {
    condition     = var.ledger.bucket == null || var.ledger.new == null
    error_message = "ledger has bucket for an existing bucket, or new to create one. One environment creates the bucket, and the others name it in bucket."
  }

  validation {
    condition     = var.ledger.id == null || can(regex("^[0-9a-f]{32}$", var.ledger.id))
    error_message = "ledger.id is 32 lowercase hexadecimal digits, such as \"5f0c3a1e9b7d4c2f8e6a1b0d9c8f7e6a\", as `groundctl ledger` prints them. Leave it out to accept the ledger that is in the bucket."
  }
}

locals {
  ledger_bucket = coalesce(one(module.labeling_ledger[*].name), var.ledger.bucket, module.labeling_data.artifact_bucket)
}

module "labeling_ledger" {
  source = "../labeling-ledger"
  count  = var.ledger.new == null ? 0 : 1

  context         = local.context
  organization_id = var.ledger.new.organization_id
  appenders       = coalesce(var.ledger.new.appenders, ["arn:*:iam::*:role${var.role_path}groundctl-*-github-apply-*"])
  policy_writers  = var.ledger.new.policy_writers
  disposable      = var.disposable
}

output "ledger_bucket" {
  description = "The bucket that holds the purchase ledger, below ledger/."
  value       = local.ledger_bucket
}
