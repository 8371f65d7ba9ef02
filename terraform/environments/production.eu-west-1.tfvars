# Production in a second Region: a separate environment with its own state, for clips that may not leave Europe.
# Buckets, key, workforce and teams belong to the Region; IAM names contain the Region, so the two do not conflict.
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
