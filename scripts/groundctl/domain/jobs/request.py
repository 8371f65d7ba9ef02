"""Compiles a declaration into a CreateLabelingJob request; only this module builds requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from groundctl.domain.aws import s3_layout
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.aws.prices import amount_in_usd
from groundctl.domain.aws.regions import consolidation_lambda, pre_annotation_lambda, public_crowd_team
from groundctl.domain.aws.s3_layout import labels_location
from groundctl.domain.canonical_json import canonical_json, digest_of
from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.sources import ChainedInput
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.jobs.artifacts import Artifact, JobArtifacts, artifact_root, job_artifacts
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.observed import ARTIFACTS_TAG, DECLARATION_TAG, INPUT_TAG

# A CreateLabelingJob request or a part of it, in boto3's form.
RequestMembers = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredJob:
    """A labeling job that is ready to be created.

    artifacts includes kept_request, from which another run can send the request again. terms_digest names the request
    without its clips. follows is the key of the job whose purchase it repeats on purpose.
    """

    name: str
    request: RequestMembers
    artifacts: tuple[Artifact, ...]
    kept_request: Artifact
    artifact_bucket: str
    input_digest: str
    terms_digest: str
    follows: JobKey | None = None

    @property
    def request_digest(self) -> str:
        """Return the digest of the request."""
        return digest_of(self.request)


def compile_job(declaration: Declaration, infrastructure: Infrastructure, clips: FrozenInput | None) -> DesiredJob:
    """Create the request and the artifacts that it refers to; clips is None for a job with only a topic."""
    digest = input_digest(declaration.spec, infrastructure, clips)
    artifacts = job_artifacts(declaration, infrastructure, clips, digest)
    root = artifact_root(declaration, infrastructure, digest)
    request = _request(declaration, infrastructure, artifacts, digest)
    kept = Artifact(f"{root}/{s3_layout.request_file(digest_of(request))}", canonical_json(request), "application/json")
    return DesiredJob(
        name=declaration.spec.name,
        request=request,
        artifacts=(*artifacts.all(), kept),
        kept_request=kept,
        artifact_bucket=infrastructure.artifact_bucket,
        input_digest=digest,
        terms_digest=_terms_digest(request, root),
        follows=job_followed(declaration.spec),
    )


def _terms_digest(request: RequestMembers, root: str) -> str:
    """Return the digest of everything in a request that stays when clips are left out."""
    tags = [tag for tag in request["Tags"] if tag["Key"] != INPUT_TAG]
    source = {name: value for name, value in request["InputConfig"]["DataSource"].items() if name != "S3DataSource"}
    terms = {**request, "Tags": tags, "InputConfig": {**request["InputConfig"], "DataSource": source}}
    # The folder of the other files is named after the clips; the files themselves by their own content.
    return digest_of(canonical_json(terms).decode().replace(root, ""))


def input_digest(spec: JobSpec, infrastructure: Infrastructure, clips: FrozenInput | None) -> str:
    """Return the digest of a purchase: clips and labels, or for a streaming job the topic and labels."""
    if clips is not None and spec.input_topic is None:
        return clips.digest
    topic = infrastructure.topics.get(spec.input_topic or "", "")
    labels = sorted(label.name for label in spec.labels)
    return digest_of({"topic": topic, "clips": clips and clips.digest, "labels": labels})


def job_followed(spec: JobSpec) -> JobKey | None:
    """Return the job whose purchase this one repeats on purpose: the one that it reruns or continues."""
    if spec.rerun_of:
        return job_key(spec.rerun_of.job)
    return job_key(spec.source.job) if isinstance(spec.source, ChainedInput) else None


def _request(
    declaration: Declaration, infrastructure: Infrastructure, artifacts: JobArtifacts, input_digest: str
) -> RequestMembers:
    spec = declaration.spec
    return _present(
        LabelingJobName=spec.name,
        LabelAttributeName=spec.label_attribute,
        InputConfig=_input_config(spec, infrastructure, artifacts.manifest.uri if artifacts.manifest else None),
        OutputConfig=_output_config(spec, infrastructure),
        RoleArn=infrastructure.execution_role_arn,
        LabelCategoryConfigS3Uri=artifacts.categories.uri,
        StoppingConditions=_present(
            MaxHumanLabeledObjectCount=spec.stop_labeled_objects,
            MaxPercentageOfInputDatasetLabeled=spec.stop_labeled_percent,
        ),
        HumanTaskConfig=_human_task_config(spec, infrastructure, artifacts.template.uri),
        Tags=[{"Key": key, "Value": value} for key, value in _tags(declaration, infrastructure, input_digest)],
    )


def _input_config(spec: JobSpec, infrastructure: Infrastructure, manifest: str | None) -> RequestMembers:
    source = _present(
        S3DataSource=_present(ManifestS3Uri=manifest),
        SnsDataSource=_present(SnsTopicArn=infrastructure.topics[spec.input_topic] if spec.input_topic else None),
    )
    attributes = _present(ContentClassifiers=list(spec.content_classifiers))
    return _present(DataSource=source, DataAttributes=attributes)


def _output_config(spec: JobSpec, infrastructure: Infrastructure) -> RequestMembers:
    # Ground Truth appends /<job name>; a trailing slash would create an empty folder.
    location = (spec.output_location or labels_location(infrastructure.output_bucket)).rstrip("/")
    return _present(
        S3OutputPath=location,
        KmsKeyId=spec.kms_key or infrastructure.kms_key_arn,
        SnsTopicArn=infrastructure.topics[spec.output_topic] if spec.output_topic else None,
    )


def _human_task_config(spec: JobSpec, infrastructure: Infrastructure, template: str) -> RequestMembers:
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


def _present(**members: Any) -> RequestMembers:
    """Omit what was not declared: AWS has its own defaults, and refuses empty members."""
    return {name: value for name, value in members.items() if value is not None and value != [] and value != {}}
