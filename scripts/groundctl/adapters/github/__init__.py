"""GitHub: one repository through PyGithub, and the workflow run that groundctl is part of."""
