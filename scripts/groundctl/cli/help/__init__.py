"""What helps to write a command line: completions, near names, and options that belong together."""
