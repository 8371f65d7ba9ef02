# Everything that can be switched on, as the tests apply it to the simulator. README.md says what it leaves out, and why.
environment = "full"
disposable  = true

data = {
  lifecycle = { enabled = false } # the provider waits 55 s
}

workforce = {
  new = { allowed_cidrs = ["203.0.113.0/24"] }
}

teams = {
  court-side-reviewers = {
    description            = "People who know tennis and judge how a rally ended"
    members                = ["ann@example.com", "bo@example.com"]
    notification_topic_arn = "arn:aws:sns:us-east-1:123456789012:new-work"
  }
  dock-watchers = {
    description = "Warehouse staff who tell what happens at the loading docks"
    members     = ["bo@example.com"]
  }
}

existing_teams = {
  acme-vendor = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" }
}

events = {
  github     = { repository = "acme/labels" }
  emails     = ["labeling@example.com"]
  stuck_jobs = { after_days = 14 }
  budget     = { monthly_usd = 2000 }
}

catalog = { scan_limit_gb = 10 }

topics = { new-clips = "arn:aws:sns:us-east-1:123456789012:new-clips" }

tags = { cost-center = "sports" }
