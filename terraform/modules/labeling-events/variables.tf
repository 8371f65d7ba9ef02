variable "github" {
  description = "The repository that receives a repository_dispatch event at the end of every labeling job; null: none. api_url: the API address of a GitHub Enterprise Server."
  type = object({
    repository = string
    api_url    = optional(string, "https://api.github.com")
  })
  default = null

  validation {
    condition     = var.github == null || can(regex("^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}$", var.github.repository))
    error_message = "github.repository is owner and name, such as \"acme/labeling\", without https:// and without .git."
  }

  validation {
    condition     = var.github == null || can(regex("^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._-]+)*$", var.github.api_url))
    error_message = "github.api_url is an https address without a slash at its end, such as \"https://github.acme.example/api/v3\"."
  }
}

variable "emails" {
  description = "E-mail addresses to notify when a job ends, is stuck, or the budget is nearly spent. Each recipient confirms once, with a link that AWS sends."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", email))])
    error_message = "emails are e-mail addresses, such as [\"labeling@example.com\"]."
  }
}

variable "stuck_jobs" {
  description = "after_days: an alarm goes off when a labeling job is in progress for longer than that; AWS ends a job after 30 days. null: no such alarm."
  type        = object({ after_days = optional(number, 14) })
  default     = {}

  validation {
    condition     = var.stuck_jobs == null || try(var.stuck_jobs.after_days >= 1 && var.stuck_jobs.after_days <= 29 && floor(var.stuck_jobs.after_days) == var.stuck_jobs.after_days, false)
    error_message = "stuck_jobs.after_days is a whole number from 1 to 29, such as 14: after 30 days AWS ends the job."
  }
}

variable "budget" {
  description = <<-EOT
    The budget for labeling in a month; null: no budget. It warns, and stops nothing.
    alert_percent: shares of the budget at which recipients are notified. They are also notified when AWS forecasts an overrun.
    services: what counts, as Cost Explorer names it. own_jobs_only: count only what has this environment's tag. An administrator
    with access to billing must first activate it as a cost allocation tag: before that nothing counts.
  EOT
  type = object({
    monthly_usd   = number
    alert_percent = optional(set(number), [80, 100])
    services      = optional(list(string), ["Amazon SageMaker"])
    own_jobs_only = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.monthly_usd > 0, false)
    error_message = "budget.monthly_usd is an amount above 0, such as 500."
  }

  validation {
    condition     = var.budget == null || try(length(var.budget.alert_percent) >= 1 && length(var.budget.alert_percent) <= 4 && alltrue([for percent in var.budget.alert_percent : percent > 0 && percent <= 1000]), false)
    error_message = "budget.alert_percent has 1 to 4 shares in percent, such as [80, 100]: AWS allows five alerts, and one is the forecast's."
  }
}

variable "environment" {
  description = "Value of the tag groundctl:environment, which groundctl gives to every job it creates."
  type        = string
}
