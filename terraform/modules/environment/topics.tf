variable "topics" {
  description = "SNS topics for streaming, by the name that declarations use in input.topic and output.topic. They exist already, in this Region. The execution role may use them; if a topic belongs to another account or is encrypted, its policy and its key's policy must allow that role too."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.topics) : can(regex("^[a-z0-9](-*[a-z0-9])*$", name)) && length(name) <= 63])
    error_message = "The keys of topics are names: at most 63 lowercase letters, digits and hyphens, such as \"new-clips\"."
  }

  validation {
    condition     = alltrue([for arn in values(var.topics) : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_.-]+$", arn))])
    error_message = "The values of topics are ARNs of SNS topics, such as \"arn:aws:sns:us-east-1:111122223333:new-clips\". `aws sns list-topics` shows yours."
  }
}
