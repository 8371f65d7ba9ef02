# Settings of a real environment. Copy to environments/<name>.tfvars, and commit it: there is no secret in it.
environment = "production"

data = {
  # A KMS key is made, old versions go after 30 days. Clips that already lie elsewhere:
  existing_input_buckets = {
    acme-clips = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }
}

workforce = {
  # An account has one private workforce in a Region. Where there is one already:
  # existing    = { name = "default", user_pool_id = "us-east-1_AbCdEf123", client_id = "4example" }
  allowed_cidrs = ["203.0.113.0/24"]
}

teams = {
  court-side-reviewers = { description = "People who know tennis and judge how a rally ended" }
}

existing_teams = {
  acme-vendor = { arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/acme" }
}

tags = { cost-center = "sports" }

# Roles for the workflows of this repository. `gh api repos/OWNER/NAME --jq '.owner.id, .id'` tells the two numbers.
# github = {
#   repository    = "acme/labeling"
#   repository_id = "987654321"
#   owner_id      = "12345678"
#   state         = { bucket = "acme-terraform-state", key = "groundctl/production.tfstate" } # as in the .s3.tfbackend file
# }
