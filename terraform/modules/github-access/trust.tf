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
  # GitHub makes the ref of a pull request; no branch or tag can have this name.
  pull_request_ref = "refs/pull/*/merge"

  # groundctl's own workflow files, each with the refs from which the team's repository may call it: for a called workflow, GitHub names
  # the called file. During an upgrade, two versions are listed.
  tool_repository = coalesce(var.github.tool.repository, var.github.repository)
  tool_refs       = coalesce(var.github.tool.refs, [local.default_ref])
  files = {
    for name in ["reusable-plan", "recorded-plan", "reusable-apply-environment", "reusable-status-environment"] :
    name => [for ref in local.tool_refs : "${local.tool_repository}/.github/workflows/${name}.yml@${ref}"]
  }

  # The subject of an environment does not contain the branch. Because the branch is required too, a pull request whose workflow
  # names the environment gets no role, even if the environment was left unprotected by mistake.
  from_environment = {
    for kind, environment in var.github.environments : kind => [{
      moment   = "environment:${environment}"
      equal    = { ref = local.default_ref, job_workflow_ref = local.files["reusable-apply-environment"] }
      patterns = {}
    }]
  }

  # The ways to get each role. `moment` is how the subject ends, depending on what starts the workflow. `job_workflow_ref` is the
  # file that contains the job, with the ref from which GitHub took it.
  ways = merge(local.from_environment, {
    # Anyone who can push can run their own Terraform code with this role: so it can change nothing.
    plan = [
      {
        moment   = "pull_request"
        equal    = { job_workflow_ref = local.files["reusable-plan"] }
        patterns = { ref = local.pull_request_ref }
      },
      {
        moment   = "ref:${local.default_ref}"
        equal    = { ref = local.default_ref, job_workflow_ref = concat(local.files["reusable-apply-environment"], local.files["reusable-status-environment"]) }
        patterns = {}
      },
    ]
    # The branch writes the calling workflow, but not the called one: with any other file or ref, a job gets no role.
    record = [{
      moment   = "pull_request"
      equal    = { job_workflow_ref = local.files["recorded-plan"] }
      patterns = { ref = local.pull_request_ref }
    }]
  })

  trust = {
    for kind, ways in local.ways : kind => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for number, way in ways : {
          Sid       = length(ways) == 1 ? "WorkflowsOfTheRepository" : "WorkflowsOfTheRepository${number + 1}"
          Effect    = "Allow"
          Principal = { Federated = local.provider_arn }
          Action    = "sts:AssumeRoleWithWebIdentity"
          # All claims must be present and equal. An operator for several values (ForAllValues) would accept a token without the claim.
          Condition = {
            for operator, claims in {
              StringEquals = merge({
                aud           = "sts.amazonaws.com"
                repository_id = var.github.repository_id
                sub           = [for subject in local.subjects : "${subject}:${way.moment}"]
              }, way.equal)
              StringLike = way.patterns
            } : operator => { for claim, value in claims : "${local.issuer}:${claim}" => value } if length(claims) > 0
          }
        }
      ]
    })
  }
}
