# Workers and teams that we create. If all teams exist elsewhere, you can remove this file and its module: see README.md.
variable "workforce" {
  description = <<-EOT
    The one private workforce that an AWS account has in a Region: set exactly one of new and existing if there are teams.
    new: create it, with allowed_cidrs (the only addresses from which workers can reach its portal) and oidc (your identity provider).
    existing: create the teams in an existing workforce, by name, with user_pool_id and client_id if Cognito authenticates its workers.
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
  default  = {}
  nullable = false
}

variable "oidc_client_secret" {
  description = "The secret of workforce.new.oidc.client_id. Set it as TF_VAR_oidc_client_secret, never in a file. The Terraform state contains it."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.github == null || var.oidc_client_secret == null
    error_message = "oidc_client_secret is kept in the Terraform state, which the plan role reads: anyone who can push a branch could read it. Create that workforce elsewhere and set workforce.existing, or leave out github."
  }
}

variable "teams" {
  description = <<-EOT
    Work teams to create, by the name that declarations use. members: workers' e-mail addresses, whom Cognito invites.
    groups: groups of the OIDC identity provider, instead of members. notification_topic_arn: an SNS topic that announces new work.
    Without teams there is no workforce.
  EOT
  type = map(object({
    description            = string
    members                = optional(set(string), [])
    groups                 = optional(set(string), [])
    notification_topic_arn = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setintersection(keys(var.existing_teams), keys(var.teams))) == 0
    error_message = "A name can be in teams or in existing_teams, not in both. Remove it from one of them."
  }
}

module "labeling_workforce" {
  source = "../labeling-workforce"
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
  description = "The workforce of the teams, as a value for workforce.existing in another environment of this account and Region; null without teams."
  value       = one(module.labeling_workforce[*].workforce)
}

output "portals" {
  description = "The page on which each team's workers sign in; null without teams."
  value       = one(module.labeling_workforce[*].portals)
}
