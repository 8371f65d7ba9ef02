locals {
  iam = "arn:${var.context.partition}:iam::${var.context.account_id}"

  # IAM names are unique in the account, not in the Region: the Region in the name separates two setups of one environment.
  names = { for kind in keys(local.ways) : kind => "${var.context.name}-github-${kind}-${var.context.region}" }

  role_arns     = { for kind, name in local.names : kind => "${local.iam}:role${var.context.role_path}${name}" }
  boundary_arns = { for kind, name in local.names : kind => "${local.iam}:policy${var.context.role_path}${name}" }

  policies = { for kind, draft in local.policy_drafts : kind => replace(draft, local.drafted_key, local.data_key_arn) }

  policy_drafts = {
    for kind, statements in local.statements : kind => jsonencode({
      Version   = "2012-10-17"
      Statement = concat(statements, [for statement in concat(local.denials[kind], [local.nothing_else[kind]]) : statement if !local.own_boundaries])
    })
  }

  statements = {
    plan      = concat(local.may_look.policy, local.may_read_infrastructure.policy)
    record    = concat(local.may_look.policy, local.may_look_at_clips, local.may_read_infrastructure.policy, local.may_record)
    apply     = concat(local.may_look.policy, local.may_look_at_clips, local.may_count_members, local.may_create.policy)
    stop      = concat(local.may_look.policy, local.may_count_members, local.may_stop)
    terraform = concat(local.may_keep_state, local.may_change_infrastructure, local.may_pass_on, local.may_make_service_roles, local.may_list_in_policies)
  }

  descriptions = {
    plan      = "Workflows of ${var.github.repository} look at jobs and infrastructure as this role, and can change nothing"
    record    = "The default branch's workflow of ${var.github.repository} records plans of pull requests as this role"
    apply     = "Workflows of ${var.github.repository} create reviewed labeling jobs as this role"
    stop      = "Workflows of ${var.github.repository} stop labeling jobs as this role"
    terraform = "Workflows of ${var.github.repository} apply Terraform as this role"
  }
}

resource "aws_iam_role" "this" {
  for_each = local.names

  name                 = each.value
  description          = local.descriptions[each.key]
  assume_role_policy   = local.trust[each.key]
  path                 = var.context.role_path
  permissions_boundary = local.own_boundaries ? local.boundary_arns[each.key] : var.context.permissions_boundary_arn
  max_session_duration = 3600

  # The statements above name it by a literal ARN, so that a plan shows it.
  depends_on = [aws_iam_openid_connect_provider.this, aws_iam_policy.ceiling]

  lifecycle {
    precondition {
      condition     = length(local.trust[each.key]) <= 2048
      error_message = "The trust policy of the ${each.key} role would have ${length(local.trust[each.key])} characters, and IAM accepts 2,048. List fewer versions in github.tool.refs, or choose shorter names for the repositories, the default branch or the GitHub environment."
    }
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = aws_iam_role.this

  name   = each.key
  role   = each.value.name
  policy = local.policies[each.key]

  lifecycle {
    precondition {
      condition     = length(local.policy_drafts[each.key]) <= 10240
      error_message = "The policy of the ${each.key} role would have ${length(local.policy_drafts[each.key])} characters, and IAM accepts 10,240. Name fewer input buckets, keys or teams, or create a second environment for some of them; or choose a shorter role_path or key of the state."
    }
  }
}
