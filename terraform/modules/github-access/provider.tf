locals {
  issuer = "token.actions.githubusercontent.com"

  # Its ARN is known before it is created, so the plan shows complete trust policies.
  provider_arn = coalesce(var.github.provider_arn, "${local.iam}:oidc-provider/${local.issuer}")
}

resource "aws_iam_openid_connect_provider" "this" {
  count = var.github.provider_arn == null ? 1 : 0

  url = "https://${local.issuer}"
  # The audience that aws-actions/configure-aws-credentials requests. AWS knows GitHub's certificates: no thumbprint is needed.
  client_id_list = ["sts.amazonaws.com"]
}
