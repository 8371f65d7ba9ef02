# Production, with clips in existing buckets. Replace the account and the names with yours.
environment = "production"
account_id  = "111122223333"
region      = "us-east-1"

data = {
  # Their owners set the CORS rule that terraform/README.md shows.
  new_input_bucket = false
  existing_input_buckets = {
    acme-clips = {
      prefixes    = ["rallies/", "serves/"]
      kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }
    acme-docks = {}
  }

  worker_responses = {
    days    = 180
    readers = ["arn:aws:iam::111122223333:role/label-quality"]
  }

  access_logs = { bucket = "acme-access-logs" }
}

workforce = {
  # An account has one private workforce in a Region. If `aws sagemaker list-workforces` shows one, name it instead of new:
  # existing = { name = "default", user_pool_id = "us-east-1_AbCdEf123", client_id = "4example" }
  new = { allowed_cidrs = ["203.0.113.0/24"] }
}

teams = {
  court-side-reviewers = {
    description = "People who know tennis and judge how a rally ended"
    members     = ["ann@example.com", "bo@example.com"]
  }
}

existing_teams = {
  acme-vendor = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" }
}

# Notifications when a job ends, is stuck, or costs too much. Enter GitHub's token afterwards: see modules/labeling-events.
events = {
  github = { repository = "acme/labels" }
  emails = ["labeling@example.com"]
  budget = { monthly_usd = 2000 }
}

# Labels as tables that you can query with SQL.
catalog = { scan_limit_gb = 10 }

tags = { cost-center = "sports" }

# Roles for the workflows of this repository. `gh api repos/OWNER/NAME --jq '.owner.id, .id'` shows the two numbers.
github = {
  repository    = "acme/labels"
  repository_id = "987654321"
  owner_id      = "12345678"
  state         = { bucket = "acme-groundctl-state-111122223333", key = "production.us-east-1.tfstate" } # as in the .s3.tfbackend file
}
