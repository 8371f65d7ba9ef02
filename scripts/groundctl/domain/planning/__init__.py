"""What to do about each job."""
