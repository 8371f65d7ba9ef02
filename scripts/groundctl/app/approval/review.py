"""Compares a plan with what was approved, job by job."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from groundctl.app.approval.archive import Archive, NotKnown, Source
from groundctl.app.approval.reviewed_clips import ReviewedClips, ReviewedClipsFinder, manifest_of, why_not_approved
from groundctl.app.plan import PlanningResult, plan
from groundctl.domain.approval.coverage import (
    entry_of,
    is_irreversible,
    same_target,
)
from groundctl.domain.approval.recorded_plan import touches
from groundctl.domain.approval.release import RELEASING, approving_file, files_of
from groundctl.domain.approval.reviewed_plan import NotReviewed, Reviewed
from groundctl.domain.approval.seen_clips import not_known_text
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.clips.input_manifest import clips_in
from groundctl.domain.clips.selection import Chosen
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.creation import Hold
from groundctl.domain.planning.plan import (
    Action,
    Change,
    Create,
    Stop,
    observed_of,
)

_NOT_TOUCHED = "the reviewed plan lists it, but its pull request does not touch it"
# Of the commits that may release a job, so many are looked at: each costs several questions to GitHub, in every run.
_MAX_RELEASING = 20
# Clips may be replaced by the reviewed ones for jobs that could be created.
_BUYING = {Action.CREATE, Action.REFUSED, Action.REPURCHASE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What may be done with a plan; every member goes by the job's key.

    held holds why a create or stop must not be done now, agreed who agreed to the others, and source_pull_requests where
    each job was declared. arrived counts the clips that are not bought because they came after the approved plan. digest is
    what `approve` takes: that of the plan with all clips that are there now, also with those.
    """

    digest: str = ""
    held: Mapping[JobKey, Hold] = field(default_factory=dict)
    agreed: Mapping[JobKey, str] = field(default_factory=dict)
    source_pull_requests: Mapping[JobKey, int] = field(default_factory=dict)
    arrived: Mapping[JobKey, int] = field(default_factory=dict)

    def after(self, before: Review) -> Review:
        """Add what was found before the run acted: who agreed to what it did, and what it left."""
        return replace(self, agreed={**before.agreed, **self.agreed}, arrived={**before.arrived, **self.arrived})


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A plan that a second person let through as a whole, and the sentence that says who."""

    digest: str
    who: str


def review(
    planned: PlanningResult,
    archive: Archive,
    *,
    by_hand: ByHand | None = None,
    unknown: Collection[JobKey] = (),
) -> tuple[PlanningResult, Review]:
    """Compare a plan with the reviewed ones; return it with the reviewed clips, and what may be done.

    unknown holds the keys of existing jobs without a recorded pull request.
    """
    reviewer = ChangeReviewer.of(planned, archive)
    if by_hand and by_hand.digest == planned.plan.digest:
        agreed = {change.key: by_hand.who for change in planned.plan.changes if is_irreversible(change)}
        return planned, Review(
            digest=reviewer.digest, agreed=agreed, source_pull_requests=reviewer.source_pull_requests(unknown)
        )
    found = reviewer.reviewed_clips()
    arrived = dict(_arrived(planned, {key: each.chosen for key, each in found.items() if each.chosen}))
    # The plan of a job whose reviewed clips are gone would be refused for it, and is held with the way out instead.
    clips = {key: each.chosen for key, each in found.items() if each.chosen and not each.hold}
    if clips:
        # The reviewed clips are bought, and no others: what arrived since is for a next job.
        planned = plan(planned.validated, planned.account, reviewed_clips={**planned.reviewed_clips, **clips})
    holds = {key: each.hold for key, each in found.items() if each.hold}
    not_known = {key: each.not_known for key, each in found.items() if each.not_known}
    after = replace(reviewer, planned=planned, clips_held=holds, clips_not_known=not_known)
    held, agreed = after.judged()
    return planned, Review(
        digest=reviewer.digest,
        held=held,
        agreed=agreed,
        source_pull_requests=after.source_pull_requests(unknown),
        arrived=arrived,
    )


@dataclass(frozen=True, kw_only=True)  # no slots: cached_property needs a place
class ChangeReviewer:
    """Compares the changes of a plan with what was approved; digest is that of the plan with all clips that are there now."""

    digest: str
    planned: PlanningResult
    archive: Archive
    # Why the reviewed clips of a job cannot be bought: a fault of one job holds only that one.
    clips_held: Mapping[JobKey, Hold] = field(default_factory=dict)
    # How many of a job's clips may be others than the reviewed ones, because S3 was not asked, then or now.
    clips_not_known: Mapping[JobKey, int] = field(default_factory=dict)

    @classmethod
    def of(cls, planned: PlanningResult, archive: Archive) -> ChangeReviewer:
        """Review a plan as it was made, with all clips that are there now."""
        return cls(digest=planned.plan.digest, planned=planned, archive=archive)

    def source_pull_requests(self, unknown: Collection[JobKey]) -> dict[JobKey, int]:
        """Find the pull request that last changed each job's files."""
        found: dict[JobKey, int] = {}
        for change in self.planned.plan.changes:
            if observed_of(change) is None or is_irreversible(change) or change.key in unknown:
                commit = self._own_commit(change)
                source = self.archive.source_of(commit).pull_request if commit else None
                if source:
                    found[change.key] = source.number
        return found

    def judged(self) -> tuple[dict[JobKey, Hold], dict[JobKey, str]]:
        """Return why changes are held, and who agreed to the others."""
        held: dict[JobKey, Hold] = {}
        agreed: dict[JobKey, str] = {}
        for change in filter(is_irreversible, self.planned.plan.changes):
            match self.judge(change):
                case Hold() as hold:
                    held[change.key] = hold
                case str(sentence):
                    agreed[change.key] = sentence + not_known_text(self.clips_not_known.get(change.key, 0))
        return held, agreed

    def looking_at_clips(self, *, except_of: Collection[JobKey]) -> ChangeReviewer:
        """Judge also by what became of the reviewed clips, except of some jobs."""
        found = self.reviewed_clips(except_of=except_of)
        return replace(self, clips_held={key: each.hold for key, each in found.items() if each.hold})

    def reviewed_clips(self, *, except_of: Collection[JobKey] = ()) -> dict[JobKey, ReviewedClips]:
        """Find the reviewed clips of every job that could be created."""
        finder = ReviewedClipsFinder(planned=self.planned, archive=self.archive)
        looked_at = (each for each in self.planned.plan.changes if each.action in _BUYING and each.key not in except_of)
        return {
            change.key: finder.find(change, self._declarations[change.key], self.sources(change))
            for change in looked_at
            if not self._declarations[change.key].spec.takes_clips_at_create
        }

    def judge(self, change: Create | Stop) -> Hold | str:
        """Say who agreed to a change, or why it must not be made."""
        if clips_held := self.clips_held.get(change.key):
            return clips_held
        hold: Hold | None = None
        policy = self.planned.validated.policy
        for place, source in enumerate(self.sources(change)):
            match source.verdict:
                case Reviewed() as reviewed if source.plan is not None:
                    if not same_target(self.planned.plan, source.plan):
                        hold = hold or Hold(reason="the reviewed plan is of another environment, account, or Region")
                    elif not touches(source.plan, change.key) and entry_of(source.plan, change.key):
                        # Commits and messages can be made up, and what main's own tool recorded cannot.
                        hold = hold or Hold(reason=_NOT_TOUCHED)
                    elif reason := why_not_approved(change, source.plan, self.archive, policy):
                        hold = hold or Hold(reason=reason)
                    else:
                        return _agreement(reviewed, source, is_own=place == 0)
                case NotReviewed(reason=reason, hint=hint) | NotKnown(reason=reason, hint=hint):
                    hold = hold or Hold(reason=reason, hint=hint)
        return hold or Hold(reason="Git names no commit that changed its file")

    def sources(self, change: Change) -> Iterator[Source]:
        """Give the pull requests that may approve a job: its own, then those that released it since, the newest first."""
        own = self._own_commit(change)
        if own is None:
            return
        yield self.archive.source_of(own)
        for commit in self.archive.changes_since(own, RELEASING)[:_MAX_RELEASING]:
            yield self.archive.source_of(commit)
        yield from self._approved_by_file(own)

    def _approved_by_file(self, since: str) -> Iterator[Source]:
        digest = self.digest
        path = approving_file(digest)
        for commit in self.archive.changes_since(since, (path,)):
            # To remove the file approves nothing.
            if self.archive.history.read_file(commit, path) is None:
                continue
            source = self.archive.source_of(commit)
            if source.plan and source.plan["digest"] == digest:
                yield source

    def _own_commit(self, change: Change) -> str | None:
        files = self._files.get(change.key)
        return self.archive.last_change(files) if files else None

    @cached_property
    def _files(self) -> Mapping[JobKey, tuple[str, ...]]:
        return {key: files_of(each) for key, each in self._declarations.items()}

    @cached_property
    def _declarations(self) -> Mapping[JobKey, Declaration]:
        return {each.spec.key: each for each in self.planned.validated.declarations}


def _agreement(reviewed: Reviewed, source: Source, *, is_own: bool) -> str:
    """Say who agreed to a change, and where, unless it is the pull request that the comment is on."""
    if is_own or source.pull_request is None:
        return reviewed.sentence
    return f"{reviewed.sentence}, of pull request {source.pull_request.number}"


def _arrived(listed: PlanningResult, clips: Mapping[JobKey, Chosen]) -> Iterator[tuple[JobKey, int]]:
    """Count the clips of each job that its selection takes now, and that are not among the reviewed ones."""
    for change in listed.plan.changes:
        if change.key in clips and (count := len(_taken(listed, change) - clips_in(clips[change.key].manifest))):
            yield change.key, count


def _taken(listed: PlanningResult, change: Change) -> frozenset[str]:
    now = listed.clips_now.get(change.key)
    # If all of them cannot be bought, the plan has no manifest of them.
    return clips_in(manifest_of(change) or (now.manifest if isinstance(now, Chosen) else b""))
