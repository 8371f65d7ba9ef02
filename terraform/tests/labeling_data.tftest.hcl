# Plans against an invented provider: no account, no network, nothing made.
mock_provider "aws" {}

variables {
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
}

run "names_carry_account_and_region" {
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

run "every_bucket_is_shut_to_the_public" {
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
    error_message = "Each of the three buckets blocks public access, owns its objects and keeps old versions."
  }
}

run "plain_http_is_refused_on_every_bucket" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = alltrue([
      for role, policy in aws_s3_bucket_policy.this : jsondecode(policy.policy).Statement[0] == {
        Sid       = "RefuseWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::${local.names[role]}", "arn:aws:s3:::${local.names[role]}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }
    ])
    error_message = "Each bucket and all that is in it is refused without TLS."
  }

  assert {
    condition     = alltrue([for policy in aws_s3_bucket_policy.this : length(jsondecode(policy.policy).Statement) == 1])
    error_message = "There is no other statement: one that demands AES256 would shut Ground Truth out."
  }
}

run "the_workers_page_can_fetch_clips" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = alltrue([
      one(aws_s3_bucket_cors_configuration.inputs.cors_rule).allowed_methods == toset(["GET"]),
      one(aws_s3_bucket_cors_configuration.inputs.cors_rule).allowed_origins == toset(["*"]),
      one(aws_s3_bucket_cors_configuration.inputs.cors_rule).expose_headers == toset(["Access-Control-Allow-Origin"]),
      length(one(aws_s3_bucket_cors_configuration.inputs.cors_rule).allowed_headers) == 0,
    ])
    error_message = "The rule is the one that AWS asks for: GET from any origin, Access-Control-Allow-Origin exposed, no headers."
  }
}

run "a_key_is_made_and_rotated_by_default" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition     = aws_kms_key.this[0].enable_key_rotation && aws_kms_key.this[0].deletion_window_in_days == 30
    error_message = "The key rotates, and leaves 30 days to think again."
  }

  assert {
    condition     = alltrue([for bucket in aws_s3_bucket_server_side_encryption_configuration.this : one(bucket.rule).bucket_key_enabled])
    error_message = "Bucket keys spare a KMS call per clip."
  }
}

run "a_given_key_is_used_and_none_made" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  variables {
    encryption = { key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && output.kms_key_arn == var.encryption.key_arn
    error_message = "The given key is handed over."
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
    error_message = "No key is made or handed over."
  }

  assert {
    condition = alltrue([
      for bucket in aws_s3_bucket_server_side_encryption_configuration.this :
      one(one(bucket.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    ])
    error_message = "The buckets are encrypted all the same."
  }
}

run "lifecycle_never_touches_current_objects" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition = alltrue([
      for bucket in aws_s3_bucket_lifecycle_configuration.this :
      length(bucket.rule) == 1 && length(bucket.rule[0].expiration) == 0 && length(bucket.rule[0].transition) == 0
    ])
    error_message = "Only old versions and unfinished uploads go away: a job's manifest and labels stay."
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this) == 3
    error_message = "Every bucket has the rule by default."
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

run "destroy_keeps_the_labels_unless_told" {
  command = plan

  module {
    source = "./modules/labeling-data"
  }

  assert {
    condition     = !anytrue([for bucket in aws_s3_bucket.this : bucket.force_destroy])
    error_message = "A bucket with something in it is not destroyed."
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
      name       = "groundctl-sixteen-letters"
      account_id = "1111-2222-3333"
      partition  = "aws"
      region     = "us-east-1"
    }
  }

  expect_failures = [var.context]
}
