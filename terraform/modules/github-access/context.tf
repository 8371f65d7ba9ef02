variable "context" {
  description = "Where this module runs: the prefix of every name, the account, the partition and the Region. permissions_boundary_arn: a boundary of yours for the roles, in place of those that are created; role_path: the IAM path of roles and boundaries."
  type = object({
    name                     = string
    account_id               = string
    partition                = string
    region                   = string
    permissions_boundary_arn = optional(string)
    role_path                = optional(string, "/")
  })

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}[a-z0-9]$", var.context.name))
    error_message = "context.name is 2 to 25 lowercase letters, digits and hyphens, such as \"groundctl-production\"."
  }

  validation {
    condition     = can(regex("^[0-9]{12}$", var.context.account_id))
    error_message = "context.account_id is the 12 digits of an AWS account, as text, such as \"111122223333\"."
  }
}
