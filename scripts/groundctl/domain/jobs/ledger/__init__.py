"""The purchase ledger: what it records, what the records mean, and what may be bought next."""
