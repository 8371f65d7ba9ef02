variable "topics" {
  description = "SNS topics for streaming, by the name that declarations use in input.topic and output.topic. They are there already; who makes them lets SageMaker subscribe."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.topics) : can(regex("^[a-z0-9](-*[a-z0-9])*$", name)) && length(name) <= 63])
    error_message = "topics has names as its keys: at most 63 lower-case letters, digits and hyphens, such as \"new-clips\"."
  }

  validation {
    condition     = alltrue([for arn in values(var.topics) : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_.-]+$", arn))])
    error_message = "topics has SNS topics' ARNs as its values, such as \"arn:aws:sns:us-east-1:111122223333:new-clips\". `aws sns list-topics` shows yours."
  }
}
