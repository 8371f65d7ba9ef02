"""Use cases of setting up: take in what exists."""
