output "teams" {
  description = "Each team's ARN, what kind of workers it has, and the page on which they sign in."
  value = {
    for name, team in aws_sagemaker_workteam.this : name => {
      arn        = team.arn
      kind       = "private"
      portal_url = "https://${team.subdomain}"
    }
  }
}

output "workforce" {
  description = "The workforce in which the teams are, in the words of workforce.existing: what another environment of this account and Region gives there."
  value = {
    name         = local.workforce.name
    user_pool_id = local.workforce.user_pool_id
    client_id    = local.workforce.client_id
  }
}
