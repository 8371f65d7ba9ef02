variable "github" {
  description = <<-EOT
    The repository whose workflows assume the roles.
    repository: OWNER/NAME as GitHub writes it. owner_id, repository_id: the numbers behind the two names; a repository that takes
    over the name has others. `gh api repos/OWNER/NAME --jq '.owner.id, .id'` shows them.
    default_branch: the one branch from which anything is changed.
    environments: the GitHub environments whose approval the apply, stop and terraform roles require.
    tool: where this repository calls groundctl's workflows. repository: OWNER/NAME, by default this repository; refs: the full names of the
    versions that it calls, such as refs/tags/v0.1.0, by default its default branch. While you upgrade, list the old and the new one.
    provider_arn: GitHub's OIDC provider if the account already has one; if you leave it out, it is created. An account has one.
  EOT
  type = object({
    repository     = string
    repository_id  = string
    owner_id       = string
    default_branch = optional(string, "main")
    environments = optional(object({
      apply     = optional(string, "groundctl-apply")
      stop      = optional(string, "groundctl-stop")
      terraform = optional(string, "groundctl-terraform")
    }), {})
    tool = optional(object({
      repository = optional(string)
      refs       = optional(list(string))
    }), {})
    provider_arn = optional(string)
  })

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.repository is OWNER/NAME, such as \"acme/labeling\": one repository, no URL and no wildcard."
  }

  validation {
    condition     = alltrue([for id in [var.github.repository_id, var.github.owner_id] : can(regex("^[1-9][0-9]*$", id))])
    error_message = "github.repository_id and github.owner_id are GitHub's numbers, as text, such as \"123456789\". `gh api repos/OWNER/NAME --jq '.owner.id, .id'` shows the owner's, then the repository's."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.github.default_branch)) && !startswith(var.github.default_branch, "refs/")
    error_message = "github.default_branch is the branch's bare name, such as \"main\": no refs/heads/ before it and no wildcard in it."
  }

  validation {
    condition     = alltrue([for environment in values(var.github.environments) : can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", environment))])
    error_message = "github.environments has names of letters, digits, dots, underscores and hyphens, such as \"groundctl-apply\": GitHub encodes other characters in its tokens (\":\" becomes \"%3A\")."
  }

  validation {
    condition     = length(distinct([for environment in values(var.github.environments) : lower(environment)])) == 3
    error_message = "github.environments has three different names, such as \"groundctl-apply\", \"groundctl-stop\" and \"groundctl-terraform\": approving one must not approve another."
  }

  validation {
    condition     = var.github.tool.repository == null || can(regex("^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$", var.github.tool.repository))
    error_message = "github.tool.repository is OWNER/NAME, such as \"groundctl/groundctl\": one repository, no URL and no wildcard."
  }

  validation {
    condition     = var.github.tool.refs == null || try(length(var.github.tool.refs) > 0 && alltrue([for ref in var.github.tool.refs : can(regex("^refs/(tags|heads)/[A-Za-z0-9][A-Za-z0-9._/-]*$", ref))]), false)
    error_message = "github.tool.refs has full names of tags or branches, such as \"refs/tags/v0.1.0\", without wildcards: each gets the roles."
  }

  validation {
    condition     = var.github.tool.repository == null || var.github.tool.repository == var.github.repository || var.github.tool.refs != null
    error_message = "github.tool.refs is missing: with github.tool.repository, list the versions that this repository calls, such as [\"refs/tags/v0.1.0\"]."
  }

  validation {
    condition     = var.github.provider_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.github.provider_arn))
    error_message = "github.provider_arn is the ARN of the provider for token.actions.githubusercontent.com, such as \"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com\". `aws iam list-open-id-connect-providers` shows yours. Leave it out to create one."
  }
}

variable "labeling" {
  description = <<-EOT
    What labeling jobs of this environment use: buckets by name, the role that Ground Truth assumes, the teams that may get work.
    ledger_bucket: the bucket of the purchase ledger; left out, it is in artifact_bucket.
    data_key: the key that encrypts our own buckets, or null if S3 manages the keys.
    read_key_arns: keys that encrypt input buckets that are not ours.
  EOT
  type = object({
    input_buckets      = list(string)
    artifact_bucket    = string
    output_bucket      = string
    ledger_bucket      = optional(string)
    execution_role_arn = string
    work_team_arns     = list(string)
    data_key           = optional(object({ arn = string }))
    read_key_arns      = optional(list(string), [])
  })

  validation {
    condition = length(var.labeling.input_buckets) > 0 && alltrue([
      for bucket in concat(var.labeling.input_buckets, [var.labeling.artifact_bucket, var.labeling.output_bucket], var.labeling.ledger_bucket[*]) :
      can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket))
    ])
    error_message = "The buckets in labeling are bucket names, such as \"acme-clips\", with at least one in input_buckets: no s3://, no path, no wildcard."
  }

  validation {
    condition     = !contains(var.labeling.input_buckets, var.labeling.output_bucket)
    error_message = "labeling.output_bucket must not be one of labeling.input_buckets: a clip beside the labels could be read like a label. Choose a separate bucket, such as \"acme-labels\"."
  }

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", var.labeling.execution_role_arn))
    error_message = "labeling.execution_role_arn is the ARN of the one role that may be passed, such as \"arn:aws:iam::111122223333:role/groundctl-production-labeling-us-east-1\", with no wildcard in it."
  }

  validation {
    condition = length(var.labeling.work_team_arns) > 0 && alltrue([
      for arn in var.labeling.work_team_arns : can(regex("^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:workteam/(private|vendor)-crowd/[A-Za-z0-9+=,.@_/-]+$", arn))
    ])
    error_message = "labeling.work_team_arns names at least one private or vendor team, such as \"arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/reviewers\". The public workforce is never allowed."
  }

  validation {
    condition = alltrue([
      for arn in concat(var.labeling.data_key[*].arn, var.labeling.read_key_arns) : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", arn))
    ])
    error_message = "labeling.data_key.arn and labeling.read_key_arns are ARNs of KMS keys, such as \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"."
  }
}

variable "infrastructure" {
  description = <<-EOT
    The infrastructure that Terraform manages. state: the bucket and key of its state file, and the key that encrypts it, if any.
    tag: the tag of every resource in this environment. It identifies keys and user pools, whose names AWS assigns.
    service_role_arns: the roles that EventBridge and Step Functions assume here. service_role_boundary_arn: the permissions
    boundary under which the terraform role may create and remove these roles; without it, an administrator does.
  EOT
  type = object({
    state = object({
      bucket      = string
      key         = string
      kms_key_arn = optional(string)
    })
    tag = object({
      key   = string
      value = string
    })
    service_role_arns         = optional(list(string), [])
    service_role_boundary_arn = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.infrastructure.state.bucket))
    error_message = "infrastructure.state.bucket is a bucket's name, such as \"acme-terraform-state\", without s3:// and without a path."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9!_.'()-][A-Za-z0-9!_.'()/-]*$", var.infrastructure.state.key))
    error_message = "infrastructure.state.key is the state file's key in its bucket, such as \"groundctl/production.tfstate\", as in the .s3.tfbackend file: no leading slash and no wildcard."
  }

  validation {
    condition     = var.infrastructure.state.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.infrastructure.state.kms_key_arn))
    error_message = "infrastructure.state.kms_key_arn is the ARN of the key that encrypts the state, such as \"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\", or null."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_.:/=+@-]+$", var.infrastructure.tag.key)) && can(regex("^[A-Za-z0-9_.:/=+@-]+$", var.infrastructure.tag.value))
    error_message = "infrastructure.tag is one tag that all resources carry, such as { key = \"groundctl:environment\", value = \"production\" }."
  }

  validation {
    condition     = alltrue([for arn in var.infrastructure.service_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "infrastructure.service_role_arns are ARNs of roles, such as [\"arn:aws:iam::111122223333:role/groundctl-production-stuck-jobs-us-east-1\"], with no wildcard in them."
  }

  validation {
    condition     = var.infrastructure.service_role_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:policy/[A-Za-z0-9+=,.@_/-]+$", var.infrastructure.service_role_boundary_arn))
    error_message = "infrastructure.service_role_boundary_arn is the ARN of a policy of this account, such as \"arn:aws:iam::111122223333:policy/groundctl-boundary\". AWS managed policies, such as AdministratorAccess, are too broad to be a boundary."
  }
}
