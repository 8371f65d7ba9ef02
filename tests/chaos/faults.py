"""The faults of a history: what goes wrong at one request of one run."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong."""

    RESET = "the connection breaks"
    ERROR_500 = "answered with 500"
    ERROR_503 = "answered with 503"
    THROTTLED = "throttled"
    TRUNCATED = "the answer is cut off"
    EMPTY = "answered with an empty 200"
    DUPLICATED = "delivered twice"
    LATE = "delivered late"
    CONFLICT = "answered with 409"
    EXPIRED = "the credentials have expired from here on"
    STALE = "answered with an earlier list"
    REORDERED = "answered with a list in another order"
    HIDDEN = "reads do not show the job yet"
    SLOW = "the process sleeps for two hours after it"
    INTERRUPTED = "SIGINT"
    TERMINATED = "SIGTERM"
    KILLED = "SIGKILL"


SIGNALS = {
    FaultKind.INTERRUPTED: signal.SIGINT,
    FaultKind.TERMINATED: signal.SIGTERM,
    FaultKind.KILLED: signal.SIGKILL,
}
# These have one moment only: what they are about says whether the request has taken effect.
ALWAYS_BEFORE = {FaultKind.THROTTLED, FaultKind.LATE, FaultKind.CONFLICT, FaultKind.EXPIRED}
ALWAYS_AFTER = {
    FaultKind.TRUNCATED,
    FaultKind.DUPLICATED,
    FaultKind.STALE,
    FaultKind.REORDERED,
    FaultKind.HIDDEN,
    FaultKind.SLOW,
}

CREATE, DESCRIBE, STOP, LIST = "CreateLabelingJob", "DescribeLabelingJob", "StopLabelingJob", "ListLabelingJobs"
PUT, GET, LIST_OBJECTS, ACCOUNT, SLEEP = "PutObject", "GetObject", "ListObjectsV2", "GetCallerIdentity", "a wait"
HEAD = "HeadBucket"
SETTINGS_OF_BUCKETS = {
    "cors": "GetBucketCors",
    "encryption": "GetBucketEncryption",
    "requestPayment": "GetBucketRequestPayment",
}
# What a plan asks about buckets, keys, teams and roles, and can do without.
LOOKS_AT_A_PLACE = {
    HEAD,
    *SETTINGS_OF_BUCKETS.values(),
    "DescribeKey",
    "DescribeSubscribedWorkteam",
    "GetRole",
    "SimulatePrincipalPolicy",
}

EVERYWHERE = (
    FaultKind.RESET,
    FaultKind.ERROR_500,
    FaultKind.ERROR_503,
    FaultKind.THROTTLED,
    FaultKind.TRUNCATED,
    FaultKind.EMPTY,
    FaultKind.EXPIRED,
    FaultKind.SLOW,
    *SIGNALS,
)
# What can go wrong at which operation, and how often a fault is about it: most about what buys.
POSSIBLE: dict[str, tuple[int, tuple[FaultKind, ...]]] = {
    CREATE: (10, (*EVERYWHERE, FaultKind.DUPLICATED, FaultKind.LATE, FaultKind.LATE, FaultKind.HIDDEN)),
    PUT: (8, (*EVERYWHERE, FaultKind.DUPLICATED, FaultKind.LATE, FaultKind.CONFLICT)),
    DESCRIBE: (3, EVERYWHERE),
    STOP: (1, (*EVERYWHERE, FaultKind.DUPLICATED, FaultKind.LATE)),
    LIST: (3, (*EVERYWHERE, FaultKind.STALE, FaultKind.REORDERED)),
    GET: (3, EVERYWHERE),
    LIST_OBJECTS: (2, EVERYWHERE),
    ACCOUNT: (1, EVERYWHERE),
    SLEEP: (1, tuple(SIGNALS)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault at the n-th request for an operation in one run, before or after it has taken effect."""

    kind: FaultKind
    operation: str
    number: int
    is_after: bool
    chance: int  # seeds what is open: when a late request arrives, how the order changes

    def __str__(self) -> str:
        """Write the fault for a list of steps."""
        moment = "after" if self.is_after else "before"
        return f"{self.operation} number {self.number}: {self.kind}, {moment} it has taken effect"
