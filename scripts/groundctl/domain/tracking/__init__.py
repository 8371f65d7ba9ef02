"""Tracks jobs: progress, provenance, and the status of pull requests."""
