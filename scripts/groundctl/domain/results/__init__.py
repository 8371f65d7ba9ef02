"""Labels and worker answers as values."""
