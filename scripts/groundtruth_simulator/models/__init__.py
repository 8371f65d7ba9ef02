"""The resources of Ground Truth in one account and Region: labeling jobs, workforces, work teams, worker task templates."""
