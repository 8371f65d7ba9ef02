"""An account over fakes, for people who work on its ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from groundctl.app.adoption.ledger_adoption import AdoptedJobs, adopt_jobs
from groundctl.app.ledger import (
    LedgerAccount,
    void_purchase,
)
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.domain.jobs.ledger.entries import AppendResult
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import Author, RecordId
from groundctl.domain.jobs.ledger.settlement import VoidRefused
from support.builders import a_declaration, a_desired_job, an_infrastructure
from support.fake_objects import FakeObjects
from support.fakes import NO_DEADLINE, FakeJobs
from support.ledger import (
    AFTER_ALL,
    FakeLedger,
    Indexed,
    an_entry,
    clips,
    fill,
    opened,
)

ADA = Author(person="ada")


@dataclass
class RacingLedger(FakeLedger):
    """A ledger to which others write just before each append: one entry of theirs for each of ours."""

    others: list[Indexed] = field(default_factory=list)

    def append(self, number: int, content: bytes) -> AppendResult:
        if self.others:
            log = self.read()
            self.entries[log.end + 1] = an_entry(log, self.others.pop(0), nonce="f" * 32)
        return super().append(number, content)


@dataclass
class World:
    """An account over fakes."""

    ledger: FakeLedger
    jobs: FakeJobs = field(default_factory=FakeJobs)
    objects: FakeObjects = field(default_factory=FakeObjects)
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def account(self) -> LedgerAccount:
        infrastructure = an_infrastructure(**self.changes)
        return LedgerAccount(infrastructure=infrastructure, jobs=self.jobs, objects=self.objects, ledger=self.ledger)

    @property
    def purchases(self) -> Purchases:
        return Purchases.of(self.ledger.read())

    def writer(self) -> LedgerWriter:
        return self.account.open_writer(ADA)

    def makes(self, name: str, letters: str = "ab", *, of: Callable[[dict[str, Any]], None] = lambda _: None) -> None:
        """Create a job as groundctl does; `of` changes the request first."""
        uris = [{"source-ref": uri} for uri in clips(letters).uris]
        job = a_desired_job(a_declaration(name=name, input={"objects": uris}))
        for artifact in job.artifacts:
            self.objects.objects[artifact.uri] = artifact.content
        request = json.loads(json.dumps(dict(job.request)))
        of(request)
        self.jobs.create_once(request, signed_until=NO_DEADLINE)

    def adopts(self, *names: str, question: str | None = None) -> AdoptedJobs:
        return adopt_jobs(names, self.writer(), self.account, {}, question=question)


def a_world(*entries: Indexed, closed: bool = True, ledger: FakeLedger | None = None, **changes: Any) -> World:
    kept = ledger or FakeLedger()
    fill(kept, [opened(), *entries])
    if closed:
        kept.aws_time = AFTER_ALL
    return World(kept, changes=changes)


def void(world: World, entry: int = 2, writer: LedgerWriter | None = None) -> int | VoidRefused:
    return void_purchase(
        RecordId(entry=entry), writer or world.writer(), world.account, reason="cancelled", person="ada"
    )


def fill_more(world: World, *entries: Indexed) -> None:
    for entry in entries:
        log = world.ledger.read()
        world.ledger.entries[log.end + 1] = an_entry(log, entry)


def from_console(request: dict[str, Any]) -> None:
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = "s3://clips/console.manifest"
    request["LabelAttributeName"] = "outcome"
    del request["Tags"]
