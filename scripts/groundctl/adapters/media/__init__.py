"""Reads what is inside of video files."""
