"""Checks that the account and Region have what a declaration names. GT6xx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from groundctl.domain.aws.s3_layout import bucket_of, labels_location
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.spec import JobSpec, input_uris
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.near_names import did_you_mean

# How alike two names are if one is the other with a slip of the hand.


def check_infrastructure(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    """Report what a declaration names that this account and Region do not have. GT6xx."""
    yield from _check_region(spec, infrastructure.region)
    yield from check_names(spec, infrastructure)
    yield from _check_key(spec, infrastructure)
    yield from _check_buckets(spec, infrastructure)
    yield from _check_arns(spec, infrastructure)


def check_names(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    """Report a work team or a topic that this account and Region do not have. GT602 and GT603."""
    yield from _check_team(spec, infrastructure)
    yield from _check_topics(spec, infrastructure)


def _check_region(spec: JobSpec, region: str) -> Iterator[Diagnostic]:
    if region not in BUILT_IN_LAMBDA_ACCOUNTS:
        yield _diagnostic(
            "GT601",
            "/region",
            f"the infrastructure's Region {region} has no built-in functions for video classification",
            f"use one of {', '.join(sorted(BUILT_IN_LAMBDA_ACCOUNTS))}",
        )
    if spec.region and spec.region != region:
        yield _diagnostic(
            "GT601",
            "/region",
            f"is {spec.region}, but the infrastructure is in {region}",
            "plan with that Region's infrastructure, or change region",
        )


def _check_topics(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    for pointer, topic in (("/input/topic", spec.input_topic), ("/output/topic", spec.output_topic)):
        if topic and topic not in infrastructure.topics:
            yield _diagnostic(
                "GT603",
                pointer,
                f'"{topic}" is not a topic of {infrastructure.target}',
                _known("topics", topic, infrastructure.topics),
            )


def _check_buckets(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    readable = infrastructure.input_buckets
    for pointer, uri in input_uris(spec):
        if readable and (bucket := bucket_of(uri)) not in readable:
            yield _diagnostic(
                "GT604",
                pointer,
                f"is in {bucket}, which the execution role cannot read",
                f"use {' or '.join(f's3://{name}/' for name in readable)}, or add the bucket with Terraform",
            )
    if spec.output_location and (bucket := bucket_of(spec.output_location)) != infrastructure.output_bucket:
        yield _diagnostic(
            "GT605",
            "/output/location",
            f"is in {bucket}, which the execution role cannot write",
            f"use {labels_location(infrastructure.output_bucket)}/..., or leave it out",
        )


def _check_key(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    ours, wanted = infrastructure.kms_key_arn, spec.kms_key
    # A key ID or an alias may be the same key; two different ARNs cannot be.
    if wanted and ours and wanted.startswith("arn:") and wanted != ours:
        yield _diagnostic(
            "GT606",
            "/output/kms_key",
            "is not the key that the execution role may use",
            f"leave it out: {ours} is used then",
        )


# arn:partition:service:region:account:resource
_REGION_OF_AN_ARN = 3


def _check_arns(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    """Check the Regions that ARNs name: AWS refuses a job whose team, topic, or key is in another Region."""
    team = infrastructure.work_teams.get(spec.team or "")
    named = (
        ("/workforce/team", "the work team", spec.team, team.arn if team else None),
        ("/input/topic", "the topic", spec.input_topic, infrastructure.topics.get(spec.input_topic or "")),
        ("/output/topic", "the topic", spec.output_topic, infrastructure.topics.get(spec.output_topic or "")),
        ("/output/kms_key", "the KMS key", spec.kms_key, spec.kms_key),
    )
    for pointer, kind, name, arn in named:
        parts = (arn or "").split(":")
        region = parts[_REGION_OF_AN_ARN] if len(parts) > _REGION_OF_AN_ARN + 1 else infrastructure.region
        if region != infrastructure.region:
            message = f"{kind} {name} is in {region} and the job in {infrastructure.region}: AWS refuses the job"
            hint = f"name one in {infrastructure.region}, or plan with an infrastructure in {region}"
            yield _diagnostic("GT607", pointer, message, hint)


def _check_team(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    if spec.team is None:
        return
    team = infrastructure.work_teams.get(spec.team)
    if team is None:
        yield _diagnostic(
            "GT602",
            "/workforce/team",
            f'"{spec.team}" is not a work team of {infrastructure.target}',
            _known("work teams", spec.team, infrastructure.work_teams),
        )
    elif team.kind == "public":
        yield _diagnostic(
            "GT602",
            "/workforce/team",
            f'"{spec.team}" is the public workforce',
            "write crowd: public, so that its rules apply",
        )


def _known(noun: str, name: str, names: Iterable[str]) -> str:
    others = f"available {noun}: {', '.join(sorted(names)) or 'none'}; add more with Terraform"
    return f"{did_you_mean(name, names)}{others}"


def _diagnostic(rule: str, pointer: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule=rule, pointer=pointer, message=message, hint=hint)
