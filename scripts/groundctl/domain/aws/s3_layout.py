"""The S3 keys of all objects of a labeling job, defined only here.

s3://<artifact bucket>/jobs/<job name>/<declaration digest>-<input digest>/declaration.json
                                                                          /label-categories.json
                                                                          /template-<digest>.liquid.html
                                                                          /input-<digest>.manifest
                                                                          /request-<digest>.json
                                                                          /provenance.json
s3://<ledger bucket>/ledger/...                       adapters/aws/ledger.py
s3://<output bucket>/labels/<job name>/...
"""

from __future__ import annotations

import re

# The prefix of the output bucket that the execution role may write to.
LABELS_PREFIX = "labels"
DECLARATION_FILE = "declaration.json"
CATEGORIES_FILE = "label-categories.json"
PROVENANCE_FILE = "provenance.json"

# ListLabelingJobs returns each job's manifest: its key shows drift without a call per job.
JOB_FOLDER_FILE = re.compile(
    r"s3://(?P<bucket>[^/]+)/jobs/(?P<name>[^/]+)/(?P<declaration>[0-9a-f]{32})-(?P<input>[0-9a-f]{32})/[^/]+"
)


def job_folder(*, bucket: str, name: str, declaration: str, input_digest: str) -> str:
    """Return the folder of a job's artifacts, named by declaration and input digests."""
    return f"s3://{bucket}/jobs/{name}/{declaration}-{input_digest}"


def template_file(digest: str) -> str:
    """Return the worker task template's key, named by its content."""
    return f"template-{digest}.liquid.html"


def manifest_file(digest: str) -> str:
    """Return the input manifest's key, named by its content."""
    return f"input-{digest}.manifest"


def request_file(digest: str) -> str:
    """Return the key of a create request, named by its content."""
    return f"request-{digest}.json"


def labels_location(bucket: str) -> str:
    """Return the folder in which Ground Truth creates a folder for each job's labels."""
    return f"s3://{bucket}/{LABELS_PREFIX}"


def bucket_of(uri: str) -> str:
    """Return the bucket of an S3 URI."""
    return uri.removeprefix("s3://").split("/", 1)[0]
