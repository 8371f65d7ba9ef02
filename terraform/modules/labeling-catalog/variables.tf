variable "labels" {
  description = "Where Ground Truth writes: the bucket, the prefix of all jobs, and the key that encrypts both labels and query results, or null if S3 manages the keys."
  type = object({
    bucket      = string
    prefix      = optional(string, "labels/")
    kms_key_arn = optional(string)
  })

  validation {
    condition     = var.labels.prefix == "" || (endswith(var.labels.prefix, "/") && !startswith(var.labels.prefix, "/"))
    error_message = "labels.prefix is empty, or ends in a slash and does not begin with one, such as \"labels/\"."
  }
}

variable "encrypts_with_kms" {
  description = "Whether there is a KMS key. This is known at plan time, when its ARN is not."
  type        = bool
}

variable "scan_limit_gb" {
  description = "Queries that would read more than this are stopped. Athena charges for the data that it reads."
  type        = number
  default     = 10

  validation {
    condition     = var.scan_limit_gb >= 0.01 && var.scan_limit_gb <= 7000
    error_message = "scan_limit_gb is from 0.01 (10 MB, the minimum in Athena) to 7000, such as 10."
  }
}

variable "results" {
  description = "expire_days: when query results expire; they can contain worker identities. expire = false keeps them, and saves the 55 s that the provider waits."
  type = object({
    expire      = optional(bool, true)
    expire_days = optional(number, 30)
  })
  default = {}

  validation {
    condition     = var.results.expire_days >= 1 && floor(var.results.expire_days) == var.results.expire_days
    error_message = "results.expire_days is a whole number of days, at least 1, such as 30."
  }
}

variable "disposable" {
  description = "Whether the bucket and workgroup may be destroyed while they contain results."
  type        = bool
  default     = false
}
