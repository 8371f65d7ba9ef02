"""A job's purchase as the ledger decides about it, made from its declaration and its clips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.clips.input_manifest import FrozenInput, leave_out
from groundctl.domain.clips.left_out import Why
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.jobs.estimate import Basis, Estimate
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.decisions import Claim
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.question import Question, question
from groundctl.domain.jobs.ledger.records import PurchaseRecord, RecordId
from groundctl.domain.jobs.ledger.spending import volume_before
from groundctl.domain.jobs.request import DesiredJob, compile_job


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A purchase as it was reviewed: the claim that the ledger decides about, and what the job is compiled from.

    repeats_planned says that rerun_of names a purchase of the same plan, which has no number in the ledger yet.
    is_recorded says that the ledger has this purchase already, left open by an earlier run. seconds_per_clip is what was
    measured, where it was.
    """

    declaration: Declaration
    infrastructure: Infrastructure
    input: FrozenInput | None
    claim: Claim
    repeats_planned: bool = False
    is_recorded: bool = False
    seconds_per_clip: Decimal | None = None

    def limited(self) -> Wanted:
        """Keep as many clips as the declaration allows, the first ones by name."""
        limit = self.declaration.spec.selection.limit
        if limit is None or self.input is None or len(self.input.asked) <= limit:
            return self
        limited = self.without(self.input.asked[limit:], Why.LIMIT)
        assert limited is not None  # noqa: S101 - a limit is at least one
        return limited

    def compiled(self) -> DesiredJob:
        """Compile the job."""
        return compile_job(self.declaration, self.infrastructure, self.input)

    def basis(self, policy: Policy, purchases: Purchases) -> Basis:
        """Return what the cost depends on besides the job, after some purchases."""
        infrastructure = self.infrastructure
        before = volume_before(purchases, infrastructure.account_id)
        return Basis(policy=policy, region=infrastructure.region, before=before, seconds_per_clip=self.seconds_per_clip)

    def without(self, uris: Iterable[str], why: Why = Why.ASKED) -> Wanted | None:
        """Leave out clips for a reason; None if none is left."""
        gone, spec = frozenset(uris), self.declaration.spec
        if not gone or self.input is None:
            return self
        left = leave_out(self.input, gone, spec.labels, spec.label_attribute, why=why)
        if left is None:
            return None
        clips = _clips_asked(spec, self.infrastructure, left)
        return replace(self, input=left, claim=replace(self.claim, clips=clips))


def wanted(
    declaration: Declaration,
    infrastructure: Infrastructure,
    clips: FrozenInput | None,
    desired: DesiredJob,
    *,
    rerun_of: RecordId | None = None,
    repeats_planned: bool = False,
    seconds_per_clip: Decimal | None = None,
) -> Wanted:
    """Say what a job would buy; clips is None for a job with only a topic."""
    spec = declaration.spec
    claim = Claim(
        job=infrastructure.identity_of(spec.name),
        question=question_of(spec),
        clips=_clips_asked(spec, infrastructure, clips),
        declaration_digest=declaration.digest,
        terms_digest=desired.terms_digest,
        only_new=spec.only_new,
        rerun_of=rerun_of,
    )
    return Wanted(
        declaration=declaration,
        infrastructure=infrastructure,
        input=clips,
        claim=claim,
        repeats_planned=repeats_planned,
        seconds_per_clip=seconds_per_clip,
    )


def question_of(spec: JobSpec) -> Question:
    """Return what workers are asked."""
    return question(name=spec.question, labels=[label.name for label in spec.labels], title=spec.title)


def _clips_asked(spec: JobSpec, infrastructure: Infrastructure, clips: FrozenInput | None) -> HashedClips:
    """Hash the clips that workers are asked about. A topic counts as one: two jobs on it are asked the same clips."""
    topic = infrastructure.topics.get(spec.input_topic or "")
    if topic is None:
        return clips.hashed if clips else HashedClips.of(())
    return HashedClips.of((*(clips.asked if clips else ()), topic))


def purchase_record(
    wanted: Wanted,
    desired: DesiredJob,
    *,
    cost: Estimate | None,
    signed_until: datetime,
    plan_digest: str = "",
    pull_request: int | None = None,
) -> PurchaseRecord:
    """Write the record of a purchase; cost is None for a streaming job, whose cost is unlimited."""
    spec, claim = wanted.declaration.spec, wanted.claim
    clips = len(claim.clips.distinct)
    return PurchaseRecord(
        job=claim.job,
        environment=wanted.infrastructure.environment,
        declaration=wanted.declaration.path,
        title=spec.title,
        labels=tuple(label.name for label in spec.labels),
        question=spec.question,
        clips=clips,
        lines=wanted.input.objects if wanted.input else 0,
        usd=cost.high if cost else None,
        request=desired.kept_request.uri,
        declaration_digest=wanted.declaration.digest,
        input_digest=desired.input_digest,
        request_digest=desired.request_digest,
        terms_digest=desired.terms_digest,
        plan_digest=plan_digest,
        rerun_of=claim.rerun_of,
        reason=spec.rerun_of.reason if spec.rerun_of and claim.rerun_of else "",
        signed_until=signed_until,
        pull_request=pull_request,
        billed=cost.objects if cost and cost.objects != clips else None,
    )
