variable "events" {
  description = <<-EOT
    Notifications when a labeling job ends, is stuck, or costs too much; null: none.
    github: the repository that gets a repository_dispatch event, such as { repository = "acme/labeling" }.
    emails: e-mail recipients. stuck_jobs.after_days: when a job counts as stuck; null: never. budget: the budget for labeling in a month.
  EOT
  type = object({
    github = optional(object({
      repository = string
      api_url    = optional(string, "https://api.github.com")
    }))
    emails     = optional(set(string), [])
    stuck_jobs = optional(object({ after_days = optional(number, 14) }), {})
    budget = optional(object({
      monthly_usd   = number
      alert_percent = optional(set(number), [80, 100])
      services      = optional(list(string), ["Amazon SageMaker"])
      own_jobs_only = optional(bool, false)
    }))
  })
  default = null
}

module "labeling_events" {
  source = "../labeling-events"
  count  = var.events == null ? 0 : 1

  context     = local.context
  environment = var.environment
  github      = var.events.github
  emails      = var.events.emails
  stuck_jobs  = var.events.stuck_jobs
  budget      = var.events.budget
}

output "events" {
  description = "Where notifications go: the topic, the queue of undelivered events, and the connection that needs GitHub's token; null without events."
  value = one([
    for module in module.labeling_events : {
      topic_arn             = module.topic_arn
      undelivered_queue_url = module.undelivered_queue_url
      github_connection     = module.github_connection
    }
  ])
}
