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
