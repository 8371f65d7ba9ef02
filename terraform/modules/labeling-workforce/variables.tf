variable "workforce" {
  description = <<-EOT
    The one private workforce that an AWS account has in a Region: set exactly one of new and existing.
    new: create it. allowed_cidrs: the only addresses from which workers can reach its portal; empty: from anywhere.
    new.oidc: your own identity provider authenticates the workers; if you leave it out, a Cognito user pool is created.
    existing: create the teams in an existing workforce. One of Cognito has a user pool and a client, one of OIDC has neither.
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

  validation {
    condition     = length([for choice in [var.workforce.new, var.workforce.existing] : choice if choice != null]) == 1
    error_message = "An AWS account has one private workforce in a Region, so set workforce: run `aws sagemaker list-workforces`. If it shows one, set { existing = { name = \"...\", user_pool_id = \"...\", client_id = \"...\" } }. If it shows none, create one with { new = {} }."
  }

  validation {
    condition     = try((var.workforce.existing.user_pool_id == null) == (var.workforce.existing.client_id == null), true)
    error_message = "workforce.existing needs both user_pool_id and client_id if Cognito authenticates its workers, and neither if an OIDC identity provider does. `aws sagemaker describe-workforce` shows them."
  }

  validation {
    condition = try(
      length(var.workforce.new.allowed_cidrs) <= 10 && alltrue([for cidr in var.workforce.new.allowed_cidrs : can(cidrhost(cidr, 0))]),
      var.workforce.new == null,
    )
    error_message = "workforce.new.allowed_cidrs has at most 10 address ranges, such as [\"203.0.113.0/24\"]."
  }

  validation {
    condition = alltrue([
      for address in try([
        var.workforce.new.oidc.issuer,
        var.workforce.new.oidc.authorization_endpoint,
        var.workforce.new.oidc.token_endpoint,
        var.workforce.new.oidc.user_info_endpoint,
        var.workforce.new.oidc.logout_endpoint,
        var.workforce.new.oidc.jwks_uri,
      ], []) : can(regex("^https://[!-~]+$", address))
    ])
    error_message = "Addresses in workforce.new.oidc start with https://, such as \"https://id.example.com/authorize\"; the provider's .well-known/openid-configuration lists them."
  }
}

variable "oidc_client_secret" {
  description = "The secret of workforce.new.oidc.client_id. Set it as TF_VAR_oidc_client_secret. The provider keeps it in the Terraform state."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = (try(var.workforce.new.oidc, null) != null) == (var.oidc_client_secret != null)
    error_message = "oidc_client_secret belongs to workforce.new.oidc: set both, the secret as TF_VAR_oidc_client_secret, or neither. To keep it out of the state, create the workforce with `aws sagemaker create-workforce` and name it in workforce.existing."
  }
}

variable "teams" {
  description = <<-EOT
    Work teams, by name. members: e-mail addresses of the workers, whom Cognito invites; the Terraform state contains them.
    groups: groups of the OIDC identity provider, instead of members. notification_topic_arn: an SNS topic that announces new work.
  EOT
  type = map(object({
    description            = string
    members                = optional(set(string), [])
    groups                 = optional(set(string), [])
    notification_topic_arn = optional(string)
  }))

  validation {
    condition     = alltrue([for name in keys(var.teams) : can(regex("^[a-z0-9](-*[a-z0-9])*$", name)) && length(name) <= 63])
    error_message = "A team's name is at most 63 lowercase letters, digits and hyphens, and starts and ends with a letter or digit, such as \"court-side-reviewers\"."
  }

  validation {
    condition     = length(var.teams) >= 1 && length(var.teams) <= 25
    error_message = "teams has 1 to 25 teams: AWS allows no more in one account and Region. Leave out the module if there is none."
  }

  validation {
    condition     = alltrue([for team in values(var.teams) : can(regex("^.{1,200}$", team.description))])
    error_message = "A team's description is one line of 1 to 200 characters, such as \"People who know tennis\"."
  }

  validation {
    condition = alltrue(flatten([
      for team in values(var.teams) : [for member in team.members : can(regex("^[a-z0-9._%+-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+$", member))]
    ]))
    error_message = "A team's members are e-mail addresses in lowercase, such as \"ann@example.com\": a worker in two teams is one account."
  }

  validation {
    condition     = local.uses_oidc || alltrue([for team in values(var.teams) : length(team.groups) == 0])
    error_message = "A team's groups are groups of an OIDC identity provider. This workforce uses Cognito: list the workers' e-mail addresses as members."
  }

  validation {
    condition = !local.uses_oidc || alltrue([
      for team in values(var.teams) :
      length(team.members) == 0 && length(team.groups) >= 1 && length(team.groups) <= 10 && alltrue([for group in team.groups : can(regex("^.{1,63}$", group))])
    ])
    error_message = "A team of an OIDC workforce has 1 to 10 groups of at most 63 characters, such as [\"reviewers\"], and no members: the identity provider knows who is in a group."
  }

  validation {
    condition = alltrue([
      for team in values(var.teams) :
      team.notification_topic_arn == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_.-]+$", team.notification_topic_arn))
    ])
    error_message = "A team's notification_topic_arn is an SNS topic's ARN, such as \"arn:aws:sns:us-east-1:111122223333:new-work\"."
  }
}

variable "disposable" {
  description = "Whether the user pool may be destroyed with the workers' accounts."
  type        = bool
  default     = false
}
