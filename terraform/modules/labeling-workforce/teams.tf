resource "aws_cognito_user_group" "this" {
  for_each = { for name, team in var.teams : name => team if !local.uses_oidc }

  name         = each.key
  description  = each.value.description
  user_pool_id = local.workforce.user_pool_id
}

resource "aws_sagemaker_workteam" "this" {
  for_each = var.teams

  workteam_name  = each.key
  description    = each.value.description
  workforce_name = local.workforce.name

  member_definition {
    dynamic "cognito_member_definition" {
      for_each = local.uses_oidc ? [] : [aws_cognito_user_group.this[each.key].name]

      content {
        client_id  = local.workforce.client_id
        user_pool  = local.workforce.user_pool_id
        user_group = cognito_member_definition.value
      }
    }

    dynamic "oidc_member_definition" {
      for_each = local.uses_oidc ? [each.value.groups] : []

      content {
        groups = oidc_member_definition.value
      }
    }
  }

  dynamic "notification_configuration" {
    for_each = each.value.notification_topic_arn[*]

    content {
      notification_topic_arn = notification_configuration.value
    }
  }
}
