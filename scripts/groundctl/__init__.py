"""GitOps for Amazon SageMaker Ground Truth video classification labeling jobs."""

__version__ = "0.1.0"
