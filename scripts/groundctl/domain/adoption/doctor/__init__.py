"""Judges what was seen of a set-up: files, GitHub, AWS, Terraform, and versions."""
