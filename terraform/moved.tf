# Until 0.1.0, everything was directly in this folder. Terraform keeps what exists, at its new address.
moved {
  from = module.github_access
  to   = module.groundctl.module.github_access
}

moved {
  from = module.labeling_catalog
  to   = module.groundctl.module.labeling_catalog
}

moved {
  from = module.labeling_data
  to   = module.groundctl.module.labeling_data
}

moved {
  from = module.labeling_events
  to   = module.groundctl.module.labeling_events
}

moved {
  from = module.labeling_execution
  to   = module.groundctl.module.labeling_execution
}

moved {
  from = module.labeling_ledger
  to   = module.groundctl.module.labeling_ledger
}

moved {
  from = module.labeling_workforce
  to   = module.groundctl.module.labeling_workforce
}
