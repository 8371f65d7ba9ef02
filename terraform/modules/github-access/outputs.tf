output "role_arns" {
  description = "Each role's ARN, by what it is for: plan, apply, stop, terraform. The workflows find them in repository variables."
  value       = { for kind, role in aws_iam_role.this : kind => role.arn }
  # By way of the policies: a workflow that starts between the two would be refused.
  depends_on = [aws_iam_role_policy.this]
}

output "repository_variables" {
  description = "The same under the names that the workflows read them by, ready for `gh variable set`."
  value       = { for kind, role in aws_iam_role.this : "GROUNDCTL_${upper(kind)}_ROLE" => role.arn }
  depends_on  = [aws_iam_role_policy.this]
}

output "provider_arn" {
  description = "GitHub's OIDC provider in this account. A second environment in the same account is given it as github.provider_arn."
  value       = local.provider_arn
  depends_on  = [aws_iam_openid_connect_provider.this]
}
