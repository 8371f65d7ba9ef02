# Workers and teams of our own. Who has all teams elsewhere can take this file and its module away; README.md says how.
variable "workforce" {
  description = <<-EOT
    The one private workforce that an AWS account has in a Region: exactly one of new and existing, where there are teams.
    new: make it, with allowed_cidrs (the only addresses from which workers reach its portal) and oidc (your identity provider).
    existing: make the teams in a workforce that is there, by name, with user_pool_id and client_id if Cognito vouches for its workers.
  EOT
  type = object({
    new = optional(object({
      allowed_cidrs = optional(set(string), [])
      oidc = optional(object({
        client_id              = string
        issuer                 = string
        authorization_endpoint = string
        token_endpoint         = string
        user_info_endpoint     = string
        logout_endpoint        = string
        jwks_uri               = string
        scope                  = optional(string)
      }))
    }))
    existing = optional(object({
      name         = string
      user_pool_id = optional(string)
      client_id    = optional(string)
    }))
  })
  default = {}
}

variable "oidc_client_secret" {
  description = "The secret of workforce.new.oidc.client_id, given as TF_VAR_oidc_client_secret and in no file. It is kept in the Terraform state."
  type        = string
  default     = null
  sensitive   = true
}

variable "teams" {
  description = <<-EOT
    Work teams to make, by the name that declarations use. members: workers' e-mail addresses, whom Cognito invites.
    groups: groups of the OIDC identity provider, in place of members. notification_topic_arn: an SNS topic that tells of new work.
    With no teams there is no workforce.
  EOT
  type = map(object({
    description            = string
    members                = optional(set(string), [])
    groups                 = optional(set(string), [])
    notification_topic_arn = optional(string)
  }))
  default = {}

  validation {
    condition     = length(setintersection(keys(var.existing_teams), keys(var.teams))) == 0
    error_message = "A name is in teams or in existing_teams, not in both. Take it out of one of them."
  }
}

module "labeling_workforce" {
  source = "./modules/labeling-workforce"
  count  = length(var.teams) > 0 ? 1 : 0

  context            = local.context
  workforce          = var.workforce
  oidc_client_secret = var.oidc_client_secret
  teams              = var.teams
  disposable         = var.disposable
}

locals {
  made_teams = one(module.labeling_workforce[*].teams)
}

output "workforce" {
  description = "The workforce that has the teams, as another environment of this account and Region gives it in workforce.existing; null without teams."
  value       = one(module.labeling_workforce[*].workforce)
}

output "portals" {
  description = "The page on which each team's workers sign in; null without teams."
  value       = one(module.labeling_workforce[*].portals)
}
