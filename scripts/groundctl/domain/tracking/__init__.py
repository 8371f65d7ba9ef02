"""What became of jobs: progress, provenance, and the reports on pull requests."""
