"""What was seen of the clips of a job, as reasons of its change."""
