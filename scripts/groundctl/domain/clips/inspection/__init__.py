"""What can be wrong with the objects and videos that a job would send to workers."""
