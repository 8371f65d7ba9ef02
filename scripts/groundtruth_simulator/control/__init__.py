"""What a test or demo controls: the clock and the faults, and the log of requests that it reads."""
