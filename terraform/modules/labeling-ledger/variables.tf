variable "organization_id" {
  description = "The organization whose accounts share this ledger. Left out: only roles of this account use it."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id is the id of an AWS organization, such as \"o-a1b2c3d4e5\". `aws organizations describe-organization` shows yours."
  }
}

variable "appenders" {
  description = "Patterns for the ARNs of the organization's roles that buy labels and so append to the ledger: `*` and `?` allowed. Other roles of the organization only read."
  type        = list(string)
  default     = ["arn:*:iam::*:role/groundctl-*-github-apply-*"]
  nullable    = false

  validation {
    condition     = length(var.appenders) > 0 && alltrue([for arn in var.appenders : can(regex("^arn:[^:]+:iam::[^:]+:role/[!-~]+$", arn))])
    error_message = "appenders are ARNs of roles, such as \"arn:aws:iam::*:role/groundctl-*-github-apply-*\"."
  }
}

variable "policy_writers" {
  description = "ARNs of the only roles that may change this bucket's policy, such as the role that applies Terraform; `*` and `?` allowed. Left out: every role that its account allows to."
  type        = list(string)
  default     = null

  validation {
    condition     = var.policy_writers == null || length(coalesce(var.policy_writers, [])) > 0
    error_message = "policy_writers names at least one role: with none, no role could ever change the policy again. Leave it out to set no limit."
  }
}

variable "disposable" {
  description = "Whether the bucket may be destroyed with the ledger in it. A ledger that is gone buys everything again."
  type        = bool
  default     = false
}
