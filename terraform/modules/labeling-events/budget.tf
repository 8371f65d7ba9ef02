locals {
  alerts = var.budget == null ? {} : merge(
    { for percent in var.budget.alert_percent : "actual-${percent}" => { type = "ACTUAL", percent = percent } },
    { forecast = { type = "FORECASTED", percent = 100 } },
  )

  counts = var.budget == null ? {} : merge(
    { Service = var.budget.services, Region = [var.context.region] },
    var.budget.own_jobs_only ? { TagKeyValue = [join("$", ["user:groundctl:environment", var.environment])] } : {},
  )
}

# Budgets belong to the account, not to a Region, hence the Region in the name.
resource "aws_budgets_budget" "this" {
  count = var.budget == null ? 0 : 1

  name         = "${var.context.name}-labeling-${var.context.region}"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = var.budget.monthly_usd
  limit_unit   = "USD"

  dynamic "cost_filter" {
    for_each = local.counts

    content {
      name   = cost_filter.key
      values = cost_filter.value
    }
  }

  dynamic "notification" {
    for_each = local.alerts

    content {
      notification_type         = notification.value.type
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value.percent
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [aws_sns_topic.people.arn]
    }
  }

  depends_on = [aws_sns_topic_policy.people]
}
