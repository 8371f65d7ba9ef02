locals {
  makes_workforce = var.workforce.new != null
  uses_oidc       = local.makes_workforce ? var.workforce.new.oidc != null : try(var.workforce.existing.user_pool_id, null) == null
  makes_pool      = local.makes_workforce && !local.uses_oidc

  # Read from the created resource, so that a team waits for its workforce.
  workforce = local.makes_workforce ? {
    name         = one(aws_sagemaker_workforce.this[*].workforce_name)
    user_pool_id = one(aws_cognito_user_pool.this[*].id)
    client_id    = one(aws_cognito_user_pool_client.this[*].id)
  } : var.workforce.existing
}

resource "aws_cognito_user_pool" "this" {
  count = local.makes_pool ? 1 : 0

  name                     = "${var.context.name}-workers"
  deletion_protection      = var.disposable ? "INACTIVE" : "ACTIVE"
  auto_verified_attributes = ["email"]
  username_attributes      = ["email"]

  # Workers are invited. A person who could sign up alone would see clips that are not public.
  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = false
    require_uppercase                = true
    temporary_password_validity_days = 7
  }
}

resource "aws_cognito_user_pool_client" "this" {
  count = local.makes_pool ? 1 : 0

  name            = "${var.context.name}-portal"
  user_pool_id    = aws_cognito_user_pool.this[0].id
  generate_secret = true

  # CreateWorkforce writes the portal's addresses and sign-in settings into this client. Removing them would
  # lock every worker out.
  lifecycle {
    ignore_changes = [
      allowed_oauth_flows,
      allowed_oauth_flows_user_pool_client,
      allowed_oauth_scopes,
      callback_urls,
      explicit_auth_flows,
      logout_urls,
      supported_identity_providers,
    ]
  }
}

# All accounts share the sign-in domains of a Region, so the name contains the account.
resource "aws_cognito_user_pool_domain" "this" {
  count = local.makes_pool ? 1 : 0

  domain       = "${var.context.name}-${var.context.account_id}"
  user_pool_id = aws_cognito_user_pool.this[0].id
}

resource "aws_sagemaker_workforce" "this" {
  count = local.makes_workforce ? 1 : 0

  workforce_name = var.context.name

  dynamic "cognito_config" {
    for_each = local.makes_pool ? [1] : []

    content {
      client_id = aws_cognito_user_pool_client.this[0].id
      # Depends on the domain: SageMaker refuses a pool without one.
      user_pool = aws_cognito_user_pool_domain.this[0].user_pool_id
    }
  }

  dynamic "oidc_config" {
    for_each = var.workforce.new.oidc[*]

    content {
      client_id              = oidc_config.value.client_id
      client_secret          = var.oidc_client_secret
      issuer                 = oidc_config.value.issuer
      authorization_endpoint = oidc_config.value.authorization_endpoint
      token_endpoint         = oidc_config.value.token_endpoint
      user_info_endpoint     = oidc_config.value.user_info_endpoint
      logout_endpoint        = oidc_config.value.logout_endpoint
      jwks_uri               = oidc_config.value.jwks_uri
      scope                  = oidc_config.value.scope
    }
  }

  dynamic "source_ip_config" {
    for_each = length(var.workforce.new.allowed_cidrs) > 0 ? [var.workforce.new.allowed_cidrs] : []

    content {
      cidrs = source_ip_config.value
    }
  }
}
