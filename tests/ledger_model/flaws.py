"""Ways to get the protocol wrong. Each is one guard taken away, and each has to break an invariant."""

from __future__ import annotations

from enum import Enum


class Flaw(Enum):
    """One guard that is missing."""

    CONTINUES_UNLOGGED = "a dead purchase is sent again without an attempt on record"
    VOIDS_WITHOUT_WAITING = (
        "a purchase is voided because Describe does not see its job, with a request still on its way"
    )
    REFUSAL_VOIDS = "a refusal of one attempt voids the purchase, whatever else was sent for it"
    CONTINUES_WITH_NEW_CLIPS = "the next run sends its own clips instead of the purchase's"
    FREES_EARLY = "clips are freed before their job has ended"
    RERUN_EXCUSES_ALL = "rerun_of excuses overlap with every purchase"
    KNOWS_JOBS_BY_NAME = "a job is known by its name, without account and Region"
    PACK_NAMED_WHEN_WRITTEN = "a pack is named by the end of the ledger when it is written, and not when it was read"
    CREATES_FIRST = "the create call is sent before the purchase is on record"
    WRITES_BLIND = "an entry is written without If-None-Match"
    TAKEN_IS_WON = "a 412 counts as success"
    UNCLEAR_IS_WON = "a 5xx on an entry counts as success"
    EXACT_SETS_ONLY = "only equal sets of clips are compared"
    OPEN_HOLDS_NOTHING = "a purchase holds its clips only when its job was seen"
    VOIDS_WITHOUT_LOOKING = "a purchase is voided without a look at its job"
    VOIDS_WITHOUT_REREADING = "void is appended at whatever number is free, without reading again"
    VOIDS_WHEN_ABSENT = "a run whose answer was lost voids because Describe does not see the job"
    ADOPTED_HOLDS_NOTHING = "a job that was imported holds no clips"
    GAP_IS_END = "a missing entry counts as the end of the ledger"
    SENDS_LATE = "a request is signed and sent after its attempt's signed_until"


class Assumption(Enum):
    """What the protocol takes for granted about AWS. Without either, a clip is bought twice."""

    SIGNATURES_EXPIRE = "AWS refuses a request whose signature is older than the window"
    READS_CATCH_UP = "Describe sees a job at the latest when its attempt is closed"


Missing = frozenset[Flaw | Assumption]
