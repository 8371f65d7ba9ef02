# The settings in environments/NAME.tfvars, as the module takes them. It checks each, and its README.md describes them; without a
# value, its default holds.
variable "environment" { type = string }
variable "account_id" { default = null }
variable "catalog" { default = null }
variable "data" { default = null }
variable "disposable" { default = null }
variable "events" { default = null }
variable "existing_teams" { default = null }
variable "github" { default = null }
variable "ledger" { default = null }
variable "permissions_boundary_arn" { default = null }
variable "region" { default = null }
variable "role_path" { default = null }
variable "tags" { default = null }
variable "teams" { default = null }
variable "topics" { default = null }
variable "workforce" { default = null }

# Set it as TF_VAR_oidc_client_secret, never in a file.
variable "oidc_client_secret" {
  type      = string
  default   = null
  sensitive = true
}
