variable "teams" {
  description = "Work teams, by name. notification_topic_arn: an SNS topic that tells the team of new work."
  type = map(object({
    description            = string
    notification_topic_arn = optional(string)
  }))

  validation {
    condition     = alltrue([for name in keys(var.teams) : can(regex("^[a-z0-9](-*[a-z0-9])*$", name)) && length(name) <= 63])
    error_message = "A team's name is at most 63 lower-case letters, digits and hyphens, and starts and ends with a letter or digit, such as \"court-side-reviewers\"."
  }

  validation {
    condition     = length(var.teams) >= 1 && length(var.teams) <= 25
    error_message = "teams has 1 to 25 teams: AWS allows no more in one account and Region. Leave the module out where there is none."
  }

  validation {
    condition     = alltrue([for team in values(var.teams) : can(regex("^.{1,200}$", team.description))])
    error_message = "A team's description is one line of 1 to 200 characters, such as \"People who know tennis\"."
  }

  validation {
    condition = alltrue([
      for team in values(var.teams) :
      team.notification_topic_arn == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_.-]+$", team.notification_topic_arn))
    ])
    error_message = "A team's notification_topic_arn is an SNS topic's ARN, such as \"arn:aws:sns:us-east-1:111122223333:new-work\"."
  }
}

variable "workforce" {
  description = <<-EOT
    existing: the Cognito workforce in which to make the teams; an account has one in a Region. Left out, one is made.
    allowed_cidrs: the only addresses from which workers reach the portal of a new workforce; empty: from anywhere.
  EOT
  type = object({
    existing = optional(object({
      name         = string
      user_pool_id = string
      client_id    = string
    }))
    allowed_cidrs = optional(set(string), [])
  })
  default = {}

  validation {
    condition     = length(var.workforce.allowed_cidrs) <= 10 && alltrue([for cidr in var.workforce.allowed_cidrs : can(cidrhost(cidr, 0))])
    error_message = "workforce.allowed_cidrs has at most 10 address ranges, such as [\"203.0.113.0/24\"]."
  }

  validation {
    condition     = var.workforce.existing == null || length(var.workforce.allowed_cidrs) == 0
    error_message = "workforce.allowed_cidrs is for a new workforce. Leave it out, and set the addresses where the existing workforce is kept."
  }
}

variable "disposable" {
  description = "Whether the user pool may be destroyed with the workers' accounts."
  type        = bool
  default     = false
}
