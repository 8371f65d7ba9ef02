"""Commands that set up a repository, look at the set-up, and write declarations."""
