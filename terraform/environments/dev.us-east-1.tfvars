# Development: everything as in production, smaller and shorter. Replace the account by yours; there is no secret in this file.
environment = "dev"
account_id  = "111122223333"
region      = "us-east-1"

data = {
  lifecycle        = { noncurrent_days = 7 }
  worker_responses = { days = 30 }
  access_logs      = { days = 30 }
}

teams = {
  court-side-reviewers = { description = "People who know tennis and judge how a rally ended" }
  dock-watchers        = { description = "Warehouse staff who tell what happens at the loading docks" }
}

tags = { cost-center = "sports" }
