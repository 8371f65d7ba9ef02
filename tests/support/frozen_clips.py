"""A job over some clips on S3, from the review of its plan to what is bought."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from groundctl.app.approval.review import Review, review
from groundctl.app.approval.reviewed_clips import manifest_of
from groundctl.app.plan import PlanningResult, plan
from groundctl.app.validate import Validated
from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.clips.input_manifest import clips_in
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.plan import Create
from groundctl.domain.tracking.pull_request import PullRequest
from support.approval_scene import Scene
from support.builders import POLICY, a_declaration
from support.fake_objects import A_CLIP, FakeObjects
from support.fakes import FakeJobs
from support.ledger import FakeLedger, a_purchase, an_account, an_entry, an_open_ledger, created

FOLDER = "s3://clips/rallies/"
MANIFEST = "s3://clips/manifests/rallies.manifest"
PREFIX: dict[str, Any] = {"prefix": FOLDER}
NAMED: dict[str, Any] = {"manifest": MANIFEST}


def clip(number: int | str) -> str:
    return f"{FOLDER}rally-{number}.mp4"


CLIPS = tuple(map(clip, range(1, 5)))


@dataclass
class Season:
    """A job over some clips on S3, and the pull request that declared it."""

    input: dict[str, Any]
    scene: Scene = field(default_factory=Scene)
    objects: FakeObjects = field(default_factory=FakeObjects)
    ledger: FakeLedger = field(default_factory=an_open_ledger)
    policy: Policy = POLICY
    budget: dict[str, Any] | None = None
    observed: tuple[ObservedJob, ...] = ()  # jobs that AWS has already

    def __post_init__(self) -> None:
        self.declaration = a_declaration(input=self.input, budget=self.budget)
        for uri in CLIPS:
            self.objects.objects[uri] = A_CLIP
        self.lists(*CLIPS)

    def lists(self, *uris: str, **keys: Any) -> None:
        """Write the manifest."""
        self.objects.objects[MANIFEST] = b"".join(
            f"{json.dumps({'source-ref': uri, **keys})}\n".encode() for uri in uris
        )

    def gets(self, *uris: str) -> None:
        """Let clips arrive, in the folder and in the manifest."""
        self.objects.objects.update(dict.fromkeys(uris, A_CLIP))
        self.lists(*self.named(), *uris)

    def loses(self, *uris: str) -> None:
        """Let clips go from the folder and from the manifest."""
        for uri in uris:
            del self.objects.objects[uri]
        self.lists(*(uri for uri in self.named() if uri not in uris))

    def named(self) -> list[str]:
        return [json.loads(line)["source-ref"] for line in self.objects.objects[MANIFEST].splitlines()]

    def shows(self, uri: str, *, more: int = 0, etag: str = '"a"', at: str = "2026-11-02T09:00:00.000Z") -> None:
        """Let a clip be another one, with more bytes at its end, and the listing of S3 say so."""
        padding = more.to_bytes(4) + b"free" + bytes(more - 8) if more else b""
        self.objects.objects[uri] = A_CLIP + padding
        self.objects.listed[uri] = StoredObject(uri, len(A_CLIP) + more, at, etag=etag)

    def asked_elsewhere(self, *uris: str, name: str = "other") -> None:
        """Let another job ask the same question about some clips."""
        hashed = HashedClips.of(uris)
        record = a_purchase(name, hashed, labels=("winner", "error"), title="How did the rally end?")
        for each in (record, created(self.ledger.read().end + 1)):
            log = self.ledger.read()
            self.ledger.entries[log.end + 1] = an_entry(log, each)

    def planned(self) -> PlanningResult:
        validated = Validated(
            declarations=(self.declaration,),
            declared=frozenset({self.declaration.spec.key}),
            summaries=(),
            problems=(),
            files=1,
            policy=self.policy,
        )
        observed = {job.key: job for job in self.observed}
        return plan(validated, an_account(FakeJobs(), self.objects, ledger=self.ledger, observed=observed))

    def approved(self, number: int = 12, letter: str = "b", *paths: str) -> PullRequest:
        planned = self.planned()
        return self.scene.merged_and_approved(planned.plan, number, letter, *paths, heads=planned.heads)

    def applied(self) -> tuple[frozenset[str], Review]:
        """Review the plan of now; return the clips that are bought."""
        planned, found = review(self.planned(), self.scene.archive())
        [change] = (each for each in planned.plan.changes if each.key == self.declaration.spec.key)
        is_bought = isinstance(change, Create) and not found.held
        return clips_in(manifest_of(change)) if is_bought else frozenset(), found

    def hold(self) -> str:
        """Return why the job is held, and what to do."""
        bought, found = self.applied()
        assert not bought
        [hold] = found.held.values()
        return f"{hold.reason} — {hold.hint}"
