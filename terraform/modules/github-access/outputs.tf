output "role_arns" {
  description = "Each role's ARN, by purpose: plan, record, apply, stop, terraform. The workflows read them from repository variables."
  value       = { for kind, role in aws_iam_role.this : kind => role.arn }
  # Depends on the policies: a workflow that starts before they exist would be refused.
  depends_on = [aws_iam_role_policy.this]
}

output "repository_variables" {
  description = "The same, by the names of the repository variables that the workflows read, ready for `gh variable set`."
  value       = { for kind, role in aws_iam_role.this : "GROUNDCTL_${upper(kind)}_ROLE" => role.arn }
  depends_on  = [aws_iam_role_policy.this]
}

output "provider_arn" {
  description = "GitHub's OIDC provider in this account. In a second environment of the same account, set it as github.provider_arn."
  value       = local.provider_arn
  depends_on  = [aws_iam_openid_connect_provider.this]
}
