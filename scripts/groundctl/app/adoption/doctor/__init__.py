"""Looks at a set-up through the ports, and has each check judge what it saw."""
