output "role_arn" {
  description = "The role that a labeling job names. A principal that creates jobs must be allowed to pass it."
  # Depends on the policy: a job that is created before it is attached could not read its manifest.
  value      = aws_iam_role.this.arn
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy.data_key]
}

output "role_name" {
  description = "The role's name, known before its policy exists. The policy of a key names the role, and the role's policy names the key."
  value       = aws_iam_role.this.name
}
