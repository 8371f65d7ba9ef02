variable "environment" {
  description = "Which set-up this is, such as demo or production. It is part of every name, so it cannot change later."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,13}[a-z0-9]$", var.environment))
    error_message = "environment is 2 to 15 lower-case letters, digits and hyphens, starts with a letter and does not end in a hyphen, such as \"production\": S3 bucket names take no more."
  }

  validation {
    condition     = !can(regex("aws|amazon|cognito", var.environment))
    error_message = "environment must not contain \"aws\", \"amazon\" or \"cognito\": Cognito refuses these words in the sign-in domain. Choose another word, such as \"production\"."
  }
}

variable "disposable" {
  description = "Whether `terraform destroy` may take the clips, the labels and the workers' accounts with it. True only for demos and tests."
  type        = bool
  default     = false
}

variable "data" {
  description = <<-EOT
    How the buckets for inputs, artifacts and outputs are kept.
    encryption.kms: encrypt with a KMS key, false: with keys that S3 manages; encryption.key_arn: an existing key in place of a new one.
    lifecycle.enabled: whether old versions and unfinished uploads go away; the provider waits 55 s for this setting.
    existing_input_buckets: buckets that already hold clips, by name, with the key that encrypts them if it is one of yours.
    Their owner sets CORS and policy; the execution role is allowed to read them.
  EOT
  type = object({
    encryption = optional(object({
      kms     = optional(bool, true)
      key_arn = optional(string)
    }), {})
    lifecycle = optional(object({
      enabled                = optional(bool, true)
      noncurrent_days        = optional(number, 30)
      unfinished_upload_days = optional(number, 7)
    }), {})
    existing_input_buckets = optional(map(object({
      kms_key_arn = optional(string)
    })), {})
  })
  default = {}

  validation {
    condition = alltrue([
      for name in keys(var.data.existing_input_buckets) : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", name))
    ])
    error_message = "existing_input_buckets has bucket names as its keys, such as acme-clips = {}, without s3:// and without a path."
  }
}

variable "tags" {
  description = "Tags for everything that is made, such as { cost-center = \"sports\" }."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:") && !startswith(key, "groundctl:")])
    error_message = "Tags that start with \"aws:\" or \"groundctl:\" are taken. Choose another key, such as \"cost-center\"."
  }
}
