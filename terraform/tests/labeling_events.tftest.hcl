# Plans against a mock provider: no account, no network, and nothing is created.
mock_provider "aws" {}

variables {
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
  environment = "test"
  github      = { repository = "acme/labeling" }
  emails      = ["labeling@example.com"]
  budget      = { monthly_usd = 500 }
}

run "the_rule_hears_every_end_and_nothing_else" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.job_ended.event_pattern) == {
      source        = ["aws.sagemaker"]
      "detail-type" = ["SageMaker Ground Truth Labeling Job State Change"]
      detail        = { LabelingJobStatus = ["Completed", "Failed", "Stopped"] }
    }
    error_message = "Ground Truth sends three final states, and the rule matches no other SageMaker events."
  }
}

run "github_gets_a_repository_dispatch" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  assert {
    condition     = aws_cloudwatch_event_api_destination.github[0].invocation_endpoint == "https://api.github.com/repos/acme/labeling/dispatches" && aws_cloudwatch_event_api_destination.github[0].http_method == "POST"
    error_message = "The destination is the repository's dispatches."
  }

  assert {
    condition = jsondecode(one(aws_cloudwatch_event_target.github[0].input_transformer).input_template) == {
      event_type     = "groundctl-labeling-job"
      client_payload = { job = "<job>", status = "<status>" }
    }
    error_message = "The body names job and status."
  }

  assert {
    condition = one(aws_cloudwatch_event_target.github[0].input_transformer).input_paths == tomap({
      job    = "$.resources[0]"
      status = "$.detail.LabelingJobStatus"
    })
    error_message = "Both are read from where Ground Truth writes them."
  }

  assert {
    condition     = strcontains(one(aws_cloudwatch_event_target.github[0].input_transformer).input_template, "<job>")
    error_message = "The brackets are brackets: EventBridge does not know \\u003c."
  }
}

run "terraform_never_holds_the_token" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  assert {
    condition     = one(one(aws_cloudwatch_event_connection.github[0].auth_parameters).api_key).value == local.no_token
    error_message = "The connection is created with a placeholder."
  }

  assert {
    condition     = one(one(aws_cloudwatch_event_connection.github[0].auth_parameters).api_key).key == "Authorization"
    error_message = "The token goes into the header Authorization."
  }
}

run "every_role_has_the_boundary" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    context = {
      name                     = "groundctl-test"
      account_id               = "111122223333"
      partition                = "aws"
      region                   = "us-east-1"
      permissions_boundary_arn = "arn:aws:iam::111122223333:policy/bound"
    }
  }

  assert {
    condition = toset([
      for role in [aws_iam_role.calls_github[0], aws_iam_role.watcher[0], aws_iam_role.daily[0]] : role.permissions_boundary
    ]) == toset(["arn:aws:iam::111122223333:policy/bound"])
    error_message = "No role is without it."
  }
}

run "notifications_are_sentences" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  assert {
    condition     = aws_sns_topic_subscription.people["labeling@example.com"].protocol == "email"
    error_message = "Each address is subscribed."
  }

  assert {
    condition     = jsondecode(one(aws_cloudwatch_event_target.people.input_transformer).input_template) == "The labeling job <job> has ended: <status>. `groundctl status` says more."
    error_message = "The message is a sentence."
  }
}

run "eventbridge_has_no_condition_that_it_cannot_meet" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_kms_key.this.policy).Statement : lookup(statement, "Condition", null)
      if try(statement.Principal.Service, null) == "events.amazonaws.com"
    ] == [null]
    error_message = "EventBridge may use the key, under no condition."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.this.policy).Statement :
      statement.Condition.StringEquals["aws:SourceAccount"] == "111122223333"
      if can(tolist(statement.Principal.Service))
    ])
    error_message = "The other services may use it for this account only."
  }
}

run "undelivered_events_are_kept_and_raise_an_alarm" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  assert {
    condition     = aws_sqs_queue.undelivered.message_retention_seconds == 1209600 && aws_sqs_queue.undelivered.sqs_managed_sse_enabled
    error_message = "It is kept for 14 days, encrypted."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.undelivered.dimensions == tomap({ QueueName = "groundctl-test-undelivered" }) && aws_cloudwatch_metric_alarm.undelivered.threshold == 0
    error_message = "One message in the queue is an alarm."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.lost.dimensions == tomap({ RuleName = "groundctl-test-job-ended" })
    error_message = "An event that misses the queue too is another."
  }
}

run "a_job_is_stuck_after_two_weeks" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  assert {
    condition     = strcontains(local.look_for_stuck_jobs.States.Begin.Assign.before, "1209600000")
    error_message = "Two weeks, in milliseconds."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stuck[0].metric_name == local.look_for_stuck_jobs.States.Tell.Arguments.MetricData[0].MetricName && aws_cloudwatch_metric_alarm.stuck[0].namespace == local.look_for_stuck_jobs.States.Tell.Arguments.Namespace && aws_cloudwatch_metric_alarm.stuck[0].dimensions == tomap({ for each in local.look_for_stuck_jobs.States.Tell.Arguments.MetricData[0].Dimensions : each.Name => each.Value })
    error_message = "The alarm reads the metric that the daily check writes."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.daily[0].schedule_expression == "rate(1 day)" && aws_cloudwatch_metric_alarm.stuck[0].period == 86400
    error_message = "The alarm covers the time from one check to the next."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.watcher[0].policy).Statement[*].Action == ["sagemaker:ListLabelingJobs", "cloudwatch:PutMetricData"]
    error_message = "The check can list and count, and nothing more."
  }
}

run "the_daily_check_can_be_left_out" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    stuck_jobs = null
  }

  assert {
    condition     = length(aws_sfn_state_machine.watcher) + length(aws_cloudwatch_metric_alarm.stuck) + length(aws_cloudwatch_metric_alarm.watcher_failed) + length(aws_iam_role.watcher) + length(aws_iam_role.daily) == 0
    error_message = "None of its resources is created."
  }
}

run "the_budget_warns_before_and_after" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  assert {
    condition = {
      for each in aws_budgets_budget.this[0].notification : "${each.notification_type} ${each.threshold}" => each.threshold_type
      } == {
      "ACTUAL 80"      = "PERCENTAGE"
      "ACTUAL 100"     = "PERCENTAGE"
      "FORECASTED 100" = "PERCENTAGE"
    }
    error_message = "At 80 and 100 percent, and when AWS forecasts more."
  }

  assert {
    condition = { for each in aws_budgets_budget.this[0].cost_filter : each.name => each.values } == {
      Region  = tolist(["us-east-1"])
      Service = tolist(["Amazon SageMaker"])
    }
    error_message = "It counts SageMaker in this Region: too much rather than nothing."
  }
}

run "the_budget_can_count_own_jobs_only" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    budget = { monthly_usd = 500, own_jobs_only = true }
  }

  assert {
    condition     = one([for each in aws_budgets_budget.this[0].cost_filter : each.values if each.name == "TagKeyValue"]) == tolist(["user:groundctl:environment$test"])
    error_message = "The tag is the one that groundctl gives to every job."
  }
}

run "without_github_and_budget_notifications_still_work" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    github = null
    budget = null
  }

  assert {
    condition     = length(aws_cloudwatch_event_connection.github) + length(aws_cloudwatch_event_target.github) + length(aws_iam_role.calls_github) + length(aws_budgets_budget.this) == 0
    error_message = "Neither is created."
  }

  assert {
    condition     = aws_cloudwatch_event_target.people.target_id == "people" && output.github_connection == null
    error_message = "The topic stays."
  }
}

run "a_github_enterprise_server_can_be_called" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    github = { repository = "acme/labeling", api_url = "https://github.acme.example/api/v3" }
  }

  assert {
    condition     = aws_cloudwatch_event_api_destination.github[0].invocation_endpoint == "https://github.acme.example/api/v3/repos/acme/labeling/dispatches"
    error_message = "The address is that of the server."
  }
}

run "rejects_a_repository_by_its_address" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    github = { repository = "https://github.com/acme/labeling" }
  }

  expect_failures = [var.github]
}

run "rejects_github_without_tls" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    github = { repository = "acme/labeling", api_url = "http://github.acme.example/api/v3" }
  }

  expect_failures = [var.github]
}

run "rejects_an_invalid_address" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    emails = ["labeling"]
  }

  expect_failures = [var.emails]
}

run "rejects_more_days_than_aws_runs_a_job" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    stuck_jobs = { after_days = 30 }
  }

  expect_failures = [var.stuck_jobs]
}

run "rejects_a_budget_of_nothing" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    budget = { monthly_usd = 0 }
  }

  expect_failures = [var.budget]
}

run "rejects_a_budget_without_an_alert" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    budget = { monthly_usd = 500, alert_percent = [] }
  }

  expect_failures = [var.budget]
}

run "rejects_a_name_in_upper_case" {
  command = plan

  module {
    source = "./modules/labeling-events"
  }

  variables {
    context = { name = "Groundctl", account_id = "111122223333", partition = "aws", region = "us-east-1" }
  }

  expect_failures = [var.context]
}
