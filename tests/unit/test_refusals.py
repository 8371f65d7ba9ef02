"""What AWS refused before: which answers count, for which request, and how plans and reports show them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from groundctl.adapters.github.workflow_run import WorkflowRun
from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.creation import Hold, Outcome, Result, Verdict
from groundctl.domain.jobs.infrastructure import WorkTeam
from groundctl.domain.jobs.ledger.purchases import Purchases, Refusal
from groundctl.domain.jobs.ledger.records import Author, EndedRecord, RecordId
from groundctl.domain.jobs.ledger.refusals import refusal_hint, refusal_of
from groundctl.domain.planning.plan import Action, Create, Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.domain.planning.wanted import purchase_record
from groundctl.domain.tracking.pull_request_status import JobStatus
from groundctl.domain.tracking.refused_before import refused_before, refused_jobs
from groundctl.presentation.markdown.status_headline import state_of
from support.builders import a_declaration, a_plan, an_infrastructure, some_data, some_inputs
from support.buying import carry_out
from support.fakes import FakeJobs
from support.ledger import (
    AFTER_ALL,
    DIGEST,
    NOW,
    FakeLedger,
    a_job,
    a_ledger,
    a_log,
    a_purchase,
    an_attempt,
    created,
    refused,
    void,
)

QUOTA = "ResourceLimitExceeded: The account-level service limit is 20 jobs."
JOB = a_job()


def bought(declaration: Declaration | None = None, **values: Any) -> tuple[Any, ClipIndex]:
    """The record of a purchase that a plan for this declaration would make."""
    [create] = a_plan(declaration or a_declaration()).creates
    assert create.purchase.wanted is not None
    record = purchase_record(create.purchase.wanted, create.purchase.desired, cost=None, signed_until=NOW)
    changed = {name: getattr(record, name) for name in record.__struct_fields__} | values
    return type(record)(**changed), create.purchase.wanted.claim.clips.index()


def planned(declaration: Declaration, ledger: Purchases) -> Create:
    teams = {"reviewers": an_infrastructure().work_teams["reviewers"], "umpires": WorkTeam(arn="arn:umpires")}
    inputs = some_inputs(declaration, purchases=ledger, infrastructure=an_infrastructure(work_teams=teams))
    [create] = make_plan(inputs).creates
    return create


# --- which answers count


def test_the_answer_to_the_newest_request_is_found_with_its_time_and_run():
    refusal = refusal_of(a_ledger(a_purchase(), refused(2, QUOTA)), JOB, DIGEST)

    assert refusal == Refusal(evidence=QUOTA, at=NOW, by=Author(repository="acme/labels"))


def test_a_job_that_was_never_asked_for_was_not_refused():
    assert refusal_of(a_ledger(), JOB, DIGEST) is None


def test_a_purchase_that_waits_for_an_answer_was_not_refused():
    assert refusal_of(a_ledger(a_purchase()), JOB, DIGEST) is None


def test_another_request_was_not_refused():
    assert refusal_of(a_ledger(a_purchase(), refused(2, QUOTA)), JOB, "f" * 32) is None


def test_the_same_name_elsewhere_was_not_refused():
    ledger = a_ledger(a_purchase(), refused(2, QUOTA))

    assert refusal_of(ledger, a_job(region="eu-west-1"), DIGEST) is None
    assert refusal_of(ledger, a_job(account="999999999999"), DIGEST) is None


def test_a_job_that_was_bought_since_was_not_refused():
    assert refusal_of(a_ledger(a_purchase(), refused(2, QUOTA), a_purchase(), created(4)), JOB, DIGEST) is None


def test_a_job_whose_refused_request_arrived_after_all_was_not_refused():
    assert refusal_of(a_ledger(a_purchase(), refused(2, QUOTA), created(2)), JOB, DIGEST) is None


def test_a_job_that_has_ended_was_not_refused():
    ended = EndedRecord(
        purchase=RecordId(entry=2), status="Completed", output_manifest=None, etag=None, lines=2, clips=0
    )

    assert refusal_of(a_ledger(a_purchase(), refused(2, QUOTA), (ended, ClipIndex())), JOB, DIGEST) is None


def test_the_answer_to_the_last_attempt_counts():
    unclear_then_refused = a_ledger(a_purchase(), an_attempt(2), refused(3, QUOTA))
    refused_then_unclear = a_ledger(a_purchase(), refused(2, QUOTA), an_attempt(2))

    assert refusal_of(unclear_then_refused, JOB, DIGEST) is not None
    assert refusal_of(refused_then_unclear, JOB, DIGEST) is None


def test_a_refusal_stays_after_a_person_has_voided_the_purchase():
    ledger = a_ledger(a_purchase(), an_attempt(2), refused(3, QUOTA), void(2), aws_time=AFTER_ALL)

    assert refusal_of(ledger, JOB, DIGEST) is not None


@pytest.mark.parametrize(
    "evidence",
    [
        "Throttled: Rate exceeded",
        "SignedTooLate: the request was signed after 10:25",
        "ExpiredTokenException: The security token included in the request is expired",
        "RequestExpired: Request has expired.",
        "SignatureDoesNotMatch: Signature expired",
        "NoCredentialsError: nothing was sent: Unable to locate credentials",
        "EndpointConnectionError: nothing was sent: Could not connect to the endpoint URL",
    ],
)
def test_what_passes_by_itself_is_no_refusal_of_the_request(evidence: str):
    assert refusal_of(a_ledger(a_purchase(), refused(2, evidence)), JOB, DIGEST) is None


@pytest.mark.parametrize(
    "evidence",
    [
        QUOTA,
        "AccessDeniedException: not authorized",
        "ValidationException: 1 validation error detected",
        "ParamValidationError: nothing was sent: Parameter validation failed",
        "SomethingNew: words",
        "words without a code",
        "",
    ],
)
def test_every_other_clear_answer_is_one(evidence: str):
    assert refusal_of(a_ledger(a_purchase(), refused(2, evidence)), JOB, DIGEST) is not None


def test_a_quota_has_the_hint_to_start_apply_by_hand():
    hint = refusal_hint(Refusal(evidence=QUOTA, at=NOW, by=Author()))

    assert "start `apply` by hand (workflow_dispatch) when the quota has room" in hint


@pytest.mark.parametrize("evidence", [QUOTA, "AccessDeniedException: no", "ValidationException: no", ""])
def test_every_refusal_names_the_way_to_try_again(evidence: str):
    assert "`apply` by hand (workflow_dispatch)" in refusal_hint(Refusal(evidence=evidence, at=NOW, by=Author()))


# --- plans


def test_a_plan_knows_which_of_its_creates_aws_has_refused():
    ledger = a_ledger(bought(), refused(2, QUOTA))

    create = planned(a_declaration(), ledger)

    assert create.refused is not None
    assert create.refused.evidence == QUOTA


@pytest.mark.parametrize(
    "changes",
    [
        {"task": some_data()["task"] | {"title": "Another question?"}},
        {"task": some_data()["task"] | {"instructions": {"short": "Watch twice."}}},
        {"workforce": some_data()["workforce"] | {"team": "umpires"}},
        {"workforce": some_data()["workforce"] | {"workers_per_object": 5}},
        {"input": {"objects": ["s3://clips/another.mp4"]}},
        {"tags": {"cost-center": "4711"}},
    ],
    ids=["title", "page", "team", "workers", "clips", "tags"],
)
def test_a_changed_request_was_not_refused(changes: dict[str, Any]):
    ledger = a_ledger(bought(), refused(2, QUOTA))

    assert planned(a_declaration(**changes), ledger).refused is None


@pytest.mark.parametrize(
    "changes",
    [{"owner": "somebody-else"}, {"budget": {"usd": 400}}, {"notify": ["@ada"]}],
    ids=lambda each: next(iter(each)),
)
def test_a_change_that_aws_never_sees_leaves_the_refusal(changes: dict[str, Any]):
    ledger = a_ledger(bought(), refused(2, QUOTA))

    assert planned(a_declaration(**changes), ledger).refused is not None


def test_another_role_makes_another_request():
    ledger = a_ledger(bought(), refused(2, QUOTA))
    other = replace(an_infrastructure(), execution_role_arn="arn:aws:iam::123456789012:role/another")

    [create] = make_plan(some_inputs(a_declaration(), purchases=ledger, infrastructure=other)).creates

    assert create.refused is None


def test_a_refusal_is_not_part_of_what_a_plan_means():
    before, after = a_ledger(), a_ledger(bought(), refused(2, QUOTA))
    plans = [make_plan(some_inputs(a_declaration(), purchases=ledger)) for ledger in (before, after)]

    assert plans[0].digest == plans[1].digest
    assert [len(refused_before(plan)) for plan in plans] == [0, 1]


def three_refused(*evidence: str) -> Plan:
    declarations = [
        a_declaration(name=f"job-{number}", input={"objects": [f"s3://clips/{number}.mp4"]})
        for number in range(len(evidence))
    ]
    records = [bought(each) for each in declarations]
    refusals = [refused(2 + number, said) for number, said in enumerate(evidence)]
    return make_plan(some_inputs(*declarations, purchases=a_ledger(*records, *refusals)))


def test_jobs_that_were_refused_for_one_reason_share_a_note():
    [note] = three_refused(QUOTA, QUOTA, QUOTA, QUOTA).notes

    assert note.rule == "P405"
    assert note.message == f"job-0, job-1, job-2 and 1 more: AWS refused it on 2026-11-23 09:15 UTC: {QUOTA}"


def test_jobs_that_were_refused_for_other_reasons_have_a_note_each():
    notes = three_refused(QUOTA, "ValidationException: no").notes

    assert [note.message.partition(":")[0] for note in notes] == ["job-0", "job-1"]


# --- applying


def refused_plan() -> tuple[Plan, FakeLedger]:
    log = a_log(bought(), refused(2, QUOTA))
    ledger = FakeLedger({entry.number: entry.content for entry in log.entries if entry.content is not None})
    return make_plan(some_inputs(a_declaration(), purchases=Purchases.of(log))), ledger


def test_a_workflow_holds_a_refused_create_and_sends_nothing():
    plan, ledger = refused_plan()
    jobs = FakeJobs()

    [outcome] = carry_out(plan, jobs=jobs, ledger=ledger, send_refused=False)

    assert outcome.result is Result.HELD
    assert outcome.verdict.evidence == f"AWS refused it on 2026-11-23 09:15 UTC: {QUOTA}"
    assert "by hand (workflow_dispatch)" in outcome.verdict.hint
    assert jobs.sent == []


def test_a_person_sends_it_again():
    plan, ledger = refused_plan()
    jobs = FakeJobs()

    [outcome] = carry_out(plan, jobs=jobs, ledger=ledger)

    assert outcome.result is Result.CREATED


def test_a_create_without_a_review_is_held_for_that_reason_first():
    plan, ledger = refused_plan()

    [outcome] = carry_out(
        plan, ledger=ledger, held={plan.changes[0].key: Hold(reason="not reviewed")}, send_refused=False
    )

    assert outcome.verdict.evidence == "not reviewed"


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({"GITHUB_EVENT_NAME": "workflow_dispatch"}, True),
        ({"GITHUB_EVENT_NAME": "schedule"}, False),
        ({"GITHUB_EVENT_NAME": "push"}, False),
        ({"GITHUB_EVENT_NAME": "repository_dispatch"}, False),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_ATTEMPT": "1"}, False),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_ATTEMPT": "2"}, True),
        ({}, False),
    ],
)
def test_a_run_is_asked_for_by_a_person_who_starts_it_by_hand_or_again(settings: dict[str, str], asked: bool):
    assert WorkflowRun(settings).is_asked_by_person is asked


# --- reports


def a_status(**members: Any) -> JobStatus:
    refusal = Refusal(evidence=QUOTA, at=NOW, by=Author())
    return JobStatus(
        name="rally-1", path="rally-1.yaml", owner="", team="", action=Action.CREATE, **{"refused": refusal, **members}
    )


def an_outcome(result: Result) -> Outcome:
    return Outcome(name="rally-1", path="rally-1.yaml", verdict=Verdict(result=result, evidence=""))


def test_a_refused_job_is_in_that_state_and_needs_attention():
    job = a_status()

    assert (state_of(job), job.is_refused, job.needs_attention, job.failed_to_start) == (
        "refused by AWS",
        True,
        True,
        True,
    )


def test_a_refused_job_that_a_run_has_held_because_of_that_stays_in_that_state():
    assert state_of(a_status(outcome=an_outcome(Result.HELD))) == "refused by AWS"


@pytest.mark.parametrize("result", [Result.CREATED, Result.UNKNOWN, Result.FAILED])
def test_what_this_run_did_counts_more_than_an_earlier_answer(result: Result):
    assert not a_status(outcome=an_outcome(result)).is_refused


def test_a_job_that_needs_a_review_says_so_first():
    assert state_of(a_status(held="not reviewed")) == "held"


def test_only_jobs_that_were_refused_are_listed_as_such():
    ledger = a_ledger(a_purchase("rally-1"), refused(2, QUOTA), a_purchase("rally-2", "cd"))

    [job] = refused_jobs(["Rally-1", "rally-2", "rally-3"], ledger, an_infrastructure())

    assert (job.name, job.refusal.evidence) == ("Rally-1", QUOTA)
