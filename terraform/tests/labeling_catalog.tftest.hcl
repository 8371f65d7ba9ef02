# Plans against a mock provider: no account, no network, and nothing is created.
mock_provider "aws" {}

variables {
  context = {
    name       = "groundctl-test"
    account_id = "111122223333"
    partition  = "aws"
    region     = "us-east-1"
  }
  labels            = { bucket = "labels", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/ours" }
  encrypts_with_kms = true
}

run "a_table_reads_one_folder_of_each_job" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  assert {
    condition = { for name, table in aws_glue_catalog_table.this : name => table.parameters["storage.location.template"] } == {
      output_manifests = "s3://labels/labels/$${job}/manifests/output/"
      worker_responses = "s3://labels/labels/$${job}/annotations/worker-response/"
    }
    error_message = "The folders are those that Ground Truth writes to."
  }

  assert {
    condition = alltrue([
      for table in aws_glue_catalog_table.this : table.parameters["projection.enabled"] == "true" && table.parameters["projection.job.type"] == "injected" && one(table.partition_keys).name == "job"
    ])
    error_message = "The job comes from the query: nothing is registered, and nothing is read of other jobs."
  }

  assert {
    condition     = aws_glue_catalog_database.this.name == "groundctl_test"
    error_message = "Glue names cannot contain hyphens."
  }
}

run "a_query_cannot_exceed_the_limits_of_the_workgroup" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].enforce_workgroup_configuration && aws_athena_workgroup.this.configuration[0].bytes_scanned_cutoff_per_query == 10000000000
    error_message = "10 GB, whatever the query says."
  }

  assert {
    condition     = one(aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration) == { encryption_option = "SSE_KMS", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/ours" }
    error_message = "Results are encrypted like labels."
  }
}

run "results_are_private_and_expire" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.results.block_public_acls,
      aws_s3_bucket_public_access_block.results.block_public_policy,
      aws_s3_bucket_public_access_block.results.ignore_public_acls,
      aws_s3_bucket_public_access_block.results.restrict_public_buckets,
      aws_s3_bucket_ownership_controls.results.rule[0].object_ownership == "BucketOwnerEnforced",
    ])
    error_message = "The bucket blocks public access and owns its objects."
  }

  assert {
    condition     = aws_s3_bucket.results.bucket == "groundctl-test-queries-111122223333-us-east-1" && !aws_s3_bucket.results.force_destroy
    error_message = "Its name contains account and Region."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.results[0].rule[0].expiration).days == 30
    error_message = "Results expire after 30 days: they can contain worker identities."
  }
}

run "each_sample_query_has_a_description" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  assert {
    condition     = keys(aws_athena_named_query.this) == ["answers.sql", "label_counts.sql", "labels.sql"] && alltrue([for query in aws_athena_named_query.this : length(query.description) > 20 && !startswith(query.description, "-")])
    error_message = "The first line of a query is its description."
  }
}

run "without_kms_s3_manages_the_keys" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  variables {
    labels            = { bucket = "labels" }
    encrypts_with_kms = false
  }

  assert {
    condition     = one(aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration).encryption_option == "SSE_S3"
    error_message = "Results are still encrypted."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.results.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "The bucket is encrypted too."
  }
}

run "results_can_be_kept" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  variables {
    results = { expire = false }
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.results) == 0
    error_message = "The tests do not wait for the rule."
  }
}

run "rejects_a_prefix_that_is_half_a_folder" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  variables {
    labels = { bucket = "labels", prefix = "labels" }
  }

  expect_failures = [var.labels]
}

run "rejects_a_limit_that_athena_refuses" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  variables {
    scan_limit_gb = 0.001
  }

  expect_failures = [var.scan_limit_gb]
}

run "rejects_half_a_day" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  variables {
    results = { expire_days = 0.5 }
  }

  expect_failures = [var.results]
}

run "rejects_an_account_with_hyphens" {
  command = plan

  module {
    source = "./modules/labeling-catalog"
  }

  variables {
    context = { name = "groundctl-test", account_id = "1111-2222-3333", partition = "aws", region = "us-east-1" }
  }

  expect_failures = [var.context]
}
