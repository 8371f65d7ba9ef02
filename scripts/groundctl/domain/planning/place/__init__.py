"""The place of a job before it is bought: what to look at, and what is at fault."""
