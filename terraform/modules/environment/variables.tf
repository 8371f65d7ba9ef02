variable "environment" {
  description = "Name of this environment, such as demo or production. It is part of every name, so it cannot change later."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,13}[a-z0-9]$", var.environment))
    error_message = "environment is 2 to 15 lowercase letters, digits and hyphens, starts with a letter and does not end in a hyphen, such as \"production\": S3 bucket names have no room for more."
  }

  validation {
    condition     = !can(regex("aws|amazon|cognito", var.environment))
    error_message = "environment must not contain \"aws\", \"amazon\" or \"cognito\": Cognito refuses these words in the sign-in domain. Choose another word, such as \"production\"."
  }
}

variable "account_id" {
  description = "The account that these settings are for. Plan and apply stop if the credentials are for another one."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null || can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is the 12 digits of an AWS account, as text, such as \"111122223333\"."
  }
}

variable "region" {
  description = "The Region that these settings are for. Plan and apply stop if the AWS configuration selects another one."
  type        = string
  default     = null

  validation {
    condition     = var.region == null || can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is the name of an AWS Region, such as \"us-east-1\"."
  }
}

variable "permissions_boundary_arn" {
  description = "The permissions boundary of every role that is created here. Default: each role of GitHub's workflows has a boundary of its own, and the others have none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[!-~]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is the ARN of an IAM policy, such as \"arn:aws:iam::111122223333:policy/groundctl-boundary\"."
  }
}

variable "role_path" {
  description = "The IAM path of every role and permissions boundary that is created here, such as /labeling/. It is part of their ARNs, so a change recreates them."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9+=,.@_-]+/)*$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path begins and ends with a slash, such as \"/labeling/\" or \"/\", and has letters, digits and +=,.@_- between slashes."
  }
}

variable "disposable" {
  description = "Whether `terraform destroy` may delete the clips, the labels and the workers' accounts. Set it to true only for demos and tests."
  type        = bool
  default     = false
  nullable    = false
}

variable "data" {
  description = <<-EOT
    Settings of the buckets for inputs, artifacts and outputs.
    new_input_bucket: whether to create a bucket for clips; set it to false if all clips are in existing_input_buckets.
    existing_input_buckets: buckets that already contain clips, by name. prefixes: where the clips are, by default anywhere in the bucket;
    kms_key_arn: the key that encrypts them, if it is one of yours. Their owner sets CORS and policy; the execution role may read them.
    encryption.kms: true encrypts with a KMS key, false with keys that S3 manages; encryption.key_arn: an existing key instead of a new one.
    lifecycle.enabled: whether old versions and unfinished uploads expire; the provider waits 55 s for this setting.
    worker_responses: the files that record which worker gave which answer. expire, days: delete them after this many days, labels stay;
    readers: the only roles or users, by ARN, that may read them, by default all readers of the labels.
    access_logs: logs of access to objects. enabled: let S3 write logs; bucket: an existing bucket for them; days: how long a bucket that is created for them keeps them.
  EOT
  type = object({
    new_input_bucket = optional(bool, true)
    encryption = optional(object({
      kms     = optional(bool, true)
      key_arn = optional(string)
    }), {})
    lifecycle = optional(object({
      enabled                = optional(bool, true)
      noncurrent_days        = optional(number, 30)
      unfinished_upload_days = optional(number, 7)
    }), {})
    worker_responses = optional(object({
      expire  = optional(bool, true)
      days    = optional(number, 365)
      readers = optional(list(string))
    }), {})
    access_logs = optional(object({
      enabled = optional(bool, true)
      bucket  = optional(string)
      days    = optional(number, 365)
    }), {})
    existing_input_buckets = optional(map(object({
      kms_key_arn = optional(string)
      prefixes    = optional(list(string), [""])
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for name in keys(var.data.existing_input_buckets) : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", name))
    ])
    error_message = "The keys of existing_input_buckets are bucket names, such as acme-clips = {}, without s3:// and without a path."
  }

  validation {
    condition     = var.data.new_input_bucket || length(var.data.existing_input_buckets) > 0
    error_message = "Clips need a bucket: with new_input_bucket = false, name one in existing_input_buckets, such as acme-clips = {}."
  }
}

variable "tags" {
  description = "Tags for every resource, such as { cost-center = \"sports\" }."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:") && !startswith(key, "groundctl:")])
    error_message = "Tags that start with \"aws:\" or \"groundctl:\" are reserved. Choose another key, such as \"cost-center\"."
  }
}
