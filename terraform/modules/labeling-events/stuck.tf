# CloudWatch has no metric for open labeling jobs, and Ground Truth sends events only when they end. So once a day a state
# machine asks SageMaker, counts the jobs that have been in progress for too long, and writes the number to a metric with an alarm.
locals {
  watches   = var.stuck_jobs != null
  namespace = "groundctl"
  counted   = { Environment = var.environment }

  milliseconds_a_day = 24 * 60 * 60 * 1000

  # AWS's own retries are enough for throttling; a run that still fails has its own alarm.
  retry = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 10, BackoffRate = 2, MaxAttempts = 4 }]

  look_for_stuck_jobs = {
    Comment       = "Counts labeling jobs that are in progress for too long. Streaming jobs do not count: they have no end."
    QueryLanguage = "JSONata"
    StartAt       = "Begin"
    States = {
      Begin = {
        Type = "Pass"
        Assign = {
          before = "{% $fromMillis($millis() - ${try(var.stuck_jobs.after_days, 0) * local.milliseconds_a_day}) %}"
          found  = 0
          page   = {}
        }
        Next = "Look"
      }
      # A page may be short or empty and still have a next page.
      Look = {
        Type      = "Task"
        Resource  = "arn:${var.context.partition}:states:::aws-sdk:sagemaker:listLabelingJobs"
        Arguments = "{% $merge([{'StatusEquals': 'InProgress', 'CreationTimeBefore': $before, 'MaxResults': 50}, $page]) %}"
        Assign = {
          found = "{% $found + $count($states.result.LabelingJobSummaryList[$not($exists(InputConfig.DataSource.SnsDataSource))]) %}"
          page  = "{% $exists($states.result.NextToken) ? {'NextToken': $states.result.NextToken} : {} %}"
        }
        Output = {}
        Retry  = local.retry
        Next   = "More"
      }
      More = {
        Type    = "Choice"
        Choices = [{ Condition = "{% $exists($page.NextToken) %}", Next = "Look" }]
        Default = "Tell"
      }
      Tell = {
        Type     = "Task"
        Resource = "arn:${var.context.partition}:states:::aws-sdk:cloudwatch:putMetricData"
        Arguments = {
          Namespace = local.namespace
          MetricData = [{
            MetricName = "StuckLabelingJobs"
            Dimensions = [for name, value in local.counted : { Name = name, Value = value }]
            Value      = "{% $found %}"
            Unit       = "Count"
          }]
        }
        Retry = local.retry
        End   = true
      }
    }
  }

  watcher_name = "${var.context.name}-stuck-jobs"
  watcher_arn  = "arn:${var.context.partition}:states:${var.context.region}:${var.context.account_id}:stateMachine:${local.watcher_name}"
}

resource "aws_sfn_state_machine" "watcher" {
  #checkov:skip=CKV_AWS_284:Once a day, a few calls to AWS: nothing to trace
  #checkov:skip=CKV_AWS_285:A standard workflow keeps the history of each execution for 90 days by itself

  count = local.watches ? 1 : 0

  name       = local.watcher_name
  role_arn   = aws_iam_role.watcher[0].arn
  definition = jsonencode(local.look_for_stuck_jobs)

  # Without the policy, the first run could not list jobs.
  depends_on = [aws_iam_role_policy.watcher]
}

resource "aws_iam_role" "watcher" {
  count = local.watches ? 1 : 0

  name                 = "${local.watcher_name}-${var.context.region}"
  description          = "Step Functions acts as this role to count labeling jobs that are stuck"
  permissions_boundary = var.context.permissions_boundary_arn
  path                 = var.context.role_path

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "StepFunctionsForThisMachine"
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account_id }
        ArnEquals    = { "aws:SourceArn" = local.watcher_arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "watcher" {
  count = local.watches ? 1 : 0

  name = "count-stuck-jobs"
  role = aws_iam_role.watcher[0].name

  # Neither action supports resources.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "SeeLabelingJobs"
        Effect   = "Allow"
        Action   = "sagemaker:ListLabelingJobs"
        Resource = "*"
      },
      {
        Sid       = "WriteTheCount"
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = local.namespace } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "daily" {
  count = local.watches ? 1 : 0

  name                = "${local.watcher_name}-daily"
  description         = "Looks for labeling jobs that are stuck"
  schedule_expression = "rate(1 day)"
}

resource "aws_cloudwatch_event_target" "daily" {
  count = local.watches ? 1 : 0

  rule      = aws_cloudwatch_event_rule.daily[0].name
  target_id = "look"
  arn       = aws_sfn_state_machine.watcher[0].arn
  role_arn  = aws_iam_role.daily[0].arn
  input     = jsonencode({})
}

resource "aws_iam_role" "daily" {
  count = local.watches ? 1 : 0

  name                 = "${local.watcher_name}-daily-${var.context.region}"
  description          = "EventBridge acts as this role to start the look for stuck labeling jobs"
  permissions_boundary = var.context.permissions_boundary_arn
  path                 = var.context.role_path

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EventBridgeForThisRule"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account_id }
        ArnEquals    = { "aws:SourceArn" = aws_cloudwatch_event_rule.daily[0].arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "daily" {
  count = local.watches ? 1 : 0

  name = "start-the-look"
  role = aws_iam_role.daily[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "StartThisMachine"
      Effect   = "Allow"
      Action   = "states:StartExecution"
      Resource = aws_sfn_state_machine.watcher[0].arn
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "stuck" {
  count = local.watches ? 1 : 0

  alarm_name        = local.watcher_name
  alarm_description = "A labeling job is in progress for more than ${var.stuck_jobs.after_days} days. `groundctl status` names it; after 30 days AWS ends it, and what has no label then stays so."

  namespace           = local.namespace
  metric_name         = "StuckLabelingJobs"
  dimensions          = local.counted
  statistic           = "Maximum"
  period              = 24 * 60 * 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "ignore"

  alarm_actions = [aws_sns_topic.people.arn]
  ok_actions    = [aws_sns_topic.people.arn]
}

resource "aws_cloudwatch_metric_alarm" "watcher_failed" {
  count = local.watches ? 1 : 0

  alarm_name        = "${local.watcher_name}-unseen"
  alarm_description = "The daily check for stuck labeling jobs failed, so stuck jobs are not reported. The execution history of ${local.watcher_name} shows why."

  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = local.watcher_arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.people.arn]
}
