"""A plan asks about each thing of a job's place once, only if something is to be bought, and says what it did not see."""

from __future__ import annotations

from dataclasses import replace

from groundctl.app.gathering.gather import gather
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.places import Absent, NotSeen
from groundctl.domain.planning.plan import Create, Plan, Refused
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.terminal.plan import plan_text
from support.builders import POLICY, a_declaration, an_observed_job
from support.fake_objects import FakeObjects
from support.fakes import OPEN_TO_BROWSERS, FakeJobs, FakePlaces
from support.ledger import an_account


def a_plan_of(*declarations: Declaration, places: FakePlaces, jobs: FakeJobs | None = None) -> Plan:
    account = an_account(jobs or FakeJobs(), FakeObjects(), places=places)
    return make_plan(gather(declarations, POLICY, account))


def many(count: int) -> list[Declaration]:
    return [
        a_declaration(name=f"rally-{number}", input={"objects": [f"s3://clips/{number}.mp4"]})
        for number in range(count)
    ]


def test_many_jobs_share_one_answer_about_each_thing():
    places = FakePlaces()

    plan = a_plan_of(*many(30), places=places)

    assert len(plan.creates) == 30
    assert len(places.asked) == len(set(places.asked)) == 7  # three buckets, settings of one, a team, a role, a right


def test_a_plan_with_nothing_to_buy_asks_nothing():
    declaration, places = a_declaration(), FakePlaces()
    job = an_observed_job(declaration)
    account = replace(an_account(FakeJobs(), FakeObjects(), places=places), observed={job.key: job})

    plan = make_plan(gather([declaration], POLICY, account))

    assert [change.action for change in plan.changes] == ["exists"]
    assert places.asked == []


def test_one_faulty_place_refuses_the_jobs_in_it_and_no_others():
    places = FakePlaces()
    places.regions["clips-eu"] = "eu-west-1"
    elsewhere = a_declaration(name="elsewhere", input={"objects": ["s3://clips-eu/1.mp4"]})
    account = an_account(FakeJobs(), FakeObjects(), places=places)
    account = replace(account, infrastructure=replace(account.infrastructure, input_buckets=()))

    plan = make_plan(gather([elsewhere, *many(1)], POLICY, account))

    kinds = {change.name: type(change) for change in plan.changes}
    assert kinds == {"elsewhere": Refused, "rally-0": Create}
    [refused] = [change for change in plan.changes if isinstance(change, Refused)]
    assert refused.reasons[0].pointer == "/input/objects/0"
    assert refused.purchase is not None  # what it would have bought is shown


def test_every_fault_of_a_place_is_reported_at_once():
    places = FakePlaces()
    places.settings["clips"] = replace(OPEN_TO_BROWSERS, cors=(), requester_pays=True)
    places.teams["arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/reviewers"] = Absent()
    declaration = a_declaration(output={"kms_key": "alias/nowhere"})

    [change] = a_plan_of(declaration, places=places).changes

    assert [reason.rule for reason in change.reasons] == ["GT612", "GT613", "GT615", "GT616"]


def test_what_was_not_seen_is_listed_and_leaves_the_digest_as_it_is():
    seen, unseen = FakePlaces(), FakePlaces()
    lacking = NotSeen(reason="these credentials lack the right s3:GetBucketCORS")
    unseen.settings["clips"] = replace(OPEN_TO_BROWSERS, cors=lacking)

    before = a_plan_of(a_declaration(), places=seen)
    after = a_plan_of(a_declaration(), places=unseen)

    words = "the CORS rules of clips were not looked at, because these credentials lack the right s3:GetBucketCORS"
    assert after.digest == before.digest
    assert f"plan digest {after.digest}" in plan_text(after, POLICY)
    assert f"Not known: {words}." in plan_text(after, POLICY)
    assert "the CORS rules of clips were not looked at" in plan_markdown(after, POLICY)


def test_things_that_were_not_seen_for_one_reason_share_a_sentence():
    places = FakePlaces()
    for number in range(6):
        places.regions[f"clips-{number}"] = NotSeen(reason="AWS did not answer")
    declared = [
        a_declaration(name=f"rally-{number}", input={"objects": [f"s3://clips-{number}/1.mp4"]}) for number in range(6)
    ]
    account = an_account(FakeJobs(), FakeObjects(), places=places)
    account = replace(account, infrastructure=replace(account.infrastructure, input_buckets=()))

    plan = make_plan(gather(declared, POLICY, account))

    assert [unknown.sentence for unknown in plan.unknown] == [
        "the Regions of clips-0, clips-1, clips-2 and 3 more were not looked at, because AWS did not answer"
    ]
