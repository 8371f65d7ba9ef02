"""Checks that the account and Region have what a declaration names. GT6xx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from groundctl.domain.aws.s3_layout import bucket_of, labels_location
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.spec import JobSpec, input_uris
from groundctl.domain.jobs.infrastructure import Infrastructure


def check_infrastructure(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    """Report what a declaration names that this account and Region do not have. GT6xx."""
    yield from _check_region(spec, infrastructure.region)
    yield from _check_team(spec, infrastructure)
    yield from _check_key(spec, infrastructure)
    yield from _check_topics(spec, infrastructure)
    yield from _check_buckets(spec, infrastructure)


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
                _known("topics", infrastructure.topics),
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


def _check_team(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    if spec.team is None:
        return
    team = infrastructure.work_teams.get(spec.team)
    if team is None:
        yield _diagnostic(
            "GT602",
            "/workforce/team",
            f'"{spec.team}" is not a work team of {infrastructure.target}',
            _known("work teams", infrastructure.work_teams),
        )
    elif team.kind == "public":
        yield _diagnostic(
            "GT602",
            "/workforce/team",
            f'"{spec.team}" is the public workforce',
            "write crowd: public, so that its rules apply",
        )


def _known(noun: str, names: Iterable[str]) -> str:
    return f"available {noun}: {', '.join(sorted(names)) or 'none'}; add more with Terraform"


def _diagnostic(rule: str, pointer: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule=rule, pointer=pointer, message=message, hint=hint)
