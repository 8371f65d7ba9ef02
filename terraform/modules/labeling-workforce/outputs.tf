output "teams" {
  description = "Each team's ARN, and what kind of workers it has."
  value = {
    for name, team in aws_sagemaker_workteam.this : name => {
      arn  = team.arn
      kind = "private"
    }
  }
}

output "portals" {
  description = "The page on which each team's workers sign in."
  value       = { for name, team in aws_sagemaker_workteam.this : name => "https://${team.subdomain}" }
}

output "workforce" {
  description = "The workforce of the teams, as a value for workforce.existing in another environment of this account and Region."
  value = {
    name         = local.workforce.name
    user_pool_id = local.workforce.user_pool_id
    client_id    = local.workforce.client_id
  }
}
