locals {
  # Glue names cannot contain hyphens.
  database = replace(var.context.name, "-", "_")

  # A table reads one folder of every job. The label attribute differs from job to job, so it has no column:
  # a row is one line of the file, and queries parse it as JSON.
  tables = {
    output_manifests = {
      folder      = "manifests/output"
      description = "A row is a clip with its label, as in a job's output manifest"
    }
    worker_responses = {
      folder      = "annotations/worker-response"
      description = "A row is all answers to one clip, with the workers' ids"
    }
  }
}

resource "aws_glue_catalog_database" "this" {
  name        = local.database
  description = "Labels and answers of ${var.context.name}, where Ground Truth has put them"
}

# The job is a partition by projection: Athena inserts the name from the query into the path. Nothing has to be registered
# when a job is created, and a query that names no job is refused instead of reading everything.
resource "aws_glue_catalog_table" "this" {
  for_each = local.tables

  name          = each.key
  database_name = aws_glue_catalog_database.this.name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"

  parameters = {
    EXTERNAL                    = "TRUE"
    "projection.enabled"        = "true"
    "projection.job.type"       = "injected"
    "storage.location.template" = "s3://${var.labels.bucket}/${var.labels.prefix}$${job}/${each.value.folder}/"
  }

  partition_keys {
    name    = "job"
    type    = "string"
    comment = "Name of the labeling job, as it was declared"
  }

  storage_descriptor {
    location      = "s3://${var.labels.bucket}/${var.labels.prefix}"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    columns {
      name = "line"
      type = "string"
    }

    # JSON never contains the unescaped character U+0001, so a line is never split.
    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
      parameters            = { "field.delim" = "\u0001", "serialization.format" = "1" }
    }
  }
}
