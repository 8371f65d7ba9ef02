# Development, in its own account: a bucket for clips is created, and everything is kept for a shorter time. Replace account,
# addresses and names with yours; there is no secret in this file.
environment = "dev"
account_id  = "444455556666"
region      = "us-east-1"

data = {
  lifecycle        = { noncurrent_days = 7 }
  worker_responses = { days = 30 }
  access_logs      = { days = 30 }
}

workforce = { new = {} }

teams = {
  court-side-reviewers = { description = "People who know tennis and judge how a rally ended" }
  dock-watchers        = { description = "Warehouse staff who tell what happens at the loading docks" }
}

events = { emails = ["labeling-dev@example.com"] }

tags = { cost-center = "sports" }
