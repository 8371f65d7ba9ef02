"""Decides about declarations whose job exists."""
