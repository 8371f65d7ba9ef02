"""Several hands that create jobs at once, at one pace."""
