"""Which clips a job sends to workers, and which it leaves out."""
