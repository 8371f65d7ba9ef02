# Plans against a mock provider: no account, no network, and nothing is created.
mock_provider "aws" {}

variables {
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
  execution_role_name = "groundctl-test-labeling-us-east-1"
}

run "names_contain_account_and_region" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition     = { for role, bucket in aws_s3_bucket.this : role => bucket.bucket } == local.names
    error_message = "Each bucket has its name from local.names."
  }

  assert {
    condition     = local.names["outputs"] == "groundctl-test-outputs-111122223333-us-east-1"
    error_message = "A bucket's name ends in account and Region, or two accounts would want the same one."
  }
}

run "longest_names_fit_into_63_characters" {
  command = plan

  module {
    source = "./modules/labeling-data"
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
    condition     = max([for name in values(local.names) : length(name)]...) == 63
    error_message = "The longest environment and the longest Region just fit into S3's 63 characters."
  }
}

run "every_bucket_blocks_public_access" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = alltrue([
      for role in keys(local.names) : alltrue([
        aws_s3_bucket_public_access_block.this[role].block_public_acls,
        aws_s3_bucket_public_access_block.this[role].block_public_policy,
        aws_s3_bucket_public_access_block.this[role].ignore_public_acls,
        aws_s3_bucket_public_access_block.this[role].restrict_public_buckets,
        aws_s3_bucket_ownership_controls.this[role].rule[0].object_ownership == "BucketOwnerEnforced",
        aws_s3_bucket_versioning.this[role].versioning_configuration[0].status == "Enabled",
      ])
    ])
    error_message = "Each bucket, including the one for logs, blocks public access, owns its objects and keeps old versions."
  }
}

run "plain_http_and_old_tls_are_refused_on_every_bucket" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = alltrue([
      for role, policy in aws_s3_bucket_policy.this : slice(jsondecode(policy.policy).Statement, 0, 2) == [
        for way in [
          { sid = "RefuseWithoutTls", when = { Bool = { "aws:SecureTransport" = "false" } } },
          { sid = "RefuseOldTls", when = { NumericLessThan = { "s3:TlsVersion" = "1.2" } } },
          ] : {
          Sid       = way.sid
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = ["arn:aws:s3:::${local.names[role]}", "arn:aws:s3:::${local.names[role]}/*"]
          Condition = way.when
        }
      ]
    ])
    error_message = "Each bucket and all that is in it is refused without TLS, and with TLS older than 1.2."
  }

  assert {
    condition = { for role, policy in aws_s3_bucket_policy.this : role => length(jsondecode(policy.policy).Statement) } == {
      inputs = 2, artifacts = 5, outputs = 2, logs = 3
    }
    error_message = "There are no other statements than these tests know: one that requires AES256 would refuse Ground Truth."
  }
}

run "job_files_and_the_ledger_are_written_once_and_never_deleted" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = slice(jsondecode(aws_s3_bucket_policy.this["artifacts"].policy).Statement, 2, 4) == [
      {
        Sid       = "WriteOnce"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource = [
          "arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1/jobs/*",
          "arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1/ledger/*",
          "arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1/plans/*",
        ]
        Condition = {
          Null = { "s3:if-none-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
      {
        Sid       = "KeepWhatIsWritten"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete", "s3:ReplicateObject"]
        Resource = [
          "arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1/jobs/*",
          "arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1/ledger/*",
          "arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1/plans/*",
        ]
      },
    ]
    error_message = "A job's files, ledger entries and recorded plans cannot be overwritten, or deleted and written again."
  }
}

run "plans_are_written_by_their_recorder_only" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    plan_writers = ["arn:aws:iam::111122223333:role/groundctl-test-github-record-us-east-1"]
  }

  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.this["artifacts"].policy).Statement : statement if statement.Sid == "PlansOfTheirRecorder"] == [{
      Sid       = "PlansOfTheirRecorder"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = ["arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1/plans/*"]
      Condition = { StringNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::111122223333:role/groundctl-test-github-record-us-east-1"] } }
    }]
    error_message = "Every other role is denied, whatever its own policy allows."
  }
}

run "without_a_recorder_no_plan_is_written" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.this["artifacts"].policy).Statement : statement if statement.Sid == "PlansOfTheirRecorder"] == [{
      Sid       = "PlansOfTheirRecorder"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = ["arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1/plans/*"]
    }]
    error_message = "A condition that names no role would apply to no request."
  }
}

run "rejects_a_recorder_that_is_any_role" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    plan_writers = ["arn:aws:iam::111122223333:role/*"]
  }

  expect_failures = [var.plan_writers]
}

run "the_log_bucket_lets_only_s3_write_for_our_buckets" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.this["logs"].policy).Statement : statement if statement.Effect == "Allow"] == [{
      Sid       = "LogDeliveryOfOurBuckets"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = ["arn:aws:s3:::groundctl-test-logs-111122223333-us-east-1/*"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = "111122223333" }
        ArnLike = { "aws:SourceArn" = [
          "arn:aws:s3:::groundctl-test-artifacts-111122223333-us-east-1",
          "arn:aws:s3:::groundctl-test-inputs-111122223333-us-east-1",
          "arn:aws:s3:::groundctl-test-outputs-111122223333-us-east-1",
        ] }
      }
    }]
    error_message = "Another account's buckets do not log into ours."
  }

  assert {
    condition = { for role, logging in aws_s3_bucket_logging.this : role => [logging.target_bucket, logging.target_prefix] } == {
      for role in ["inputs", "artifacts", "outputs"] : role => [local.names["logs"], "${local.names[role]}/"]
    }
    error_message = "Each bucket but the one for logs logs into it, below its own name."
  }
}

run "logs_can_go_to_an_existing_bucket" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    access_logs = { bucket = "acme-access-logs" }
  }

  assert {
    condition     = toset([for logging in aws_s3_bucket_logging.this : logging.target_bucket]) == toset(["acme-access-logs"])
    error_message = "The given bucket receives the logs."
  }

  assert {
    condition     = toset(keys(aws_s3_bucket.this)) == toset(["inputs", "artifacts", "outputs"])
    error_message = "No bucket for logs is created in addition."
  }
}

run "logs_can_be_left_out" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    access_logs = { enabled = false }
  }

  assert {
    condition     = length(aws_s3_bucket_logging.this) == 0 && !contains(keys(aws_s3_bucket.this), "logs")
    error_message = "The demo needs none."
  }
}

run "clips_can_be_stored_elsewhere" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    new_input_bucket = false
  }

  assert {
    condition     = !contains(keys(aws_s3_bucket.this), "inputs") && length(aws_s3_bucket_cors_configuration.inputs) == 0 && output.input_bucket == null
    error_message = "No bucket for clips is created if they are in existing ones."
  }
}

run "the_workers_page_can_fetch_clips" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = alltrue([
      one(aws_s3_bucket_cors_configuration.inputs[0].cors_rule).allowed_methods == toset(["GET"]),
      one(aws_s3_bucket_cors_configuration.inputs[0].cors_rule).allowed_origins == toset(["*"]),
      one(aws_s3_bucket_cors_configuration.inputs[0].cors_rule).expose_headers == toset(["Access-Control-Allow-Origin"]),
      length(one(aws_s3_bucket_cors_configuration.inputs[0].cors_rule).allowed_headers) == 0,
    ])
    error_message = "The rule is the one that AWS requires: GET from any origin, Access-Control-Allow-Origin exposed, no headers."
  }
}

run "a_key_is_created_and_rotated_by_default" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition     = aws_kms_key.this[0].enable_key_rotation && aws_kms_key.this[0].deletion_window_in_days == 30
    error_message = "The key rotates, and its deletion can be canceled for 30 days."
  }

  assert {
    condition = { for role, bucket in aws_s3_bucket_server_side_encryption_configuration.this : role => one(bucket.rule).bucket_key_enabled } == {
      inputs = true, artifacts = true, outputs = true, logs = false
    }
    error_message = "Bucket keys save a KMS call per clip; S3's log delivery can use no KMS key."
  }

  assert {
    condition = { for role, bucket in aws_s3_bucket_server_side_encryption_configuration.this :
      role => one(one(bucket.rule).apply_server_side_encryption_by_default).sse_algorithm
    } == { inputs = "aws:kms", artifacts = "aws:kms", outputs = "aws:kms", logs = "AES256" }
    error_message = "The key encrypts every bucket but the one for logs, which S3 encrypts itself."
  }
}

run "the_key_admits_ground_truth" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = jsondecode(aws_kms_key.this[0].policy).Statement == [
      {
        Sid       = "AccountDecidesWithIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "GroundTruthEncryptsAndDecrypts"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:role/groundctl-test-labeling-us-east-1" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
      },
    ]
    error_message = "The execution role may use the key, the account's own IAM policies decide who else may, and no other account may."
  }
}

run "a_given_key_is_used_and_none_is_created" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    encryption = { key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && output.kms_key_arn == var.encryption.key_arn
    error_message = "The given key is passed on."
  }
}

run "without_kms_s3_manages_the_keys" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    encryption = { kms = false }
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && output.kms_key_arn == null
    error_message = "No key is created or passed on."
  }

  assert {
    condition = alltrue([
      for bucket in aws_s3_bucket_server_side_encryption_configuration.this :
      one(one(bucket.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    ])
    error_message = "The buckets are still encrypted."
  }
}

run "lifecycle_deletes_no_clip_job_file_or_label" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition     = toset(keys(aws_s3_bucket_lifecycle_configuration.this)) == toset(keys(local.names))
    error_message = "Every bucket has rules by default."
  }

  assert {
    condition = { for role, bucket in aws_s3_bucket_lifecycle_configuration.this : role => [for rule in bucket.rule : rule.id if length(rule.expiration) > 0] } == {
      inputs = [], artifacts = [], outputs = ["worker-responses"], logs = ["old-logs"]
    }
    error_message = "Of current versions only worker responses and logs expire: a job's manifest and labels stay."
  }

  assert {
    condition     = alltrue(flatten([for bucket in aws_s3_bucket_lifecycle_configuration.this : [for rule in bucket.rule : length(rule.transition) == 0]]))
    error_message = "Nothing moves to storage from which a job cannot read."
  }
}

run "worker_responses_are_tagged_and_expire" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    worker_responses = { days = 30 }
  }

  assert {
    condition = [
      for rule in aws_s3_bucket_lifecycle_configuration.this["outputs"].rule : [one(rule.expiration).days, one(one(rule.filter).tag).key, one(one(rule.filter).tag).value]
      if rule.id == "worker-responses"
    ] == [[30, "groundctl:holds", "worker-identity"]]
    error_message = "Tagged files are deleted after the given days."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.worker_responses[0].event_pattern).detail == {
      bucket = { name = ["groundctl-test-outputs-111122223333-us-east-1"] }
      object = { key = [{ wildcard = "*/annotations/worker-response/*" }] }
    }
    error_message = "The rule matches every new worker response, and no label."
  }

  assert {
    condition = jsondecode(aws_sfn_state_machine.worker_responses[0].definition).States.Tag.Parameters == {
      "Bucket.$" = "$.detail.bucket.name"
      "Key.$"    = "$.detail.object.key"
      Tagging    = { TagSet = [{ Key = "groundctl:holds", Value = "worker-identity" }] }
    }
    error_message = "It gets the tag that the lifecycle rule matches."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.worker_response_tags[0].policy).Statement == [{
      Sid      = "TagWorkerResponses"
      Effect   = "Allow"
      Action   = ["s3:PutObjectTagging"]
      Resource = ["arn:aws:s3:::groundctl-test-outputs-111122223333-us-east-1/*/annotations/worker-response/*"]
    }]
    error_message = "The role that tags worker responses can tag nothing else: a tagged label would be deleted."
  }

  assert {
    condition = alltrue([
      for role in [aws_iam_role.worker_response_events[0], aws_iam_role.worker_response_tags[0]] :
      jsondecode(role.assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    ])
    error_message = "Both roles can be assumed for this account only."
  }
}

run "worker_responses_can_stay" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    worker_responses = { expire = false }
  }

  assert {
    condition     = length(aws_sfn_state_machine.worker_responses) + length(aws_iam_role.worker_response_tags) + length(aws_cloudwatch_event_rule.worker_responses) == 0
    error_message = "Nothing is created to tag them."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["outputs"].rule : rule.id] == ["tidy-up"]
    error_message = "No rule deletes them."
  }
}

run "only_the_readers_can_read_worker_responses" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    worker_responses = { readers = ["arn:aws:iam::111122223333:role/label-quality"] }
  }

  assert {
    condition = slice(jsondecode(aws_s3_bucket_policy.this["outputs"].policy).Statement, 2, 3) == [{
      Sid       = "WorkerResponsesForTheirReaders"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource  = ["arn:aws:s3:::groundctl-test-outputs-111122223333-us-east-1/*/annotations/worker-response/*"]
      Condition = {
        ArnNotLike = { "aws:PrincipalArn" = [
          "arn:aws:iam::111122223333:role/groundctl-test-labeling-us-east-1",
          "arn:aws:iam::111122223333:role/label-quality",
        ] }
        BoolIfExists = { "aws:PrincipalIsAWSService" = "false" }
      }
    }]
    error_message = "Only Ground Truth, which consolidates them, and the readers can read them."
  }
}

run "every_role_has_the_boundary" {
  command = plan

  module {
    source = "./modules/labeling-data"
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
    condition = alltrue([
      for role in [aws_iam_role.worker_response_events[0], aws_iam_role.worker_response_tags[0]] :
      role.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    ])
    error_message = "The roles for tagging have the boundary."
  }
}

run "longest_role_names_fit_into_64_characters" {
  command = plan

  module {
    source = "./modules/labeling-data"
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
    condition = max([
      for name in [aws_iam_role.worker_response_events[0].name, aws_iam_role.worker_response_tags[0].name, aws_cloudwatch_event_rule.worker_responses[0].name] :
      length(name)
    ]...) <= 64
    error_message = "IAM and EventBridge accept names of 64 characters."
  }
}

run "lifecycle_can_be_left_out" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    lifecycle_rules = { enabled = false }
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this) == 0
    error_message = "The demo does not wait for it."
  }
}

run "destroy_keeps_the_labels_by_default" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition     = !anytrue([for bucket in aws_s3_bucket.this : bucket.force_destroy])
    error_message = "A bucket that contains objects is not destroyed."
  }
}

run "rejects_a_key_that_is_an_alias" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    encryption = { key_arn = "arn:aws:kms:us-east-1:111122223333:alias/clips" }
  }

  expect_failures = [var.encryption]
}

run "rejects_a_key_without_kms" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    encryption = { kms = false, key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  expect_failures = [var.encryption]
}

run "rejects_half_a_day" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    lifecycle_rules = { noncurrent_days = 0.5 }
  }

  expect_failures = [var.lifecycle_rules]
}

run "rejects_a_name_too_long_for_a_bucket" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    context = {
      name       = "groundctl-sixteen-letters0"
      account_id = "111122223333"
      partition  = "aws"
      region     = "us-east-1"
    }
  }

  expect_failures = [var.context]
}

run "rejects_worker_responses_of_half_a_day" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    worker_responses = { days = 0.5 }
  }

  expect_failures = [var.worker_responses]
}

run "rejects_readers_that_are_not_arns" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    worker_responses = { readers = ["label-quality"] }
  }

  expect_failures = [var.worker_responses]
}

run "rejects_a_log_bucket_with_a_path" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    access_logs = { bucket = "s3://acme-access-logs/clips" }
  }

  expect_failures = [var.access_logs]
}

run "rejects_a_log_bucket_without_logs" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    access_logs = { enabled = false, bucket = "acme-access-logs" }
  }

  expect_failures = [var.access_logs]
}

run "rejects_logs_of_no_days" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    access_logs = { days = 0 }
  }

  expect_failures = [var.access_logs]
}

run "rejects_an_execution_role_that_is_an_arn" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    execution_role_name = "arn:aws:iam::111122223333:role/labeling"
  }

  expect_failures = [var.execution_role_name]
}

run "rejects_an_account_with_hyphens" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    context = {
      name       = "groundctl-test"
      account_id = "1111-2222-3333"
      partition  = "aws"
      region     = "us-east-1"
    }
  }

  expect_failures = [var.context]
}
