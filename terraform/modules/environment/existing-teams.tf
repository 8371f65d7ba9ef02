variable "existing_teams" {
  description = <<-EOT
    Existing work teams, by the name that declarations use: exactly one of arn (any team, such as a vendor's) and
    name (a private team of this account and Region, as the console shows it).
  EOT
  type = map(object({
    arn  = optional(string)
    name = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for team in values(var.existing_teams) : (team.arn == null) != (team.name == null)])
    error_message = "A team in existing_teams needs exactly one of arn and name, where name is a private team of this account and Region."
  }

  validation {
    condition = alltrue([
      for team in values(var.existing_teams) :
      team.arn == null || can(regex("^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:workteam/(private|vendor|public)-crowd/[!-~]+$", team.arn))
    ])
    error_message = "existing_teams[*].arn is a work team's ARN, such as \"arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme\". `aws sagemaker list-workteams` and `list-subscribed-workteams` show yours."
  }

  validation {
    condition     = alltrue([for team in values(var.existing_teams) : team.name == null || can(regex("^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", team.name))])
    error_message = "existing_teams[*].name is a work team's name, such as \"court-side\". `aws sagemaker list-workteams` shows yours."
  }

  validation {
    condition     = alltrue([for name in keys(var.existing_teams) : can(regex("^[a-z0-9](-*[a-z0-9])*$", name)) && length(name) <= 63])
    error_message = "The keys of existing_teams are team names: at most 63 lowercase letters, digits and hyphens, such as \"acme-vendor\"."
  }
}

locals {
  private_team = "arn:${local.context.partition}:sagemaker:${local.context.region}:${local.context.account_id}:workteam/private-crowd/"

  existing_team_arns = {
    for name, team in var.existing_teams : name => team.arn != null ? team.arn : "${local.private_team}${team.name}"
  }

  existing_teams = {
    for name, arn in local.existing_team_arns : name => {
      arn  = arn
      kind = one(regex(":workteam/([a-z]+)-crowd/", arn))
    }
  }

  # Everything that a declaration can name. If you remove labeling-workforce.tf, remove local.made_teams here.
  work_teams = merge(local.made_teams, local.existing_teams)
}
