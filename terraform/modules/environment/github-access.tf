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
    tool = optional(object({
      repository = optional(string)
      refs       = optional(list(string))
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
  source = "../github-access"
  count  = var.github == null ? 0 : 1

  context = local.context
  github  = var.github
  # By names that are known before anything is created: so a plan shows the policies, and refuses those that are too long for IAM.
  labeling = {
    input_buckets      = concat([for role, name in module.labeling_data.names : name if role == "inputs"], local.existing_input_buckets)
    artifact_bucket    = module.labeling_data.names["artifacts"]
    output_bucket      = module.labeling_data.names["outputs"]
    ledger_bucket      = coalesce(one(module.labeling_ledger[*].name), var.ledger.bucket, module.labeling_data.names["artifacts"])
    execution_role_arn = "${local.roles}${module.labeling_execution.role_name}"
    # Workflows never assign jobs to the public workforce, even if the policy lets a declaration name it.
    work_team_arns = [
      for name, team in local.work_teams : try(local.existing_teams[name].arn, "${local.private_team}${name}") if team.kind != "public"
    ]
    data_key      = module.labeling_data.encrypts_with_kms ? { arn = module.labeling_data.kms_key_arn } : null
    read_key_arns = local.existing_input_keys
  }
  infrastructure = {
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
