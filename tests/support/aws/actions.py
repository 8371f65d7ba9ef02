"""The actions of a service, and which of them change something, by the first word of their name in botocore's models."""

from __future__ import annotations

import re
from functools import cache

from botocore.session import get_session

# Every first word in use was looked at; a new one in a later botocore has to be put into one of the two (a test says so).
READING = {"Describe", "Get", "Head", "List", "Query", "Render", "Search", "Select", "Simulate", "Validate", "View"}
CHANGING = {
    "Abort", "Accept", "Acquire", "Add", "Associate", "Attach", "Bypass", "Change", "Complete", "Copy", "Create",
    "Deactivate", "Delete", "Deregister", "Detach", "Disable", "Disassociate", "Dissociate", "Enable", "Export", "Extend",
    "Generate", "Import", "Invoke", "Object", "Pass", "Put", "Reboot", "Register", "Reject", "Remove", "Rename", "Replace",
    "Replicate", "Reset", "Restore", "Resync", "Retry", "Send", "Set", "Start", "Stop", "Submit", "Tag", "Untag", "Update",
    "Upload", "Write",
}  # fmt: skip

# Services whose operations are allowed under one prefix.
MODELS = {
    "iam": ("iam",),
    "s3": ("s3", "s3control"),
    "sagemaker": (
        "sagemaker", "sagemaker-a2i-runtime", "sagemaker-edge", "sagemaker-featurestore-runtime", "sagemaker-geospatial",
        "sagemaker-metrics", "sagemaker-runtime",
    ),
}  # fmt: skip

# Actions with no operation of their name: some operations are allowed under another one, and some rights are no operation.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
UNDER_OTHER_NAMES = {
    "iam": ("PassRole",),
    "s3": (
        "BypassGovernanceRetention", "DeleteBucketWebsite", "DeleteObjectVersion", "DeleteObjectVersionTagging",
        "ObjectOwnerOverrideToBucketOwner", "PutAccelerateConfiguration", "PutAnalyticsConfiguration", "PutBucketCORS",
        "PutBucketObjectLockConfiguration", "PutBucketPublicAccessBlock", "PutEncryptionConfiguration",
        "PutIntelligentTieringConfiguration", "PutInventoryConfiguration", "PutLifecycleConfiguration", "PutMetricsConfiguration",
        "PutObjectVersionAcl", "PutObjectVersionTagging", "PutReplicationConfiguration", "ReplicateDelete", "ReplicateObject",
        "ReplicateTags",
    ),
    "sagemaker": (),
}  # fmt: skip


def first_word(action: str) -> str:
    """Return what an action does: its first word, without words for how many or by whom."""
    name = action.rpartition(":")[2].removeprefix("Batch").removeprefix("Admin")
    word = re.match(r"[A-Z][a-z]+", name)
    if word is None:
        raise ValueError(f"{action} does not begin with a word")
    return word.group()


def changes(action: str) -> bool:
    """Return whether an action can change something: every action that is not known to read."""
    return first_word(action) not in READING


@cache
def actions(service: str) -> frozenset[str]:
    """Return every action under a service's prefix."""
    session = get_session()
    named = {name for model in MODELS[service] for name in session.get_service_model(model).operation_names}
    return frozenset(f"{service}:{name}" for name in named | set(UNDER_OTHER_NAMES[service]))


def changing_actions(service: str) -> frozenset[str]:
    """Return every action under a service's prefix that can change anything."""
    return frozenset(action for action in actions(service) if changes(action))
