"""`show` makes the decision that `plan` makes; where it cannot know, its plan says so. In worlds made by machines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings

from declarations.corpus import all_cases, problems_of, repository_of
from groundctl.adapters.local.checkout import Checkout
from groundctl.app.validate import validate
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.declarations.policy import Limit
from groundctl.domain.declarations.sources import ChainedInput
from groundctl.domain.declarations.spec import State
from groundctl.domain.jobs.observed import Status
from groundctl.domain.jobs.places import KmsKey
from groundctl.domain.planning.plan import Plan, Refused, Waiting, change_content
from groundctl.domain.planning.purchase import Subject
from property.contradictions import change_of, contradictions
from property.worlds import World, worlds
from support.builders import a_declaration, a_policy, an_infrastructure, an_observed_job
from support.fakes import FakePlaces

# --- what must hold ------------------------------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_show_agrees_with_plan_or_reports_what_it_did_not_look_up(world: World) -> None:
    shown = world.shown(world.infrastructure)

    assert contradictions(shown, world.planned(), world.declaration.spec.key) == []
    assert {Subject.JOBS, Subject.DECLARATIONS} <= {unknown.about for unknown in shown.unknown}
    assert Subject.INFRASTRUCTURE not in {unknown.about for unknown in shown.unknown}


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_show_and_plan_are_equal_if_nothing_is_unknown(world: World) -> None:
    alone = replace(world, observed=(), others=(), objects={}, places=good_places(world))
    shown, planned = alone.shown(world.infrastructure), alone.planned()
    spec = world.declaration.spec

    limits_months = world.policy.each_month != Limit()
    asks_ledger = spec.rerun_of is not None or spec.only_new or limits_months
    if spec.state is State.STOPPED or isinstance(spec.source, ChainedInput) or asks_ledger or _asks_about_clips(shown):
        assert contradictions(shown, planned, spec.key) == []
    else:
        assert list(map(change_content, shown.changes)) == list(map(change_content, planned.changes))
        assert shown.requires_attention == planned.requires_attention


def good_places(world: World) -> FakePlaces:
    """Places where nothing is at fault: they are in the Region of the job, and there is a key by each declared name."""
    places = FakePlaces(world.infrastructure.region)
    if key := world.declaration.spec.kms_key:
        places.keys[key] = KmsKey(
            arn=f"arn:aws:kms:{places.region}:{world.infrastructure.account_id}:key/{UUID(int=7)}"
        )
    return places


def _asks_about_clips(shown: Plan) -> bool:
    return any(unknown.about is Subject.CLIPS for unknown in shown.unknown)


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_an_example_infrastructure_is_reported_as_an_example(world: World) -> None:
    shown = world.shown()

    assert Subject.INFRASTRUCTURE in {unknown.about for unknown in shown.unknown}
    assert not {reason.rule for reason in shown.changes[0].reasons} & {"GT602", "GT603", "GT604", "GT605", "GT606"}


def test_an_unexplained_difference_is_found() -> None:
    declaration = a_declaration()
    world = World(declaration=declaration, policy=a_policy(), infrastructure=an_infrastructure(), objects={})
    shown, planned, key = world.shown(world.infrastructure), world.planned(), declaration.spec.key
    [create] = planned.creates
    refused = Refused(job=create.job, reasons=refusal_in(world))

    assert contradictions(shown, planned, key) == []
    assert contradictions(shown, replace(planned, changes=(refused,)), key)
    assert contradictions(replace(shown, changes=(refused,)), planned, key)
    existing = replace(world, observed=(an_observed_job(declaration),)).planned()
    assert contradictions(shown, existing, key) == []
    assert contradictions(replace(shown, unknown=()), existing, key)


def refusal_in(world: World) -> Any:
    return replace(world, infrastructure=an_infrastructure(work_teams={})).planned().changes[0].reasons


def test_show_and_plan_agree_on_the_cases_that_pass_validation(tmp_path: Path) -> None:
    seen = 0
    for number, case in enumerate(all_cases()):
        repository, root = repository_of(case), tmp_path / str(number)
        if errors_among([one for one in problems_of(repository, root) if not one.rule.startswith(("GT6", "GT7"))]):
            continue
        validated = validate(Checkout(root))
        members = dict(member.split("=", 1) for member in repository.settings.get("plan", "").split())
        infrastructure = an_infrastructure(**members)
        earlier = a_declaration(name="earlier")
        job = an_observed_job(earlier, status=Status.COMPLETED, output_manifest="s3://outputs/earlier/output.manifest")
        assert job.fingerprint is not None
        there = {path: repository.content(path) for path in repository.files if path.startswith("s3:")}
        kept = {job.fingerprint.uri_of("declaration.json"): canonical_json(earlier.content)}
        for declaration in validated.declarations:
            world = World(
                declaration=declaration,
                others=tuple(one for one in validated.declarations if one is not declaration),
                policy=validated.policy,
                infrastructure=infrastructure,
                observed=(job,),
                objects={**kept, **there},
                read_manifest=validated.read_manifest,
            )
            shown = world.shown(infrastructure)
            assert contradictions(shown, world.planned(), declaration.spec.key) == [], case.name
            seen += 1
    assert seen > 15


# --- a job that continues another ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_declared", [False, True])
def test_a_continuation_reports_what_it_depends_on(is_declared: bool) -> None:
    declaration = a_declaration(name="rest", input={"from_job": "there-is-no-such-job"})
    other = a_declaration(name="there-is-no-such-job", input={"objects": ["s3://clips/other.mp4"]})
    world = World(
        declaration=declaration,
        others=(other,) * is_declared,
        policy=a_policy(),
        infrastructure=an_infrastructure(),
        objects={},
    )

    shown = change_of(world.shown(), job_key("rest"))
    planned = change_of(world.planned(), job_key("rest"))

    assert isinstance(shown, Waiting)
    [reason] = shown.reasons
    assert (reason.rule, reason.pointer) == ("P103", "/input/from_job")
    assert "was not looked up" in reason.message
    assert ("no file declares" in reason.message) is not is_declared
    assert [one.rule for one in planned.reasons] == (["P103"] if is_declared else ["P107"])
