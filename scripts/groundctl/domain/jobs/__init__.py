"""Labeling jobs: what they are created from, and what AWS reports about them."""
