locals {
  issuer = "token.actions.githubusercontent.com"

  # Its ARN is no secret before it is made, so trust policies can be read whole in the plan.
  provider_arn = coalesce(var.github.provider_arn, "${local.iam}:oidc-provider/${local.issuer}")
}

resource "aws_iam_openid_connect_provider" "this" {
  count = var.github.provider_arn == null ? 1 : 0

  url = "https://${local.issuer}"
  # The audience that aws-actions/configure-aws-credentials asks for. AWS knows GitHub's certificates: no thumbprint is needed.
  client_id_list = ["sts.amazonaws.com"]
}
