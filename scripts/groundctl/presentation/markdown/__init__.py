"""Markdown for GitHub: comments, checks, summaries."""
