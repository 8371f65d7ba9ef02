"""What a labeling job is made from, and what AWS reports of one."""
