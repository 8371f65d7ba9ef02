"""Decisions of setting up: what exists already, and what is to be written for it."""
