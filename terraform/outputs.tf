# What groundctl, the workflows, and people read: the module's README.md describes each.
output "catalog" { value = module.groundctl.catalog }
output "events" { value = module.groundctl.events }
output "github_roles" { value = module.groundctl.github_roles }
output "infrastructure" { value = module.groundctl.infrastructure }
output "ledger_bucket" { value = module.groundctl.ledger_bucket }
output "portals" { value = module.groundctl.portals }
output "workforce" { value = module.groundctl.workforce }
