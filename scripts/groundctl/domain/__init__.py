"""Decisions: pure functions over values."""
