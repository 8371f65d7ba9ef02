"""A job is bought once: every answer that a create call can have, and what is reported."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from groundctl.domain.approval.coverage import find_unapproved, is_as_written
from groundctl.domain.jobs.creation import NameTaken, Outcome, Rejected, Result, Throttled, Unclear, Verdict
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.infrastructure import WorkTeam
from groundctl.domain.planning.plan import plan_content
from groundctl.domain.planning.purchased import bought
from groundctl.errors import ExternalError
from groundctl.presentation.machine.plan_json import plan_json
from support.builders import a_declaration, a_desired_job, a_plan, an_infrastructure, an_observed_job
from support.buying import buy, carry_out
from support.fake_objects import FakeObjects
from support.fakes import NO_DEADLINE, FakeClock, FakeJobs
from support.ledger import an_open_ledger


def create_with(jobs: FakeJobs, objects: FakeObjects | None = None, clock: FakeClock | None = None) -> Verdict:
    return buy(jobs=jobs, objects=objects, clock=clock)


def test_an_accepted_job_that_exists_is_created():
    jobs = FakeJobs()

    verdict = create_with(jobs)

    assert verdict.result is Result.CREATED
    assert len(jobs.sent) == 1


def test_all_artifacts_are_uploaded_before_the_request_is_sent():
    objects = FakeObjects()
    jobs = FakeJobs()
    create_with(jobs, objects)

    [request] = jobs.sent
    task = request["HumanTaskConfig"]
    assert request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] in objects.objects
    assert request["LabelCategoryConfigS3Uri"] in objects.objects
    assert task["UiConfig"]["UiTemplateS3Uri"] in objects.objects


@pytest.mark.parametrize(
    "lost", [Unclear(message="ReadTimeoutError"), Unclear(message="500"), Unclear(message="reset")]
)
def test_a_job_is_looked_up_after_a_lost_response_and_never_created_again(lost):
    jobs = FakeJobs(lost, accepting=True)

    verdict = create_with(jobs)

    assert verdict.result is Result.SEEN
    assert "the response was lost" in verdict.evidence
    assert len(jobs.sent) == 1


def test_a_lost_response_is_no_proof_that_this_run_created_the_job():
    verdict = create_with(FakeJobs(Unclear(message="reset"), accepting=True))

    assert str(verdict.result) == "created (seen after a lost answer, by this run or an earlier one)"
    assert not verdict.result.needs_attention


def test_apply_waits_for_a_job_that_is_visible_late():
    clock = FakeClock()

    verdict = create_with(FakeJobs(Unclear(message="timeout"), accepting=True, hidden_looks=4), clock=clock)

    assert verdict.result is Result.SEEN
    assert sum(clock.slept) <= 60


def test_a_lost_response_without_a_visible_job_is_unknown_after_a_minute():
    clock = FakeClock()

    verdict = create_with(FakeJobs(Unclear(message="ReadTimeoutError")), clock=clock)

    assert verdict.result is Result.UNKNOWN
    assert sum(clock.slept) >= 60
    assert "run apply again" in verdict.hint


def test_an_accepted_job_that_does_not_become_visible_is_unknown():
    verdict = create_with(FakeJobs(hidden_looks=100))

    assert verdict.result is Result.UNKNOWN
    assert "AWS accepted the request" in verdict.evidence


def test_a_taken_name_with_the_same_job_counts_as_existing():
    jobs = FakeJobs()
    create_with(jobs)

    assert create_with(jobs).result is Result.EXISTED


def test_a_taken_name_with_another_job_is_a_failure():
    jobs = FakeJobs()
    create_with(jobs)
    jobs.jobs["rally-outcome"]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = (
        "s3://theirs/input.manifest"
    )

    verdict = create_with(jobs)

    assert verdict.result is Result.FAILED
    assert "another declaration or other clips" in verdict.evidence


@pytest.mark.parametrize("answer", [None, Unclear(message="timeout")])
def test_a_job_that_aws_describes_with_other_values_is_created_and_the_difference_is_reported(answer):
    class Organised(FakeJobs):
        def describe(self, name: str) -> Mapping[str, Any] | None:
            found = super().describe(name)
            path = {"S3OutputPath": "s3://outputs/labels/"}
            return found and {**found, "Tags": [*found["Tags"], {"Key": "org", "Value": "acme"}], "OutputConfig": path}

    verdict = create_with(Organised(*[answer] if answer else [], accepting=True))

    assert verdict.result is (Result.SEEN if answer else Result.CREATED)
    assert "AWS reports other values than requested for OutputConfig.S3OutputPath" in verdict.evidence


def test_a_description_without_tags_is_not_a_difference():
    class Fresh(FakeJobs):
        def describe(self, name: str) -> Mapping[str, Any] | None:
            found = super().describe(name)
            return found and {member: value for member, value in found.items() if member != "Tags"}

    assert create_with(Fresh()).evidence == "accepted, and visible"


def test_two_concurrent_runs_buy_a_renamed_job_once():
    jobs, ledger = FakeJobs(), an_open_ledger()

    results = [buy(a_declaration(name=name), jobs=jobs, ledger=ledger) for name in ("first", "second")]

    assert [verdict.result for verdict in results] == [Result.CREATED, Result.HELD]
    assert "all 2 of its clips were already asked by first" in results[1].evidence
    assert list(jobs.jobs) == ["first"]


def test_a_purchase_that_aws_refused_does_not_block_its_job():
    ledger = an_open_ledger()
    buy(jobs=FakeJobs(Rejected(code="AccessDenied", message="no")), ledger=ledger)

    assert buy(jobs=FakeJobs(), ledger=ledger).result is Result.CREATED


def test_a_declared_rerun_buys_the_same_clips_again():
    jobs, ledger = FakeJobs(), an_open_ledger()
    first = a_declaration(name="first")
    again = a_declaration(name="second", rerun_of={"job": "first", "reason": "new reviewers, to compare"})

    outcomes = carry_out(a_plan(again, first), jobs=jobs, ledger=ledger)

    assert {each.name: each.result for each in outcomes} == {"first": Result.CREATED, "second": Result.CREATED}


def test_a_taken_name_without_a_visible_job_is_unknown():
    assert create_with(FakeJobs(NameTaken(message="exists"))).result is Result.UNKNOWN


def test_a_throttled_create_is_sent_again():
    jobs = FakeJobs(Throttled(message="slow down"), Throttled(message="slow down"))
    clock = FakeClock()

    assert create_with(jobs, clock=clock).result is Result.CREATED
    assert len(jobs.sent) == 3
    assert clock.slept == [0.5, 1.0]


def test_endless_throttles_fail_and_buy_nothing():
    verdict = create_with(FakeJobs(*[Throttled(message="slow down")] * 20))

    assert verdict.result is Result.FAILED
    assert "created nothing" in verdict.evidence


def test_a_refusal_fails_with_awss_message():
    jobs = FakeJobs(Rejected(code="ResourceLimitExceeded", message="too many jobs"))

    verdict = create_with(jobs)

    assert verdict.result is Result.FAILED
    assert "too many jobs" in verdict.evidence
    assert "quota" in verdict.hint
    assert jobs.describes == 0


def test_a_job_that_aws_accepts_and_fails_is_not_called_created():
    class Failing(FakeJobs):
        def describe(self, name: str) -> Mapping[str, Any] | None:
            found = super().describe(name)
            return found and {**found, "LabelingJobStatus": "Failed", "FailureReason": "no access"}

    jobs = Failing(Unclear(message="timeout"), accepting=True)

    verdict = create_with(jobs)

    assert verdict.result is Result.FAILED
    assert "no access" in verdict.evidence


def test_existing_artifacts_are_not_overwritten():
    desired, objects = a_desired_job(), FakeObjects()
    for artifact in desired.artifacts:
        objects.put_if_absent(artifact.uri, artifact.content, artifact.media_type)

    assert create_with(FakeJobs(), objects).result is Result.CREATED


def test_an_artifact_with_other_content_stops_the_create():
    artifact = a_desired_job().artifacts[0]
    jobs = FakeJobs()

    verdict = create_with(jobs, FakeObjects({artifact.uri: b"tampered"}))

    assert verdict.result is Result.FAILED
    assert artifact.uri in verdict.evidence
    assert not jobs.sent


def test_an_external_failure_before_the_create_fails_only_that_job():
    class BrokenOnce(FakeObjects):
        broken = True

        def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
            if self.broken:
                self.broken = False
                raise ExternalError("S3 is away", hint="try later")
            return super().put_if_absent(uri, content, media_type)

    plan = a_plan(a_declaration(name="a"), a_declaration(name="b", input={"objects": ["s3://clips/x.mp4"]}))
    outcomes = carry_out(plan, objects=BrokenOnce())

    assert [outcome.result for outcome in outcomes] == [Result.FAILED, Result.CREATED]


def test_an_external_failure_after_the_create_is_unknown():
    class Blind(FakeJobs):
        def describe(self, name: str) -> Mapping[str, Any] | None:
            raise ExternalError(f"the network is away from {name}", hint="try later")

    assert create_with(Blind()).result is Result.UNKNOWN


def test_a_second_apply_sends_nothing():
    declaration = a_declaration()
    jobs = FakeJobs()

    outcomes = carry_out(a_plan(declaration, observed=(an_observed_job(declaration),)), jobs=jobs)

    assert outcomes == []
    assert jobs.sent == []


def test_stopping_needs_an_explicit_option():
    plan = a_plan(a_declaration(state="stopped"), observed=(an_observed_job(a_declaration()),))
    jobs = FakeJobs()
    jobs.create_once(a_desired_job().request, signed_until=NO_DEADLINE)

    [held] = carry_out(plan, jobs=jobs)
    assert (held.result, jobs.stopped) == (Result.HELD, [])

    [stopping] = carry_out(plan, jobs=jobs, may_stop=True)
    assert (stopping.result, jobs.stopped) == (Result.STOPPING, ["rally-outcome"])


def test_only_reviewed_changes_are_created():
    reviewed = plan_content(a_plan(a_declaration(name="a")))
    now = a_plan(a_declaration(name="a"), a_declaration(name="b", input={"objects": ["s3://clips/x.mp4"]}))

    held = find_unapproved(now, reviewed)
    outcomes = {one.name: one for one in carry_out(now, held=held)}

    assert outcomes["a"].result is Result.CREATED
    assert outcomes["b"].result is Result.HELD
    assert outcomes["b"].verdict.evidence == "the reviewed plan does not create it"


def test_a_job_with_more_clips_than_reviewed_is_held_with_both_numbers():
    reviewed = plan_content(a_plan(a_declaration()))
    more = a_declaration(input={"objects": [f"s3://clips/{number}.mp4" for number in range(5)]})

    [hold] = find_unapproved(a_plan(more), reviewed).values()

    assert "reviewed 2, now 5" in hold.reason
    assert "more money" in hold.reason


def test_a_job_whose_request_differs_from_the_reviewed_one_is_held_even_if_all_names_are_equal():
    declaration = a_declaration()
    reviewed = plan_content(a_plan(declaration))
    moved = WorkTeam(arn="arn:aws:sagemaker:us-east-1:123456789012:workteam/vendor-crowd/reviewers")
    now = a_plan(declaration, infrastructure=an_infrastructure(work_teams={"reviewers": moved}))

    [hold] = find_unapproved(now, reviewed).values()

    assert "another team, role, bucket, key or worker page" in hold.reason


def test_a_stop_that_was_not_reviewed_is_held():
    reviewed = plan_content(a_plan(a_declaration(), observed=(an_observed_job(),)))
    now = a_plan(a_declaration(state="stopped"), observed=(an_observed_job(),))
    jobs = FakeJobs()

    [outcome] = carry_out(
        now,
        jobs=jobs,
        held=find_unapproved(now, reviewed),
        may_stop=True,
    )

    assert (outcome.result, jobs.stopped) == (Result.HELD, [])


def test_a_stop_that_aws_refuses_is_a_failed_outcome():
    class Refusing(FakeJobs):
        def stop(self, name: str) -> None:
            raise ExternalError(f"AWS refused stopping {name}", hint="it has ended")

    plan = a_plan(a_declaration(state="stopped"), observed=(an_observed_job(),))

    [outcome] = carry_out(plan, jobs=Refusing(), may_stop=True)

    assert outcome.result is Result.FAILED


def test_an_edited_plan_is_detected():
    plan = a_plan(a_declaration())
    written = json.loads(plan_json(plan))

    assert is_as_written(written)
    written["changes"][0]["usd"]["high"] = "1000000"
    assert not is_as_written(written)


def test_the_cost_that_is_reported_is_that_of_what_was_sent_and_not_of_what_was_planned():
    plan = a_plan(a_declaration())
    left = Estimate(objects=1, answers=3, low=Decimal("0.08"), high=Decimal("0.08"))
    verdict = Verdict(result=Result.CREATED, evidence="accepted, and visible", cost=left)
    [change] = plan.creates

    [create] = bought(plan, [Outcome(name=change.name, path=change.path, verdict=verdict)], Result.CREATED)

    assert create.purchase.cost == left
    assert change.purchase.cost != left
