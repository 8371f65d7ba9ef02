"""The commands of `groundctl ledger`: the purchase ledger, for people."""
