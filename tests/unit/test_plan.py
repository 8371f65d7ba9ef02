"""What a plan says about each pairing of declared and existing jobs."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import jsonschema
import pytest

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.declarations.policy import Limit
from groundctl.domain.jobs.estimate import Basis
from groundctl.domain.jobs.observed import JobFingerprint, Status
from groundctl.domain.jobs.request import compile_job
from groundctl.domain.planning.new_job import plan_new_job
from groundctl.domain.planning.plan import Action, Change, Create, Plan
from groundctl.domain.planning.planner import (
    jobs_to_describe,
    leave_stopped,
    make_plan,
    plan_continuation,
)
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.terminal.plan import plan_text
from support.builders import (
    CHECKOUT,
    NOW,
    REGION,
    a_declaration,
    a_plan,
    a_policy,
    an_infrastructure,
    an_observed_job,
    some_inputs,
)


def only(plan: Plan) -> Change:
    [change] = plan.changes
    return change


def test_a_declared_job_that_does_not_exist_is_created():
    change = only(a_plan(a_declaration()))

    assert isinstance(change, Create)
    assert change.purchase.cost is not None
    assert (change.purchase.clips, change.purchase.cost.answers) == (2, 6)


def test_a_job_created_from_the_same_declaration_exists():
    declaration = a_declaration()

    assert only(a_plan(declaration, observed=(an_observed_job(declaration),))).action is Action.EXISTS


def test_names_are_compared_ignoring_case():
    plan = a_plan(a_declaration(name="Rally-Outcome"), observed=(an_observed_job(a_declaration()),))

    assert only(plan).action is Action.IMMUTABLE


def test_a_changed_text_is_immutable_and_never_a_second_create():
    before = a_declaration(texts={"short.md": "old"})
    after = a_declaration(texts={"short.md": "new"})

    change = only(a_plan(after, observed=(an_observed_job(before),)))

    assert change.action is Action.IMMUTABLE
    assert "cannot be changed" in change.reasons[0].message


@pytest.mark.parametrize(
    "change", [{"owner": "other"}, {"notes": "new"}, {"notify": ["dana"]}, {"budget": {"usd": 900}}]
)
def test_an_editable_field_changes_nothing(change):
    before = a_declaration()

    assert only(a_plan(a_declaration(**change), observed=(an_observed_job(before),))).action is Action.EXISTS


def test_a_name_taken_by_another_owners_job_is_foreign():
    theirs = an_observed_job(fingerprint=None)

    assert only(a_plan(a_declaration(), observed=(theirs,))).action is Action.FOREIGN


def test_a_job_created_with_another_bucket_is_foreign():
    mark = JobFingerprint(bucket="elsewhere", name="rally-outcome", declaration="0" * 32, input="1" * 32)

    assert only(a_plan(a_declaration(), observed=(an_observed_job(fingerprint=mark),))).action is Action.FOREIGN


def test_the_same_input_under_another_name_is_a_repurchase():
    first, renamed = a_declaration(name="first"), a_declaration(name="second")

    plan = a_plan(renamed, observed=(an_observed_job(first),))

    [again] = plan.with_action(Action.REPURCHASE)
    assert "as first" in again.reasons[0].message


def test_two_new_jobs_with_the_same_input_are_one_purchase():
    plan = a_plan(a_declaration(name="first"), a_declaration(name="second"))

    assert [change.name for change in plan.with_action(Action.CREATE)] == ["first"]
    assert [change.name for change in plan.with_action(Action.REPURCHASE)] == ["second"]


def test_a_job_whose_file_has_problems_is_not_called_undeclared():
    running = an_observed_job(a_declaration(name="running"))

    plan = make_plan(some_inputs(observed=(running,), declared=frozenset({running.key})))

    assert [reason.rule for reason in only(plan).reasons] == ["P109"]
    assert "declared" not in only(plan).reasons[0].message


def test_a_job_that_continues_one_whose_file_has_problems_waits_for_it():
    following = a_declaration(input={"from_job": "faulty"})

    plan = make_plan(some_inputs(following, declared=frozenset({following.spec.key, job_key("faulty")})))

    assert only(plan).action is Action.WAITING


def test_every_declared_job_is_described_however_many_there_are():
    # AWS's list may omit what a job was created from; without it, a job of ours would be called another's.
    declarations = [
        a_declaration(name=f"job-{number}", input={"objects": [f"s3://clips/{number}.mp4"]}) for number in range(150)
    ]
    listed = [an_observed_job(declaration, fingerprint=None, has_input=False) for declaration in declarations]
    others = [
        an_observed_job(a_declaration(name=f"other-{number}"), fingerprint=None, has_input=False)
        for number in range(150)
    ]

    described = jobs_to_describe(some_inputs(*declarations, observed=(*others, *listed)))
    with_a_new_one = jobs_to_describe(some_inputs(*declarations[:30], a_declaration(), observed=(*others, *listed)))

    assert {job.key for job in described} == {job.key for job in listed}
    assert {job.key for job in listed[:30]} <= {job.key for job in with_a_new_one}
    assert len(with_a_new_one) == 100


def test_a_taken_name_comes_with_no_advice_to_buy_the_same_clips_again():
    change = only(a_plan(a_declaration(), observed=(an_observed_job(fingerprint=None),)))

    assert "paid for again" in change.reasons[0].hint


def test_a_job_that_another_repository_may_declare_is_not_called_abandoned():
    reason = only(a_plan(observed=(an_observed_job(),))).reasons[0]

    assert reason.message == "was created by groundctl, and no file here declares it"
    assert "another repository may declare it" in reason.hint


def test_a_declared_rerun_is_created():
    rerun = {"job": "First", "reason": "new reviewers, to compare"}
    again = a_declaration(name="second", rerun_of=rerun)

    plan = a_plan(again, observed=(an_observed_job(a_declaration(name="first")),))

    assert [change.name for change in plan.with_action(Action.CREATE)] == ["second"]


def test_another_question_about_the_same_clips_is_not_a_repurchase():
    other = a_declaration(name="second", task={**a_declaration().data["task"], "labels": ["left", "right"]})

    plan = a_plan(other, observed=(an_observed_job(a_declaration(name="first")),))

    assert plan.with_action(Action.CREATE)


def test_a_job_over_its_budget_is_refused_with_both_numbers():
    change = only(a_plan(a_declaration(budget={"usd": 0.1})))

    assert change.action is Action.REFUSED
    assert change.reasons[0].message == "may cost $0.16, more than its budget of $0.10"
    assert change.reasons[0].hint == (
        "sports-data can take fewer clips or workers, or write `when_reached: stop` under budget to label as many clips as it"
        " pays for, or raise budget.usd"
    )


@pytest.mark.parametrize(
    ("ceiling", "words"),
    [
        (Limit(objects=1), "2 clips, above the limit of 1 for one job"),
        (Limit(answers=5), "6 answers, above the limit of 5 for one job"),
        (Limit(usd=Decimal("0.15")), "$0.16, above the limit of $0.15 for one job"),
    ],
)
def test_a_job_over_a_limit_is_refused(ceiling, words):
    policy = a_policy(platform_fee_usd=Decimal("0.08"), job_ceiling=ceiling)

    change = only(a_plan(a_declaration(), policy=policy))

    assert change.action is Action.REFUSED
    assert words in change.reasons[0].message


def test_a_plan_over_its_limit_creates_nothing():
    clips = {"objects": ["s3://clips/other.mp4"]}
    policy = a_policy(plan_ceiling=Limit(jobs=1))

    plan = a_plan(a_declaration(name="a"), a_declaration(name="b", input=clips), policy=policy)

    assert not plan.with_action(Action.CREATE)
    reasons = {change.reasons[0] for change in plan.with_action(Action.REFUSED)}
    assert {(each.rule, each.hint) for each in reasons} == {
        ("P203", "split the pull request, or raise ceilings.plan in jobs/policy.yaml")
    }


def test_one_job_over_the_limit_of_a_plan_cannot_be_split_off():
    [change] = a_plan(a_declaration(), policy=a_policy(plan_ceiling=Limit(objects=1))).changes

    assert change.reasons[0].message == "this plan would create 2 clips, above the limit of 1 for one plan"
    assert change.reasons[0].hint == "make the job smaller, or raise ceilings.plan in jobs/policy.yaml"


def test_a_job_declared_as_stopped_is_stopped_only_while_it_runs():
    stopped = a_declaration(state="stopped")
    running = an_observed_job(a_declaration())

    assert only(a_plan(stopped, observed=(running,))).action is Action.STOP
    done = an_observed_job(a_declaration(), status=Status.COMPLETED)
    assert only(a_plan(stopped, observed=(done,))).action is Action.EXISTS


def test_a_job_declared_as_stopped_is_not_created():
    assert leave_stopped(a_declaration(state="stopped")).action is Action.WAITING


def test_an_undeclared_job_of_groundctl_is_an_orphan_and_other_jobs_are_ignored():
    ours, theirs = (
        an_observed_job(a_declaration(name="ours")),
        an_observed_job(a_declaration(name="theirs"), fingerprint=None),
    )

    plan = a_plan(observed=(ours, theirs))

    assert [(change.action, change.name) for change in plan.changes] == [(Action.ORPHAN, "ours")]
    assert not plan.requires_attention


def test_the_digest_covers_the_changes_and_not_the_progress_of_jobs():
    declaration = a_declaration()
    running, done = an_observed_job(declaration), an_observed_job(declaration, status=Status.COMPLETED)

    assert a_plan(declaration, observed=(running,)).digest == a_plan(declaration, observed=(done,)).digest
    assert a_plan(declaration).digest != a_plan(declaration, observed=(running,)).digest


def test_a_plan_as_json_fits_its_schema():
    plan = a_plan(
        a_declaration(), a_declaration(name="again"), observed=(an_observed_job(a_declaration(name="orphan")),)
    )

    jsonschema.validate(json.loads(plan_json(plan)), CHECKOUT.schema("plan"))


def test_a_streaming_job_needs_permission_by_the_policy_and_takes_no_budget():
    live = a_declaration(input={"topic": "new-clips"}, budget={"usd": 5})
    topics = an_infrastructure(topics={"new-clips": "arn:aws:sns:us-east-1:123456789012:new-clips"})
    strict_basis, lenient_basis = (
        Basis(policy=a_policy(allow_streaming=allowed), region=REGION) for allowed in (False, True)
    )
    strict, lenient = (plan_new_job(live, None, topics, basis) for basis in (strict_basis, lenient_basis))

    assert [reason.rule for reason in strict.reasons] == ["P204", "P205"]
    assert [reason.rule for reason in lenient.reasons] == ["P205"]
    without_budget = a_declaration(input={"topic": "new-clips"})
    assert plan_new_job(without_budget, None, topics, lenient_basis).action is Action.CREATE


def test_a_rerun_of_the_first_purchase_does_not_cover_a_third():
    rerun = {"job": "first", "reason": "new reviewers, to compare"}
    first = an_observed_job(a_declaration(name="first"))
    second = an_observed_job(a_declaration(name="second", rerun_of=rerun), created=NOW + timedelta(days=1))

    third = a_plan(a_declaration(name="third", rerun_of=rerun), observed=(first, second))

    [again] = third.with_action(Action.REPURCHASE)
    assert "as second" in again.reasons[0].message


def test_one_rerun_does_not_cover_two_new_jobs():
    rerun = {"job": "first", "reason": "new reviewers, to compare"}
    first = an_observed_job(a_declaration(name="first"))

    plan = a_plan(a_declaration(name="b", rerun_of=rerun), a_declaration(name="c", rerun_of=rerun), observed=(first,))

    assert [change.name for change in plan.with_action(Action.CREATE)] == ["b"]
    assert [change.name for change in plan.with_action(Action.REPURCHASE)] == ["c"]


def test_a_purchase_made_with_another_bucket_counts():
    mark = an_observed_job(a_declaration(name="first")).fingerprint
    assert mark is not None
    elsewhere = an_observed_job(a_declaration(name="first"), fingerprint=replace(mark, bucket="staging-artifacts"))

    assert a_plan(a_declaration(name="second"), observed=(elsewhere,)).with_action(Action.REPURCHASE)


def test_a_failed_job_exists_and_is_shown_with_its_reason():
    declaration = a_declaration()
    change = only(
        a_plan(declaration, observed=(an_observed_job(declaration, status=Status.FAILED, failure_reason="no access"),))
    )

    assert change.action is Action.EXISTS
    assert "no access" in change.reasons[0].message
    assert "no access" in plan_text(Plan(infrastructure=an_infrastructure(), changes=(change,)), a_policy())


def test_a_job_that_is_stopping_is_not_stopped_again():
    stopped = a_declaration(state="stopped")

    assert (
        only(a_plan(stopped, observed=(an_observed_job(a_declaration(), status=Status.STOPPING),))).action
        is Action.EXISTS
    )


def test_a_job_cloned_in_the_console_is_not_an_orphan():
    mark = an_observed_job(a_declaration(name="ours")).fingerprint

    assert a_plan(observed=(an_observed_job(a_declaration(name="clone"), fingerprint=mark),)).changes == ()


@pytest.mark.parametrize(
    ("earlier", "declared", "action"),
    [
        (None, True, Action.WAITING),
        (None, False, Action.REFUSED),
        (an_observed_job(status=Status.IN_PROGRESS), True, Action.WAITING),
        (an_observed_job(status=Status.FAILED, output_manifest=None), True, Action.REFUSED),
    ],
)
def test_a_job_waits_only_for_a_job_that_can_still_complete(earlier, declared, action):
    chained = a_declaration(name="rest", input={"from_job": "rally-outcome"})

    judged = plan_continuation(chained, earlier, is_declared=declared)

    assert judged is not None
    assert judged.action is action


def test_clips_that_are_listed_twice_are_reported():
    twice = a_declaration(
        input={"objects": [{"source-ref": "s3://clips/a.mp4", "camera": camera} for camera in (1, 2)]}
    )

    assert [reason.rule for reason in only(a_plan(twice)).reasons] == ["P301"]


def test_a_streaming_job_on_the_same_topic_is_the_same_purchase_under_any_name():
    topics = an_infrastructure(topics={"new-clips": "arn:aws:sns:us-east-1:123456789012:new-clips"})
    first, second = (
        compile_job(a_declaration(name=name, input={"topic": "new-clips"}), topics, None) for name in ("a", "b")
    )

    assert first.input_digest == second.input_digest


def test_two_new_jobs_on_one_topic_are_one_purchase():
    topics = an_infrastructure(topics={"new-clips": "arn:aws:sns:us-east-1:123456789012:new-clips"})
    jobs = [a_declaration(name=name, input={"topic": "new-clips"}) for name in ("a", "b")]
    policy = a_policy(platform_fee_usd=Decimal("0.08"), allow_streaming=True)

    plan = a_plan(*jobs, infrastructure=topics, policy=policy)

    assert {change.name: change.action for change in plan.changes} == {"a": Action.CREATE, "b": Action.REPURCHASE}
