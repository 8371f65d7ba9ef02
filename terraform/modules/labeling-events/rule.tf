locals {
  # Ground Truth sends events for these three final states only.
  ends = ["Completed", "Failed", "Stopped"]
}

resource "aws_cloudwatch_event_rule" "job_ended" {
  name        = "${var.context.name}-job-ended"
  description = "A labeling job of this account and Region has come to its end"

  event_pattern = jsonencode({
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Ground Truth Labeling Job State Change"]
    detail        = { LabelingJobStatus = local.ends }
  })
}
