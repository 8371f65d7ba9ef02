output "infrastructure" {
  description = "Everything that groundctl has to know about this environment, in the shape of schemas/infrastructure.schema.json."
  value = {
    format_version     = 1
    environment        = var.environment
    account_id         = local.context.account_id
    region             = local.context.region
    input_buckets      = concat(module.labeling_data.input_bucket[*], local.existing_input_buckets)
    artifact_bucket    = module.labeling_data.artifact_bucket
    output_bucket      = module.labeling_data.output_bucket
    ledger_bucket      = local.ledger_bucket
    ledger_id          = var.ledger.id
    kms_key_arn        = module.labeling_data.kms_key_arn
    execution_role_arn = module.labeling_execution.role_arn
    work_teams         = local.work_teams
    topics             = var.topics
    # The role that hands the execution role to Ground Truth in workflows; null without github.
    apply_role_arn = one([for access in module.github_access : access.role_arns["apply"]])
  }
}
