# One environment: its settings are in environments/NAME.tfvars, and everything else is in the module below.
#
# Region, credentials and, for the simulator, AWS_ENDPOINT_URL come from the environment: no code here depends on a test.
provider "aws" {
  default_tags {
    # The roles of GitHub's workflows change only what has these two tags.
    tags = merge(var.tags, {
      "groundctl:environment" = var.environment
      "groundctl:managed-by"  = "terraform"
    })
  }
}

module "groundctl" {
  source = "./modules/environment"

  account_id               = var.account_id
  catalog                  = var.catalog
  data                     = var.data
  disposable               = var.disposable
  environment              = var.environment
  events                   = var.events
  existing_teams           = var.existing_teams
  github                   = var.github
  ledger                   = var.ledger
  oidc_client_secret       = var.oidc_client_secret
  permissions_boundary_arn = var.permissions_boundary_arn
  region                   = var.region
  role_path                = var.role_path
  tags                     = var.tags
  teams                    = var.teams
  topics                   = var.topics
  workforce                = var.workforce
}
