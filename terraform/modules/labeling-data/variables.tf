variable "new_input_bucket" {
  description = "Whether to make a bucket for clips. false where all clips lie in buckets that are there already."
  type        = bool
  default     = true
}

variable "execution_role_name" {
  description = "Name of the role as which Ground Truth works. The key lets it in, and worker responses stay open to it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.execution_role_name))
    error_message = "execution_role_name is the name of a role and not its ARN, such as \"groundctl-production-labeling-us-east-1\"."
  }
}

variable "encryption" {
  description = "kms: encrypt with a KMS key, false: with keys that S3 manages. key_arn: an existing key, whose policy must let the execution role in; left out, a key is made."
  type = object({
    kms     = optional(bool, true)
    key_arn = optional(string)
  })
  default = {}

  validation {
    condition     = var.encryption.key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.encryption.key_arn))
    error_message = "encryption.key_arn is the ARN of a key, such as \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\", and not that of an alias."
  }

  validation {
    condition     = var.encryption.kms || var.encryption.key_arn == null
    error_message = "encryption.key_arn needs encryption.kms = true. Leave key_arn out to encrypt with keys that S3 manages."
  }
}

variable "lifecycle_rules" {
  description = "When old versions and unfinished uploads go away. Clips, job files and labels stay for ever. enabled = false saves the 55 s that the provider waits, and keeps everything."
  type = object({
    enabled                = optional(bool, true)
    noncurrent_days        = optional(number, 30)
    unfinished_upload_days = optional(number, 7)
  })
  default = {}

  validation {
    condition = alltrue([
      for days in [var.lifecycle_rules.noncurrent_days, var.lifecycle_rules.unfinished_upload_days] : days >= 1 && floor(days) == days
    ])
    error_message = "lifecycle_rules counts whole days, at least 1, such as 30."
  }
}

variable "worker_responses" {
  description = <<-EOT
    The files that say which person gave which answer.
    expire, days: delete them when they are so old; labels stay. readers: ARNs of the only roles or users who may read them
    beside Ground Truth, `*` and `?` allowed; left out, whoever may read the labels reads them too.
  EOT
  type = object({
    expire  = optional(bool, true)
    days    = optional(number, 365)
    readers = optional(list(string))
  })
  default = {}

  validation {
    condition     = var.worker_responses.days >= 1 && floor(var.worker_responses.days) == var.worker_responses.days
    error_message = "worker_responses.days counts whole days, at least 1, such as 365. expire = false keeps worker responses for ever."
  }

  validation {
    condition = alltrue([
      for reader in coalesce(var.worker_responses.readers, []) : can(regex("^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:[a-z-]+/[!-~]+$", reader))
    ])
    error_message = "worker_responses.readers are ARNs of roles or users, such as \"arn:aws:iam::111122223333:role/label-quality\"."
  }
}

variable "access_logs" {
  description = "Who fetched what. enabled: let S3 write logs. bucket: an existing bucket in the same account and Region that lets S3's log delivery write; left out, a bucket is made, which keeps logs for the given days."
  type = object({
    enabled = optional(bool, true)
    bucket  = optional(string)
    days    = optional(number, 365)
  })
  default = {}

  validation {
    condition     = var.access_logs.bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.access_logs.bucket))
    error_message = "access_logs.bucket is the name of a bucket, such as \"acme-access-logs\", without s3:// and without a path."
  }

  validation {
    condition     = var.access_logs.enabled || var.access_logs.bucket == null
    error_message = "access_logs.bucket needs access_logs.enabled = true. Leave bucket out to have no logs."
  }

  validation {
    condition     = var.access_logs.days >= 1 && floor(var.access_logs.days) == var.access_logs.days
    error_message = "access_logs.days counts whole days, at least 1, such as 365."
  }
}

variable "disposable" {
  description = "Whether the buckets may be destroyed with what is in them."
  type        = bool
  default     = false
}
