output "infrastructure" {
  description = "All that groundctl has to know of this set-up, as schemas/infrastructure.schema.json says."
  value = {
    format_version     = 1
    environment        = var.environment
    account_id         = local.context.account_id
    partition          = local.context.partition
    region             = local.context.region
    input_buckets      = concat(module.labeling_data.input_bucket[*], local.existing_input_buckets)
    artifact_bucket    = module.labeling_data.artifact_bucket
    output_bucket      = module.labeling_data.output_bucket
    kms_key_arn        = module.labeling_data.kms_key_arn
    execution_role_arn = module.labeling_execution.role_arn
    work_teams         = merge(local.made_teams, local.existing_teams)
    topics             = {}
  }
}

locals {
  made_teams = one(module.labeling_workforce[*].teams)

  existing_teams = {
    for name, team in var.existing_teams : name => {
      arn        = team.arn
      kind       = one(regex(":workteam/([a-z]+)-crowd/", team.arn))
      portal_url = team.portal_url
    }
  }
}
