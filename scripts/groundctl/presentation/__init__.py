"""Everything a person or another program reads."""
