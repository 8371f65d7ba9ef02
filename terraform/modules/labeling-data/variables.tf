variable "encryption" {
  description = "kms: encrypt with a KMS key, false: with keys that S3 manages. key_arn: an existing key; left out, a key is made."
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
  description = "When old versions and unfinished uploads go away. Current objects stay for ever. enabled = false saves the 55 s that the provider waits."
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

variable "disposable" {
  description = "Whether the buckets may be destroyed with what is in them."
  type        = bool
  default     = false
}
