"""What became of jobs, and which pull request asked for them."""
