locals {
  members = toset(flatten([for team in values(var.teams) : tolist(team.members)]))

  memberships = merge([
    for name, team in var.teams : { for member in team.members : "${name}/${member}" => { team = name, member = member } }
  ]...)
}

# Cognito sends each member an invitation with a first password, which Terraform never sees.
resource "aws_cognito_user" "this" {
  for_each = local.members

  user_pool_id             = local.workforce.user_pool_id
  username                 = each.value
  desired_delivery_mediums = ["EMAIL"]

  attributes = {
    email          = each.value
    email_verified = true
  }
}

resource "aws_cognito_user_in_group" "this" {
  for_each = local.memberships

  user_pool_id = local.workforce.user_pool_id
  username     = aws_cognito_user.this[each.value.member].username
  group_name   = aws_cognito_user_group.this[each.value.team].name

  # SageMaker notifies a worker of new work only if the team had its topic when the worker joined.
  depends_on = [aws_sagemaker_workteam.this]
}
