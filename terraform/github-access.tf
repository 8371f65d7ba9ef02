variable "github" {
  description = <<-EOT
    The GitHub repository whose workflows manage this environment, and where its state is stored. Without it, no role for GitHub is created.
    An administrator applies this first, and each later change to it: see modules/github-access/README.md.
  EOT
  type = object({
    repository     = string
    repository_id  = string
    owner_id       = string
    default_branch = optional(string)
    environments = optional(object({
      apply     = optional(string)
      stop      = optional(string)
      terraform = optional(string)
    }))
    provider_arn = optional(string)
    state = object({
      bucket      = string
      key         = string
      kms_key_arn = optional(string)
    })
  })
  default = null
}

locals {
  roles = "arn:${local.context.partition}:iam::${local.context.account_id}:role${var.role_path}"

  # The record role by its name, because the module that creates it needs the bucket.
  plan_writers = [
    for github in var.github[*] :
    "${local.roles}${local.context.name}-github-record-${local.context.region}"
  ]
}

module "github_access" {
  source = "./modules/github-access"
  count  = var.github == null ? 0 : 1

  context = local.context
  github  = var.github
  labeling = {
    input_buckets      = concat(module.labeling_data.input_bucket[*], local.existing_input_buckets)
    artifact_bucket    = module.labeling_data.artifact_bucket
    output_bucket      = module.labeling_data.output_bucket
    ledger_bucket      = local.ledger_bucket
    execution_role_arn = module.labeling_execution.role_arn
    # Workflows never assign jobs to the public workforce, even if the policy lets a declaration name it.
    work_team_arns = [for team in values(local.work_teams) : team.arn if team.kind != "public"]
    data_key       = module.labeling_data.encrypts_with_kms ? { arn = module.labeling_data.kms_key_arn } : null
    read_key_arns  = local.existing_input_keys
  }
  ground = {
    state = var.github.state
    tag   = { key = "groundctl:environment", value = var.environment }
    service_role_arns = [
      for name in concat(module.labeling_data.service_role_names, flatten(module.labeling_events[*].service_role_names)) :
      "${local.roles}${name}"
    ]
  }
}

output "github_roles" {
  description = "The roles that workflows assume, by the name of the repository variable for each; null without github."
  value       = one(module.github_access[*].repository_variables)
}
