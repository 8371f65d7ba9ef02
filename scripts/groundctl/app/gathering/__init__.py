"""Reads everything that a plan is made from, each thing once."""
