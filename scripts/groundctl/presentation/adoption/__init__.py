"""What the commands of setting up say: in words, and as JSON."""
