output "role_arn" {
  description = "The role that a labeling job names, and that whoever creates jobs must be allowed to pass."
  # By way of the policy: a job made before it is attached could not read its manifest.
  value      = aws_iam_role.this.arn
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy.data_key]
}

output "role_name" {
  description = "The role's name, known before it has any rights: for the policy of a key that the rights name in turn."
  value       = aws_iam_role.this.name
}
