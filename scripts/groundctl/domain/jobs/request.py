"""JobSpec and Infrastructure to the CreateLabelingJob request: the only place that knows its shape."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from groundctl.domain.aws.prices import amount_in_usd
from groundctl.domain.aws.regions import (
    BUILT_IN_LAMBDA_ACCOUNTS,
    consolidation_lambda,
    pre_annotation_lambda,
    public_crowd_team,
)
from groundctl.domain.canonical_json import canonical_json, digest_of
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.spec import ChainedInput, JobSpec, input_uris
from groundctl.domain.declarations.worker_template import worker_template
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.input_manifest import FrozenInput
from groundctl.domain.jobs.observed import ARTIFACTS_TAG, DECLARATION_TAG, INPUT_TAG

# The prefix of the output bucket that the execution role may write to.
LABELS = "labels"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file the request points to, under a key that says what is in it."""

    uri: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredJob:
    """A labeling job ready to be created; follows names the job whose purchase it knowingly repeats."""

    name: str
    request: dict[str, Any]
    artifacts: tuple[Artifact, ...]
    artifact_bucket: str
    input_digest: str
    follows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """The artifacts of one job, by what the request calls them."""

    declaration: Artifact
    categories: Artifact
    template: Artifact
    manifest: Artifact | None

    def all(self) -> tuple[Artifact, ...]:
        """List them, the manifest last: what it says is what is bought."""
        always = (self.declaration, self.categories, self.template)
        return (*always, self.manifest) if self.manifest else always


def check_infrastructure(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    """Find what a declaration asks for that this account and Region do not have. GT6xx."""
    region = infrastructure.region
    if region not in BUILT_IN_LAMBDA_ACCOUNTS:
        yield _finding(
            "GT601",
            "/region",
            f"the infrastructure's Region {region} has no built-in functions for video classification",
            f"use one of {', '.join(sorted(BUILT_IN_LAMBDA_ACCOUNTS))}",
        )
    if spec.region and spec.region != region:
        yield _finding(
            "GT601",
            "/region",
            f"is {spec.region}, but the infrastructure is in {region}",
            "plan with that Region's infrastructure, or change region",
        )
    yield from _check_team(spec, infrastructure)
    yield from _check_key(spec, infrastructure)
    for pointer, topic in (("/input/topic", spec.input_topic), ("/output/topic", spec.output_topic)):
        if topic and topic not in infrastructure.topics:
            yield _finding(
                "GT603",
                pointer,
                f'"{topic}" is no topic of {infrastructure.target}',
                _known("topics", infrastructure.topics),
            )
    for pointer, uri in input_uris(spec):
        if infrastructure.input_buckets and (bucket := _bucket(uri)) not in infrastructure.input_buckets:
            yield _finding(
                "GT604",
                pointer,
                f"is in {bucket}, which the execution role cannot read",
                f"use {' or '.join(f's3://{name}/' for name in infrastructure.input_buckets)}, or have Terraform add the bucket",
            )
    if spec.output_location and (bucket := _bucket(spec.output_location)) != infrastructure.output_bucket:
        yield _finding(
            "GT605",
            "/output/location",
            f"is in {bucket}, which the execution role cannot write",
            f"use s3://{infrastructure.output_bucket}/{LABELS}/..., or leave it out",
        )


def _check_key(spec: JobSpec, infrastructure: Infrastructure) -> Iterator[Diagnostic]:
    ours, wanted = infrastructure.kms_key_arn, spec.kms_key
    # An id or an alias may well be the same key; two ARNs cannot be.
    if wanted and ours and wanted.startswith("arn:") and wanted != ours:
        yield _finding(
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
        yield _finding(
            "GT602",
            "/workforce/team",
            f'"{spec.team}" is no work team of {infrastructure.target}',
            _known("work teams", infrastructure.work_teams),
        )
    elif team.kind == "public":
        yield _finding(
            "GT602",
            "/workforce/team",
            f'"{spec.team}" is the public crowd',
            "say crowd: public, so that its rules apply",
        )


def compile_job(declaration: Declaration, infrastructure: Infrastructure, clips: FrozenInput | None) -> DesiredJob:
    """Make the request and everything it points to; clips is None for a job fed by a topic alone."""
    digest = input_digest(declaration.spec, infrastructure, clips)
    files = _files(declaration, infrastructure, clips, digest)
    return DesiredJob(
        name=declaration.spec.name,
        request=_request(declaration, infrastructure, files, digest),
        artifacts=files.all(),
        artifact_bucket=infrastructure.artifact_bucket,
        input_digest=digest,
        follows=job_followed(declaration.spec),
    )


def input_digest(spec: JobSpec, infrastructure: Infrastructure, clips: FrozenInput | None) -> str:
    """Name what is bought, 32 hexadecimal digits: clips and labels, or for a streaming job the topic they come from."""
    if clips is not None and spec.input_topic is None:
        return clips.digest
    topic = infrastructure.topics.get(spec.input_topic or "", "")
    return digest_of(
        {"topic": topic, "clips": clips and clips.digest, "labels": sorted(one.name for one in spec.labels)}
    )


def job_followed(spec: JobSpec) -> str | None:
    """Name the job whose purchase this one knowingly repeats, by its key; to go on with a job is to know of it."""
    if spec.rerun_of:
        return spec.rerun_of.job.lower()
    return spec.source.job.lower() if isinstance(spec.source, ChainedInput) else None


def artifact_root(declaration: Declaration, infrastructure: Infrastructure, input_digest: str) -> str:
    """Name the folder of a job's artifacts by what was declared and what is bought."""
    return f"s3://{infrastructure.artifact_bucket}/jobs/{declaration.spec.name}/{declaration.digest}-{input_digest}"


def _files(
    declaration: Declaration, infrastructure: Infrastructure, clips: FrozenInput | None, input_digest: str
) -> _Files:
    spec = declaration.spec
    root = artifact_root(declaration, infrastructure, input_digest)
    template = worker_template(spec, dict(declaration.texts)).encode()
    # The folder names what was declared and what is bought. How a template is made may change with groundctl, and a
    # manifest may name the same clips with other keys: these two carry the digest of their own bytes as well.
    return _Files(
        declaration=Artifact(f"{root}/declaration.json", canonical_json(declaration.content), "application/json"),
        categories=Artifact(f"{root}/label-categories.json", label_categories(spec), "application/json"),
        template=Artifact(
            f"{root}/template-{_short_digest(template)}.liquid.html", template, "text/html; charset=utf-8"
        ),
        manifest=Artifact(
            f"{root}/input-{_short_digest(clips.manifest)}.manifest", clips.manifest, "application/x-ndjson"
        )
        if clips
        else None,
    )


def label_categories(spec: JobSpec) -> bytes:
    """Write the label category configuration; the order of labels is the order of the output's class numbers."""
    labels = [{"label": label.name} for label in spec.labels]
    return canonical_json({"document-version": "2018-11-28", "labels": labels})


def _request(
    declaration: Declaration, infrastructure: Infrastructure, files: _Files, input_digest: str
) -> dict[str, Any]:
    spec = declaration.spec
    return _present(
        LabelingJobName=spec.name,
        LabelAttributeName=spec.label_attribute,
        InputConfig=_input_config(spec, infrastructure, files.manifest.uri if files.manifest else None),
        OutputConfig=_output_config(spec, infrastructure),
        RoleArn=infrastructure.execution_role_arn,
        LabelCategoryConfigS3Uri=files.categories.uri,
        StoppingConditions=_present(
            MaxHumanLabeledObjectCount=spec.stop_labeled_objects,
            MaxPercentageOfInputDatasetLabeled=spec.stop_labeled_percent,
        ),
        HumanTaskConfig=_human_task_config(spec, infrastructure, files.template.uri),
        Tags=[{"Key": key, "Value": value} for key, value in _tags(declaration, infrastructure, input_digest)],
    )


def _input_config(spec: JobSpec, infrastructure: Infrastructure, manifest: str | None) -> dict[str, Any]:
    source = _present(
        S3DataSource=_present(ManifestS3Uri=manifest),
        SnsDataSource=_present(SnsTopicArn=infrastructure.topics[spec.input_topic] if spec.input_topic else None),
    )
    attributes = _present(ContentClassifiers=list(spec.content_classifiers))
    return _present(DataSource=source, DataAttributes=attributes)


def _output_config(spec: JobSpec, infrastructure: Infrastructure) -> dict[str, Any]:
    # Ground Truth appends /<job name>; a slash at the end would make an empty folder.
    location = (spec.output_location or f"s3://{infrastructure.output_bucket}/{LABELS}").rstrip("/")
    return _present(
        S3OutputPath=location,
        KmsKeyId=spec.kms_key or infrastructure.kms_key_arn,
        SnsTopicArn=infrastructure.topics[spec.output_topic] if spec.output_topic else None,
    )


def _human_task_config(spec: JobSpec, infrastructure: Infrastructure, template: str) -> dict[str, Any]:
    region = infrastructure.region
    team = infrastructure.work_teams[spec.team].arn if spec.team else public_crowd_team(region)
    return _present(
        WorkteamArn=team,
        UiConfig={"UiTemplateS3Uri": template},
        PreHumanTaskLambdaArn=pre_annotation_lambda(region),
        TaskKeywords=list(spec.keywords),
        TaskTitle=spec.title,
        TaskDescription=spec.description,
        NumberOfHumanWorkersPerDataObject=spec.workers_per_object,
        TaskTimeLimitInSeconds=spec.task_time_limit,
        TaskAvailabilityLifetimeInSeconds=spec.task_availability,
        MaxConcurrentTaskCount=spec.max_concurrent_objects,
        AnnotationConsolidationConfig={"AnnotationConsolidationLambdaArn": consolidation_lambda(region)},
        PublicWorkforceTaskPrice={"AmountInUsd": amount_in_usd(spec.price_usd)} if spec.price_usd is not None else None,
    )


def _tags(declaration: Declaration, infrastructure: Infrastructure, input_digest: str) -> Iterator[tuple[str, str]]:
    yield from declaration.spec.tags
    yield DECLARATION_TAG, declaration.digest
    yield INPUT_TAG, input_digest
    yield ARTIFACTS_TAG, infrastructure.artifact_bucket
    yield "groundctl:environment", infrastructure.environment


def _present(**members: Any) -> dict[str, Any]:
    """Leave out what was not declared: AWS has defaults of its own, and reads an empty member as a fault."""
    return {name: value for name, value in members.items() if value is not None and value != [] and value != {}}


def _short_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _bucket(uri: str) -> str:
    return uri.removeprefix("s3://").split("/", 1)[0]


def _known(noun: str, names: Any) -> str:
    return f"the {noun} there are: {', '.join(sorted(names)) or 'none'}; Terraform adds more"


def _finding(rule: str, pointer: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule=rule, pointer=pointer, message=message, hint=hint)
