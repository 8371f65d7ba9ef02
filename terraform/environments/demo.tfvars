# The demo's infrastructure: created in seconds, and deleted with everything in it.
environment = "demo"
disposable  = true

data = {
  encryption  = { kms = false }     # a key takes the provider 5 to 13 s
  lifecycle   = { enabled = false } # the provider waits 55 s
  access_logs = { enabled = false }
}

workforce = { new = {} }

teams = {
  court-side-reviewers = { description = "People who know tennis and judge how a rally ended" }
  dock-watchers        = { description = "Warehouse staff who tell what happens at the loading docks" }
}
