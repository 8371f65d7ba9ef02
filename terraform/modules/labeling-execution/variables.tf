variable "access" {
  description = <<-EOT
    What a labeling job may access. A prefix ends in a slash, or is empty for the whole bucket.
    inputs: the prefixes that contain clips, by bucket. artifact_bucket, artifact_prefix: where job files are stored.
    output_bucket, output_prefix: where labels are stored. read_key_arns: keys that encrypt input buckets that are not ours.
  EOT
  type = object({
    inputs          = map(list(string))
    artifact_bucket = string
    artifact_prefix = optional(string, "jobs/")
    output_bucket   = string
    output_prefix   = optional(string, "")
    read_key_arns   = optional(list(string), [])
  })

  validation {
    condition     = length(var.access.inputs) > 0 && alltrue([for prefixes in values(var.access.inputs) : length(prefixes) > 0])
    error_message = "access.inputs names at least one bucket that holds clips, each with a prefix, such as { acme-clips = [\"rallies/\"] }."
  }

  validation {
    condition = alltrue([
      for prefix in concat([var.access.artifact_prefix, var.access.output_prefix], flatten(values(var.access.inputs))) :
      prefix == "" || can(regex("^[^/*?$][^*?$]*/$", prefix))
    ])
    error_message = "A prefix in access is empty, or ends in a slash, does not begin with one and holds no *, ? or $, such as \"jobs/\"."
  }

  validation {
    condition     = alltrue([for arn in var.access.read_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", arn))])
    error_message = "access.read_key_arns are ARNs of KMS keys, such as \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"."
  }
}

variable "data_key" {
  description = "The key that encrypts our own buckets, or null if S3 manages the keys."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.data_key == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.data_key.arn))
    error_message = "data_key.arn is the ARN of a KMS key, such as \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\", and not that of an alias."
  }
}

variable "topics" {
  description = "ARNs of the SNS topics of streaming jobs, in this Region. Left out: the role serves no streaming job."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.topics : can(regex("^arn:aws[a-z-]*:sns:${var.context.region}:[0-9]{12}:[a-zA-Z0-9_-]+(\\.fifo)?$", arn))])
    error_message = "topics are ARNs of SNS topics in ${var.context.region}, such as \"arn:aws:sns:${var.context.region}:111122223333:new-clips\": a job and its topics are in one Region."
  }
}
