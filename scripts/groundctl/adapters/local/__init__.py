"""This machine: the checkout, git, files, and the simulator's process."""
