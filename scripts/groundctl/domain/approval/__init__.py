"""What was approved: reviews, recorded plans, the tip of the default branch, and protected environments."""
