"""What a release needs: its version is the same everywhere, and its notes are those of the changelog."""
