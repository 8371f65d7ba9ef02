# Production in a second Region: an environment of its own with its own state, for clips that may not leave Europe.
# Buckets, key, workforce and teams are the Region's; IAM names carry the Region, so the two do not meet.
environment = "production"
account_id  = "111122223333"
region      = "eu-west-1"

data = {
  encryption = { key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
}

workforce = { new = {} }

teams = {
  court-side-reviewers = { description = "People who know tennis and judge how a rally ended" }
}

tags = { cost-center = "sports" }
