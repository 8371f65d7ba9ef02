"""The verbs that only workflows call: `groundctl ci ...`."""
