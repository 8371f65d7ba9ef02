"""Which actions a service has, and which of them change something: taken from botocore's models, classified by their first word."""

from __future__ import annotations

import re
from functools import cache

from botocore.session import get_session

# Every first word was classified; a new one in a later botocore must be added to one of the two sets (a test fails until then).
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

# Actions without an operation of the same name: some operations have another action, and some actions have no operation.
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
    """Return the verb of an action: its first word, without qualifiers."""
    name = action.rpartition(":")[2].removeprefix("Batch").removeprefix("Admin")
    word = re.match(r"[A-Z][a-z]+", name)
    if word is None:
        raise ValueError(f"{action} does not begin with a word")
    return word.group()


def changes(action: str) -> bool:
    """Report whether an action can change anything: every verb that does not read."""
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
