"""What a rehearsal needs: an order of the jobs, stand-in clips, and what an account has already."""
