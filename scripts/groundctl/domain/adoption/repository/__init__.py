"""A repository that uses groundctl: what setting it up asks, which files it gets, and how they change with a version."""
