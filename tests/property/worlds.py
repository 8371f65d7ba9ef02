"""Worlds made by machines: a declaration, and all that a plan could find around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from declarations.generated import Maker
from declarations.layouts import written
from declarations.test_templates import AFTER, BEFORE
from groundctl.app.gathering.gather import gather, gather_offline
from groundctl.app.validate import ReadManifest
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Limit, Policy
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.sources import ChainedInput, ManifestInput, PrefixInput
from groundctl.domain.declarations.validator import Validator
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam, example_for
from groundctl.domain.jobs.observed import JobFingerprint, ObservedJob, Status
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from support.builders import CHECKOUT, a_declaration, a_policy, an_observed_job
from support.fake_objects import A_CLIP, FakeObjects
from support.fakes import FakeJobs, FakePlaces
from support.ledger import an_account

VALIDATOR = Validator(
    schema=SchemaCheck(CHECKOUT.schema("labeling-job")),
    policy=a_policy(),
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
    read_manifest: ReadManifest | None = None
    places: FakePlaces = field(default_factory=FakePlaces)

    def planned(self) -> Plan:
        """The plan that `plan` makes."""
        account = an_account(
            FakeJobs(),
            FakeObjects(self.objects),
            infrastructure=self.infrastructure,
            places=self.places,
            observed={job.key: job for job in self.observed},
        )
        declarations = (*self.others, self.declaration)
        return make_plan(gather(declarations, self.policy, account, read_manifest=self.read_manifest))

    def shown(self, infrastructure: Infrastructure | None = None) -> Plan:
        """The plan that `show` makes; without an infrastructure of its own it makes one up."""
        is_example = infrastructure is None
        place = infrastructure or example_for(self.declaration.spec)
        declared = {declaration.spec.key for declaration in self.others}
        read = self.read_manifest
        inputs = gather_offline(
            self.declaration, declared, self.policy, place, is_example=is_example, read_manifest=read
        )
        return make_plan(inputs)


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
    policy = a_policy(
        allow_streaming=draw(st.booleans()),
        platform_fee_usd=Decimal("0.08"),
        job_ceiling=Limit(objects=draw(st.sampled_from([None, 2, 30]))),
        plan_ceiling=Limit(jobs=draw(st.sampled_from([None, 1]))),
        each_month=Limit(jobs=draw(st.sampled_from([None, 0]))),
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
            return {f"{prefix}{number}.mp4": A_CLIP for number in range(draw(st.sampled_from([0, 1, 3, 40])))}
        case ManifestInput(uri=uri) if manifest is not None:
            return {uri: manifest}
        case ChainedInput() if manifest is not None:
            return {OUTPUT: manifest}
        case _:
            return {}
