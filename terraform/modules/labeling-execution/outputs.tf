output "role_arn" {
  description = "The role that a labeling job names, and that whoever creates jobs must be allowed to pass."
  # By way of the policy: a job made before it is attached could not read its manifest.
  value      = aws_iam_role.this.arn
  depends_on = [aws_iam_role_policy.this]
}
