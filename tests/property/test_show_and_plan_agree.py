"""`show` makes the decision that `plan` makes; where it cannot know, its plan says so. In worlds made by machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from declarations.corpus import all_cases, problems_of, repository_of
from declarations.generated import Maker
from declarations.layouts import written
from declarations.test_templates import AFTER, BEFORE
from groundctl.adapters.local.checkout import Checkout
from groundctl.app.gather import gather, gather_offline
from groundctl.app.validate import validate
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.declarations.policy import Limit, Policy
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import ChainedInput, ManifestInput, PrefixInput, State
from groundctl.domain.declarations.validator import Validator
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam, example_for
from groundctl.domain.jobs.observed import JobFingerprint, ObservedJob, Status
from groundctl.domain.planning.plan import (
    AlreadyAsked,
    Change,
    Create,
    Exists,
    Foreign,
    Immutable,
    Plan,
    Refused,
    Stop,
    Subject,
    Unknown,
    Waiting,
    change_content,
    purchase_of,
)
from groundctl.domain.planning.planner import make_plan
from support.builders import CHECKOUT, a_declaration, an_infrastructure, an_observed_job
from support.fakes import FakeJobs, FakeObjects
from support.ledger import an_account

VALIDATOR = Validator(
    schema=SchemaCheck(CHECKOUT.schema("labeling-job")),
    policy=Policy(allow_public_crowd=True),
    read_text=lambda _path, _name: BEFORE + AFTER,
)
OUTPUT = "s3://outputs/earlier/output.manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A declaration, and all that a plan could find around it."""

    declaration: Declaration
    others: tuple[Declaration, ...] = ()
    policy: Policy
    infrastructure: Infrastructure
    observed: tuple[ObservedJob, ...] = ()
    objects: Mapping[str, bytes]

    def planned(self) -> Plan:
        """The plan that `plan` makes."""
        account = an_account(
            FakeJobs(),
            FakeObjects(self.objects),
            infrastructure=self.infrastructure,
            observed={job.key: job for job in self.observed},
        )
        return make_plan(gather((*self.others, self.declaration), self.policy, account))

    def shown(self, infrastructure: Infrastructure | None = None) -> Plan:
        """The plan that `show` makes; without an infrastructure of its own it makes one up."""
        is_example = infrastructure is None
        place = infrastructure or example_for(self.declaration.spec)
        declared = {declaration.spec.key for declaration in self.others}
        return make_plan(gather_offline(self.declaration, declared, self.policy, place, is_example=is_example))


def change_of(plan: Plan, key: JobKey) -> Change:
    [change] = [change for change in plan.changes if change.key == key]
    return change


def contradictions(shown: Plan, planned: Plan, key: JobKey) -> list[str]:
    """Say in what the shown plan differs from the real one without a word on why it may."""
    offline, real = change_of(shown, key), change_of(planned, key)
    if change_content(offline) == change_content(real) or _is_open(shown, offline, real):
        return []
    return [f"shown as {change_content(offline)}, planned as {change_content(real)}; open: {shown.unknown}"]


def _is_open(shown: Plan, offline: Change, real: Change) -> bool:
    """Say whether something that the shown plan calls unknown leads from its decision to the real one."""
    subjects = {unknown.about for unknown in shown.unknown}
    if isinstance(real, Exists | Immutable | Foreign | Stop):
        return Subject.JOBS in subjects
    purchase = purchase_of(offline)
    clips_are_open = purchase is not None and isinstance(purchase.clips, Unknown) and Subject.CLIPS in subjects
    rules, shown_rules = {one.rule for one in real.reasons}, {one.rule for one in offline.reasons}
    match offline, real:
        case Waiting(), _:
            # It waits for another job, or may run already.
            says_so = all("was not looked up" in reason.message for reason in offline.reasons)
            return Subject.JOBS in subjects and says_so and (isinstance(real, Waiting) or shown_rules == {"P103"})
        case ((Create() | Refused()), (Create() | Refused() | Waiting())) if rules & {"P110", "P302"}:
            # only_new leaves out what others ask, in the ledger or in this plan.
            same = _without_clips(offline) == _without_clips(real)
            return same and {Subject.LEDGER, Subject.DECLARATIONS} <= subjects
        case ((Create() | Refused()), AlreadyAsked()):
            return {Subject.JOBS, Subject.LEDGER, Subject.DECLARATIONS} <= subjects
        case ((Create() | Refused()), Refused()) if rules == {"P111"}:
            return Subject.LEDGER in subjects  # whether it knows the job that rerun_of names
        case Create(), Create() if _without_rerun(offline) == _without_rerun(real):
            return Subject.LEDGER in subjects
        case Create(), Refused() if rules == {"P203"}:
            return Subject.DECLARATIONS in subjects
        case ((Create() | Refused()), (Create() | Refused())) if clips_are_open:
            about_clips = {"GT701", "GT702", "GT703", "P201", "P202", "P301"}
            if Subject.LEDGER in subjects:
                about_clips |= {"P303", "P304"}  # similar questions, and a purchase that is repeated
            return rules - shown_rules <= about_clips and _without_clips(offline) == _without_clips(real)
        case _:
            return False


def _without_rerun(change: Change) -> dict[str, Any]:
    return {member: value for member, value in change_content(change).items() if member not in {"rerun_of", "reasons"}}


def _without_clips(change: Change) -> dict[str, Any]:
    content = change_content(change)
    return {member: content[member] for member in ("name", "path", "team", "declaration_digest", "workers_per_object")}


# --- worlds --------------------------------------------------------------------------------------------------------------


@cache
def generated(seed: int) -> Declaration:
    data = Maker(seed).declaration()
    checked = VALIDATOR.check(f"jobs/sports-data/{data['name']}.yaml", written(data, seed).encode())
    assert checked.declaration is not None, checked.problems
    return checked.declaration


@st.composite
def worlds(draw: DrawFn) -> World:
    declaration = generated(draw(st.integers(0, 400)))
    infrastructure = draw(infrastructures(declaration))
    policy = Policy(
        allow_public_crowd=True,
        allow_streaming=draw(st.booleans()),
        platform_fee_usd=Decimal("0.08"),
        job_ceiling=Limit(objects=draw(st.sampled_from([None, 2, 30]))),
        plan_ceiling=Limit(jobs=draw(st.sampled_from([None, 1]))),
    )
    others, jobs = _earlier(draw, declaration, infrastructure)
    copy = replace(declaration, path="jobs/sports-data/a-copy.yaml", spec=replace(declaration.spec, name="a-copy"))
    return World(
        declaration=declaration,
        others=(*others, *([copy] if draw(st.booleans()) else [])),
        policy=policy,
        infrastructure=infrastructure,
        observed=(*jobs, *_same_name(draw, declaration, infrastructure)),
        objects=_objects(draw, declaration),
    )


@st.composite
def infrastructures(draw: DrawFn, declaration: Declaration) -> Infrastructure:
    """An infrastructure that has what is asked for, or lacks something of it."""
    spec = declaration.spec
    made = example_for(spec)
    lacks: list[dict[str, Any]] = [
        {},
        {"artifact_bucket": "artifacts"},
        {"work_teams": {}},
        {"topics": {}},
        {"region": "eu-north-1"},
        {"output_bucket": "elsewhere"},
        {"input_buckets": ("nowhere",)},
        {"work_teams": {spec.team: WorkTeam(arn="arn", kind="public")} if spec.team else {}},
    ]
    return replace(made, **draw(st.sampled_from([lacks[0], lacks[1], *lacks])))


def _earlier(
    draw: DrawFn, declaration: Declaration, infrastructure: Infrastructure
) -> tuple[list[Declaration], list[ObservedJob]]:
    """The job that another continues: declared or not, there or not, done or not."""
    source = declaration.spec.source
    if not isinstance(source, ChainedInput):
        return [], []
    earlier = a_declaration(name=source.job, input={"objects": ["s3://clips/earlier.mp4"]})
    status = draw(st.sampled_from([None, Status.IN_PROGRESS, Status.COMPLETED, Status.COMPLETED, Status.FAILED]))
    output = draw(st.sampled_from([None, OUTPUT, OUTPUT]))
    fingerprint = draw(st.sampled_from([None, _fingerprint(earlier, infrastructure)]))
    observed = an_observed_job(earlier, status=status, output_manifest=output, fingerprint=fingerprint)
    return [earlier] * draw(st.booleans()), [observed] * (status is not None)


def _same_name(draw: DrawFn, declaration: Declaration, infrastructure: Infrastructure) -> list[ObservedJob]:
    """A job with the declared name: created from this declaration, another one, elsewhere, or without groundctl; or none."""
    ours = _fingerprint(declaration, infrastructure)
    fingerprints = [None, ours, replace(ours, declaration="0" * 32), replace(ours, bucket="elsewhere")]
    if not draw(st.booleans()):
        return []
    job = replace(an_observed_job(), name=declaration.spec.name.swapcase(), status=draw(st.sampled_from(Status)))
    return [replace(job, fingerprint=draw(st.sampled_from(fingerprints)))]


def _fingerprint(declaration: Declaration, infrastructure: Infrastructure) -> JobFingerprint:
    return JobFingerprint(
        bucket=infrastructure.artifact_bucket,
        name=declaration.spec.name,
        declaration=declaration.digest,
        input="1" * 32,
    )


def _objects(draw: DrawFn, declaration: Declaration) -> dict[str, bytes]:
    """The clips of a job where they are looked for, some of them unusable, or nothing."""
    manifest = draw(
        st.sampled_from(
            [
                None,
                b"",
                b"{",
                b'{"source-ref":"s3://clips/a.mp4"}\n',
                b'{"source-ref":"s3://clips/a.mp4"}\n' * 40,
                b'{"source-ref":"s3://elsewhere/a.mp4"}',
            ]
        )
    )
    match declaration.spec.source:
        case PrefixInput(prefix=prefix):
            return {f"{prefix}{number}.mp4": b"" for number in range(draw(st.sampled_from([0, 1, 3, 40])))}
        case ManifestInput(uri=uri) if manifest is not None:
            return {uri: manifest}
        case ChainedInput() if manifest is not None:
            return {OUTPUT: manifest}
        case _:
            return {}


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
    alone = replace(world, observed=(), others=(), objects={})
    shown, planned = alone.shown(world.infrastructure), alone.planned()
    spec = world.declaration.spec

    asks_ledger = spec.rerun_of is not None or spec.only_new
    if spec.state is State.STOPPED or isinstance(spec.source, ChainedInput) or asks_ledger or _asks_about_clips(shown):
        assert contradictions(shown, planned, spec.key) == []
    else:
        assert list(map(change_content, shown.changes)) == list(map(change_content, planned.changes))
        assert shown.requires_attention == planned.requires_attention


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
    world = World(declaration=declaration, policy=Policy(), infrastructure=an_infrastructure(), objects={})
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
        policy=Policy(),
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
