"""The use cases: they take ports, return values, and print nothing."""
