"""What Ground Truth checks before it accepts a request."""
