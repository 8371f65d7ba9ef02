variable "new_input_bucket" {
  description = "Whether to create a bucket for clips. Set it to false if all clips are in existing buckets."
  type        = bool
  default     = true
}

variable "execution_role_name" {
  description = "Name of the role that Ground Truth assumes. The key's policy admits it, and it can always read worker responses."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.execution_role_name))
    error_message = "execution_role_name is the name of a role and not its ARN, such as \"groundctl-production-labeling-us-east-1\"."
  }
}

variable "plan_writers" {
  description = "ARNs of the only roles that may write plans/ in the artifact bucket, where the plans that reviewers approve are recorded. Left out: nothing is written there."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.plan_writers : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "plan_writers are ARNs of roles, such as [\"arn:aws:iam::111122223333:role/groundctl-production-github-record-us-east-1\"], with no wildcard in them."
  }
}

variable "encryption" {
  description = "kms: true encrypts with a KMS key, false with keys that S3 manages. key_arn: an existing key, whose policy must admit the execution role; if you leave it out, a key is created."
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
  description = "When old versions and unfinished uploads expire. Clips, job files, recorded plans and labels never expire. enabled = false saves the 55 s that the provider waits, and keeps everything."
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
    The files that record which worker gave which answer.
    expire, days: delete them after this many days; labels stay. readers: ARNs of the only roles or users that may read them
    beside Ground Truth, with `*` and `?` as wildcards; if you leave it out, all readers of the labels can read them too.
  EOT
  type = object({
    expire  = optional(bool, true)
    days    = optional(number, 365)
    readers = optional(list(string))
  })
  default = {}

  validation {
    condition     = var.worker_responses.days >= 1 && floor(var.worker_responses.days) == var.worker_responses.days
    error_message = "worker_responses.days counts whole days, at least 1, such as 365. expire = false keeps worker responses permanently."
  }

  validation {
    condition = alltrue([
      for reader in coalesce(var.worker_responses.readers, []) : can(regex("^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:[a-z-]+/[!-~]+$", reader))
    ])
    error_message = "worker_responses.readers are ARNs of roles or users, such as \"arn:aws:iam::111122223333:role/label-quality\"."
  }
}

variable "access_logs" {
  description = "Logs of access to objects. enabled: let S3 write logs. bucket: an existing bucket in the same account and Region that admits S3's log delivery; if you leave it out, a bucket is created that keeps logs for the given days."
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
    error_message = "access_logs.bucket needs access_logs.enabled = true. Leave out bucket if you want no logs."
  }

  validation {
    condition     = var.access_logs.days >= 1 && floor(var.access_logs.days) == var.access_logs.days
    error_message = "access_logs.days counts whole days, at least 1, such as 365."
  }
}

variable "disposable" {
  description = "Whether the buckets may be destroyed while they contain objects."
  type        = bool
  default     = false
}
