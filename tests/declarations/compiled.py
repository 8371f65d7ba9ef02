"""Declarations read and compiled as a plan would, for checks of the request."""

from __future__ import annotations

from functools import cache
from typing import Any

from declarations.generated import Maker
from declarations.layouts import written
from declarations.test_templates import AFTER, BEFORE
from groundctl.domain.clips.input_manifest import FrozenInput, freeze, manifest_of_objects, manifest_of_uris
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.sources import ObjectsInput
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.declarations.validator import Checked, Validator
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam
from groundctl.domain.jobs.infrastructure_rules import check_infrastructure
from groundctl.domain.jobs.request import compile_job
from support.builders import ACCOUNT, CHECKOUT, a_policy

Data = dict[str, Any]
VALIDATOR = Validator(
    schema=SchemaCheck(CHECKOUT.schema("labeling-job")),
    policy=a_policy(),
    read_text=lambda _path, _name: BEFORE + AFTER,
)


def checked(data: Data, layout: int = 0) -> Checked:
    """Let groundctl read a declaration from a file of the right name."""
    return VALIDATOR.check(f"jobs/sports-data/{data['name']}.yaml", written(data, layout).encode())


@cache
def generated(seed: int) -> Checked:
    return checked(Maker(seed).declaration(), seed)


def an_infrastructure_for(spec: JobSpec, team_arn: str | None = None) -> Infrastructure:
    """An infrastructure that has what a declaration asks for, and a key on every second one."""
    region = spec.region or "us-east-1"
    topics = [topic for topic in (spec.input_topic, spec.output_topic) if topic]
    arn = team_arn or f"arn:aws:sagemaker:{region}:{ACCOUNT}:workteam/private-crowd/reviewers"
    return Infrastructure(
        environment="test",
        account_id=ACCOUNT,
        region=region,
        artifact_bucket="artifacts",
        ledger_bucket="artifacts",
        output_bucket="outputs",
        input_buckets=("clips",),
        execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/labeling",
        kms_key_arn=None
        if spec.kms_key
        else f"arn:aws:kms:{region}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        work_teams={spec.team: WorkTeam(arn=arn)} if spec.team else {},
        topics={topic: f"arn:aws:sns:{region}:{ACCOUNT}:{topic}" for topic in topics},
    )


def clips_for(spec: JobSpec) -> FrozenInput | None:
    """The clips of a declaration, as far as they are written in it."""
    if spec.source is None:
        return None
    written_out = isinstance(spec.source, ObjectsInput)
    manifest = (
        manifest_of_objects(spec.source.objects)
        if isinstance(spec.source, ObjectsInput)
        else manifest_of_uris(["s3://clips/1.mp4"])
    )
    clips = freeze(manifest, spec.labels, spec.label_attribute)
    assert isinstance(clips, FrozenInput), f"validated, and yet {clips}"
    assert not written_out or clips.objects == clips.to_label, "own keys made clips look labeled"
    return clips


def request_of(declaration: Declaration, team_arn: str | None = None) -> Data:
    """Compile a declaration, as a plan would."""
    infrastructure = an_infrastructure_for(declaration.spec, team_arn)
    assert list(check_infrastructure(declaration.spec, infrastructure)) == []
    return compile_job(declaration, infrastructure, clips_for(declaration.spec)).request
