"""Decides what to do about each job."""
