"""Judges a history by the simulator's own record: what was bought, and whether each printed word is true."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chaos.history import Job
from chaos.proxy import Delivery, Send
from chaos.record import JobKey, JobRecord, changes_of, creates_of
from chaos.words import CREATED, Claim, Ran
from chaos.world import Wish

DOCUMENTED = {0, 1, 2, 3, 4, 130}
STOPPED_OR_STOPPING = {"Stopping", "Stopped", "Completed", "Failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is known about a history, at its end."""

    jobs: Mapping[JobKey, JobRecord]
    deliveries: Sequence[Delivery]
    sends: Sequence[Send]
    wishes: Mapping[str, Wish]
    ran: Sequence[Ran]
    is_faultless: bool = False

    def declared(self, key: JobKey) -> Iterator[tuple[Job, frozenset[str]]]:
        """Yield each form in which runs have declared a job, with its clips."""
        for wish in self.wishes.values():
            if wish.region == key.region:
                for name, job in wish.jobs.items():
                    if name.lower() == key.name:
                        yield job, wish.clips[name]


def violations(evidence: Evidence) -> Iterator[str]:
    """Yield every sentence about what must not be."""
    yield from _bought_twice(evidence)
    yield from _bought_something_else(evidence)
    yield from _bought_unapproved(evidence)
    if evidence.is_faultless:
        yield from _left_out_too_much(evidence)
    yield from _sent_again(evidence.sends)
    for ran in evidence.ran:
        for fault in _untrue(ran, evidence):
            yield f"{ran.run}: {fault}"


# --- what was bought -----------------------------------------------------------------------------------------------------


def _bought_twice(evidence: Evidence) -> Iterator[str]:
    """Find clips that workers got twice for one question, without a rerun_of."""
    jobs = sorted(evidence.jobs.values(), key=lambda job: job.created)
    for job in jobs:
        if repeated := [clip for clip, count in job.sent.items() if count > 1]:
            yield f"{job.key.name} sends {repeated} more than once"
    for number, later in enumerate(jobs):
        for earlier in jobs[:number]:
            common = frozenset(earlier.sent) & frozenset(later.sent) - earlier.free
            if not common or not may_conflict(earlier, later, evidence):
                continue
            # Two jobs of one moment have no order.
            if common - _repeated(later, earlier, evidence) and common - _repeated(earlier, later, evidence):
                clips = ", ".join(sorted(common))
                yield f"bought twice: {_where(earlier)} and then {_where(later)} asked the same question about {clips}"


def may_conflict(one: JobRecord, other: JobRecord, evidence: Evidence) -> bool:
    """Return whether two jobs ask the same question: of the same name, or with the same labels and a name missing."""
    names = [{job.question for job, _ in evidence.declared(each.key)} for each in (one, other)]
    if all(len(each) == 1 and None not in each for each in names):
        return names[0] == names[1]
    return one.labels == other.labels


def _holds(record: JobRecord, job: Job, evidence: Evidence) -> bool:
    """Return whether an existing job asks what a declaration asks."""
    names = {declared.question for declared, _ in evidence.declared(record.key)}
    if job.question is not None and names == {job.question}:
        return True
    return record.labels == frozenset(job.labels) and (job.question is None or None in names or job.question in names)


def _repeated(
    later: JobRecord, earlier: JobRecord, evidence: Evidence, seen: frozenset[JobKey] = frozenset()
) -> frozenset[str]:
    """Return the clips that a job may pay for again: those of the job that rerun_of names, and what that one has repeated."""
    covered: frozenset[str] = frozenset()
    for declared, _ in evidence.declared(later.key):
        name = (declared.rerun_of or "").lower()
        for job in evidence.jobs.values():
            if job.key.name != name or job.key in {later.key, *seen}:
                continue
            if job.key == earlier.key:
                return frozenset(job.sent)
            covered |= frozenset(job.sent) & _repeated(job, earlier, evidence, seen | {later.key})
    return covered


def _bought_something_else(evidence: Evidence) -> Iterator[str]:
    """Find jobs whose clips are not those that were declared."""
    for job in evidence.jobs.values():
        sent = frozenset(job.sent)
        forms = list(evidence.declared(job.key))
        if not any(_is_as_declared(sent, declared, clips) for declared, clips in forms):
            yield f"{_where(job)} sends {', '.join(sorted(sent))}, which no run has declared"


def _is_as_declared(sent: frozenset[str], job: Job, clips: frozenset[str]) -> bool:
    if job.kind == "sample":
        return sent <= clips and (job.only_new or len(sent) == min(job.sample, len(clips)))
    if job.only_new or job.kind == "chain":
        return sent <= clips
    return sent == clips


def _left_out_too_much(evidence: Evidence) -> Iterator[str]:
    """Find jobs with only_new that lack a clip which no other job has. After a fault, a purchase without a job may have it."""
    for job in evidence.jobs.values():
        forms = [(declared, clips) for declared, clips in evidence.declared(job.key)]
        others = [other for other in evidence.jobs.values() if other.key != job.key]
        held = {clip for other in others if may_conflict(other, job, evidence) for clip in other.sent}
        if all(declared.kind in {"prefix", "objects", "manifest"} for declared, _ in forms) and not any(
            clips <= frozenset(job.sent) | held for _, clips in forms
        ):
            yield f"{_where(job)} sends {', '.join(sorted(job.sent))}, and no job has the rest of its clips"


def _bought_unapproved(evidence: Evidence) -> Iterator[str]:
    """Find jobs that a run has created beyond the plan that it was given."""
    for wish in evidence.wishes.values():
        if wish.approved is None:
            continue
        for name in creates_of(wish.run, evidence.deliveries):
            sent = frozenset(evidence.jobs[JobKey(region=wish.region, name=name)].sent)
            if not sent <= wish.approved.clips.get(name, frozenset()):
                yield f"{wish.run} has bought {', '.join(sorted(sent))} for {name}, which its plan does not cover"


def _sent_again(sends: Sequence[Send]) -> Iterator[str]:
    """Find create requests that a run has repeated although the first one may have been accepted."""
    may_be_there: set[tuple[str, str]] = set()
    for send in sends:
        if (send.run, send.name) in may_be_there:
            yield f"{send.run} has sent the create request of {send.name} again, after an answer that was not clear"
        if not send.is_refused:
            may_be_there.add((send.run, send.name))


def _where(job: JobRecord) -> str:
    return f"{job.key.name} in {job.key.region}"


# --- what was printed ----------------------------------------------------------------------------------------------------


def _untrue(ran: Ran, evidence: Evidence) -> Iterator[str]:
    killed = ran.code == -signal.SIGKILL
    created = creates_of(ran.run, evidence.deliveries)
    if ran.code not in DOCUMENTED and not killed and not (ran.code == -signal.SIGTERM and not created):
        yield f"exit code {ran.code}"
    if "Traceback" in ran.words:
        yield f"a traceback: {ran.err.strip().splitlines()[-1]}"
    for claim in ran.claims.values():
        yield from _untrue_claim(claim, ran, evidence, created)
    unnamed = sorted(created - ran.claims.keys())
    if unnamed and not killed:
        yield f"it has created {', '.join(unnamed)}, and does not say so"
    changes = changes_of(ran.run, evidence.deliveries)
    of_jobs = [change for change in changes if "LabelingJob" in change]
    if ran.says_no_job_was_changed and of_jobs:
        yield f"it says that no job was changed, and has done {', '.join(of_jobs)}"
    if ran.says_nothing_was_changed and changes:
        yield f"it says that nothing was changed, and has done {', '.join(changes)}"
    if "although its purchase was voided" in ran.words:
        yield "it says that a void purchase's job exists, and nothing of a void purchase was accepted"
    yield from _wrong_numbers(ran, evidence)
    if ran.code == 0 and any(claim.result not in {*CREATED, "existed", "stopping"} for claim in ran.claims.values()):
        yield "exit code 0, although something needs attention"


def _untrue_claim(claim: Claim, ran: Ran, evidence: Evidence, created: set[str]) -> Iterator[str]:
    job = evidence.jobs.get(JobKey(region=ran.region, name=claim.name.lower()))
    if claim.says_it_exists and job is None:
        yield f"{claim.name} is {claim.result}, and does not exist"
    if claim.says_nothing_was_sent and claim.name.lower() in created:
        yield f"{claim.name} is {claim.result}, and this run has created it: {claim.evidence}"
    if claim.result == "stopping" and (job is None or job.status not in STOPPED_OR_STOPPING):
        yield f"{claim.name} is stopping, and goes on"


def _wrong_numbers(ran: Ran, evidence: Evidence) -> Iterator[str]:
    results = [claim.result for claim in ran.claims.values()]
    for result, number in ran.counted.items():
        if results.count(result) != number:
            yield f"it counts {number} {result}, and lists {results.count(result)}"
    names = [name for name, claim in ran.claims.items() if claim.result in CREATED]
    bought = [evidence.jobs.get(JobKey(region=ran.region, name=name)) for name in names]
    clips = sum(job.sent.total() for job in bought if job)
    if ran.clips_created is not None and ran.clips_created != clips:
        yield f"it says that it has bought {ran.clips_created} clips, and it is {clips}"


# --- the end, when all is calm -------------------------------------------------------------------------------------------


def left_undone(ran: Ran, jobs: Mapping[JobKey, JobRecord], wish: Wish) -> Iterator[str]:
    """Find declared jobs that a calm apply has neither created nor named with a reason."""
    if ran.code not in {0, 1}:
        yield f"a calm apply ends with {ran.code}: {ran.err.strip()[:300]}"
        return
    for name, job in wish.jobs.items():
        earlier = jobs.get(JobKey(region=wish.region, name=job.chain.lower()))
        waits = job.kind == "chain" and not (earlier and earlier.has_ended and earlier.has_output)
        if JobKey(region=wish.region, name=name.lower()) in jobs or job.is_stopped or waits:
            continue
        if not ran.names(name):
            yield f"a calm apply neither creates nor names {name}"


def creatable(wish: Wish, evidence: Evidence) -> Iterator[str]:
    """Find declared jobs that do not exist although no job that exists, or that is declared beside them, has their clips."""
    for name, job in wish.jobs.items():
        key = JobKey(region=wish.region, name=name.lower())
        if key in evidence.jobs or job.is_stopped or job.kind == "chain" or job.rerun_of:
            continue
        clips = wish.clips[name]
        holders = [
            other
            for other in evidence.jobs.values()
            if clips & _held(other, wish.region) and _holds(other, job, evidence)
        ]
        beside = [other for other, asked in wish.clips.items() if other != name and clips & asked]
        if not holders and not beside:
            yield name


def _held(job: JobRecord, region: str) -> frozenset[str]:
    """Return the clips that a job keeps from others. Its unlabeled ones are only free once a run in its Region has looked."""
    return frozenset(job.sent) - (job.free if job.key.region == region else frozenset())
