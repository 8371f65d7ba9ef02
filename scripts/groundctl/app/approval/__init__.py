"""Finds out what was approved, and whether a run may still act on it."""
