"""Rehearses a repository in a simulated AWS."""
