locals {
  owner      = split("/", var.github.repository)[0]
  repository = split("/", var.github.repository)[1]

  # GitHub writes a repository in two forms: by its names, and for those created, renamed or moved after July 2026 by names and
  # numbers. Each form is written out, because a wildcard could match another repository.
  subjects = [
    "repo:${var.github.repository}",
    "repo:${local.owner}@${var.github.owner_id}/${local.repository}@${var.github.repository_id}",
  ]

  default_ref = "refs/heads/${var.github.default_branch}"

  # How the subject ends, depending on what starts the workflow.
  moments = {
    # Anyone who can push can run their own code with this role: so it can change nothing.
    plan      = ["pull_request", "ref:${local.default_ref}"]
    apply     = ["environment:${var.github.environments.apply}"]
    stop      = ["environment:${var.github.environments.stop}"]
    terraform = ["environment:${var.github.environments.terraform}"]
  }

  # The subject of an environment does not contain the branch. Because the branch is required too, a pull request whose workflow
  # names the environment gets no role, even if the environment was left unprotected by mistake.
  only_from_default_branch = { "${local.issuer}:ref" = local.default_ref }

  trust = {
    for kind, moments in local.moments : kind => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "WorkflowsOfTheRepository"
        Effect    = "Allow"
        Principal = { Federated = local.provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        # All claims must be present and equal. An operator for several values (ForAllValues) would accept a token without the claim.
        Condition = {
          StringEquals = merge(
            {
              "${local.issuer}:aud"           = "sts.amazonaws.com"
              "${local.issuer}:repository_id" = var.github.repository_id
              "${local.issuer}:sub"           = [for pair in setproduct(local.subjects, moments) : "${pair[0]}:${pair[1]}"]
            },
            kind == "plan" ? {} : local.only_from_default_branch,
          )
        }
      }]
    })
  }
}
