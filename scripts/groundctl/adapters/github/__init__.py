"""GitHub, through PyGithub, and the workflow run we are in."""
