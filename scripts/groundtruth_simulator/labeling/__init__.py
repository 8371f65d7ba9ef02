"""The work on a labeling job: input files, workers and their answers, consolidation, the timeline, output files."""
