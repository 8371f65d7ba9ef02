# Plans against a mock provider: no account, no network, and nothing is created.
mock_provider "aws" {}

variables {
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
  access = {
    inputs          = { clips = [""], older-clips = ["rallies/", "serves/"] }
    artifact_bucket = "artifacts"
    output_bucket   = "labels"
  }
}

run "only_sagemaker_of_this_account_can_assume_the_role" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Sid       = "GroundTruthOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }]
    error_message = "Another account's labeling job must not be able to name this role."
  }
}

run "writes_only_labels" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource if contains(statement.Action, "s3:PutObject")
    ] == [["arn:aws:s3:::labels/*"]]
    error_message = "The role can put objects into the output bucket and nowhere else."
  }
}

run "reads_clips_and_job_files_and_no_other_artifacts" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource if statement.Sid == "ReadClipsAndJobFiles"
    ]) == ["arn:aws:s3:::clips/*", "arn:aws:s3:::older-clips/rallies/*", "arn:aws:s3:::older-clips/serves/*", "arn:aws:s3:::artifacts/jobs/*"]
    error_message = "Clips are read where they are stored; of the artifacts, a job reads what is under jobs/."
  }
}

run "star_is_the_resource_only_for_metrics" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid if contains(statement.Resource, "*")
    ] == ["WriteMetrics"]
    error_message = "PutMetricData supports no resource; every other statement names one."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : alltrue([for action in statement.Action : !endswith(action, ":*")])
    ])
    error_message = "No statement allows a whole service."
  }
}

run "finds_objects_only_in_its_own_buckets" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource if statement.Sid == "FindObjects"
    ]) == ["arn:aws:s3:::clips", "arn:aws:s3:::older-clips", "arn:aws:s3:::artifacts", "arn:aws:s3:::labels"]
    error_message = "No other bucket is listed."
  }
}

run "keys_are_used_only_where_there_are_keys" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this.policy, "kms:") && length(aws_iam_role_policy.data_key) == 0
    error_message = "Without a key no policy allows one."
  }
}

run "keys_of_others_only_decrypt" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    access = {
      inputs          = { clips = [""] }
      artifact_bucket = "artifacts"
      output_bucket   = "labels"
      read_key_arns   = ["arn:aws:kms:us-east-1:111122223333:key/foreign"]
    }
    data_key = { arn = "arn:aws:kms:us-east-1:111122223333:key/ours" }
  }

  assert {
    condition = {
      for statement in concat(jsondecode(aws_iam_role_policy.this.policy).Statement, jsondecode(aws_iam_role_policy.data_key[0].policy).Statement) :
      one(statement.Resource) => contains(statement.Action, "kms:Encrypt")
      if anytrue([for action in statement.Action : startswith(action, "kms:")])
      } == {
      "arn:aws:kms:us-east-1:111122223333:key/ours"    = true
      "arn:aws:kms:us-east-1:111122223333:key/foreign" = false
    }
    error_message = "The role encrypts with our key only."
  }
}

run "without_topics_the_role_has_no_right_to_queues_and_topics" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this.policy, "sns:") && !strcontains(aws_iam_role_policy.this.policy, "sqs:")
    error_message = "Only a streaming job needs them."
  }
}

run "with_topics_the_role_serves_streaming_jobs_on_these_topics_only" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    topics = ["arn:aws:sns:us-east-1:111122223333:new-clips", "arn:aws:sns:us-east-1:111122223333:labels"]
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid => statement.Resource if startswith(statement.Sid, "Streaming") } == {
      StreamingQueue          = ["arn:aws:sqs:us-east-1:111122223333:*GroundTruth*"]
      StreamingTopicSubscribe = ["arn:aws:sns:us-east-1:111122223333:new-clips", "arn:aws:sns:us-east-1:111122223333:labels"]
      StreamingTopic          = ["arn:aws:sns:us-east-1:111122223333:new-clips", "arn:aws:sns:us-east-1:111122223333:labels"]
      StreamingTopicUnsubscribe = [
        "arn:aws:sns:us-east-1:111122223333:new-clips", "arn:aws:sns:us-east-1:111122223333:labels",
        "arn:aws:sns:us-east-1:111122223333:new-clips:*", "arn:aws:sns:us-east-1:111122223333:labels:*",
      ]
    }
    error_message = "Queues are Ground Truth's own, and topics are the given ones."
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action if startswith(statement.Sid, "Streaming")])) == toset([
      "sns:Publish", "sns:Subscribe", "sns:Unsubscribe", "sqs:CreateQueue", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
      "sqs:ReceiveMessage", "sqs:SendMessage", "sqs:SetQueueAttributes",
    ])
    error_message = "These are the actions that AWS documents for streaming."
  }

  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Condition if statement.Sid == "StreamingTopicSubscribe"]) == {
      StringEquals = { "sns:Protocol" = "sqs" }
      StringLike   = { "sns:Endpoint" = "arn:aws:sqs:us-east-1:111122223333:*GroundTruth*" }
    }
    error_message = "Only queues of Ground Truth are subscribed: no e-mail address and no URL."
  }
}

run "rejects_a_topic_in_another_region" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    topics = ["arn:aws:sns:eu-west-1:111122223333:new-clips"]
  }

  expect_failures = [var.topics]
}

run "rejects_any_topic" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    topics = ["arn:aws:sns:us-east-1:111122223333:*"]
  }

  expect_failures = [var.topics]
}

run "the_role_has_the_boundary" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    context = {
      name                     = "groundctl-test"
      account_id               = "111122223333"
      partition                = "aws"
      region                   = "us-east-1"
      permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
    }
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    error_message = "The execution role has the boundary."
  }
}

run "the_longest_role_name_fits_into_64_characters" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    context = {
      name       = "groundctl-fifteen-letters"
      account_id = "111122223333"
      partition  = "aws"
      region     = "ap-southeast-1"
    }
  }

  assert {
    condition     = length(aws_iam_role.this.name) <= 64
    error_message = "IAM accepts 64 characters."
  }
}

run "rejects_a_role_without_clips" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    access = { inputs = {}, artifact_bucket = "artifacts", output_bucket = "labels" }
  }

  expect_failures = [var.access]
}

run "rejects_a_prefix_that_is_half_a_folder" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    access = { inputs = { clips = [""] }, artifact_bucket = "artifacts", artifact_prefix = "jobs", output_bucket = "labels" }
  }

  expect_failures = [var.access]
}

run "rejects_a_key_that_is_not_an_arn" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    access = { inputs = { clips = [""] }, artifact_bucket = "artifacts", output_bucket = "labels", read_key_arns = ["alias/clips"] }
  }

  expect_failures = [var.access]
}

run "rejects_a_bucket_without_a_prefix" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    access = { inputs = { clips = [] }, artifact_bucket = "artifacts", output_bucket = "labels" }
  }

  expect_failures = [var.access]
}

run "rejects_a_prefix_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    access = { inputs = { clips = ["*/"] }, artifact_bucket = "artifacts", output_bucket = "labels" }
  }

  expect_failures = [var.access]
}

run "rejects_a_name_with_capitals" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    context = { name = "Groundctl", account_id = "111122223333", partition = "aws", region = "us-east-1" }
  }

  expect_failures = [var.context]
}

run "rejects_an_account_with_hyphens" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    context = { name = "groundctl-test", account_id = "1111-2222-3333", partition = "aws", region = "us-east-1" }
  }

  expect_failures = [var.context]
}

run "rejects_a_data_key_that_is_an_alias" {
  command = plan

  module {
    source = "./modules/labeling-execution"
  }

  variables {
    data_key = { arn = "arn:aws:kms:us-east-1:111122223333:alias/clips" }
  }

  expect_failures = [var.data_key]
}
