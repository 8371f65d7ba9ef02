"""Chooses which existing jobs are imported, and where their files go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from groundctl.domain.adoption.existing_job import NotImported
from groundctl.domain.adoption.imported import team_of
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.environments import Environment, environment_of
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.spec import Imported
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.observed import AwsResponse, ObservedJob

# Where files go whose team belongs to no single folder of the policy.
FOLDER = "jobs/imported"
_OWNER_TAGS = ("owner", "team")
_MAX_OWNER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFile:
    """A declaration of this repository; imported is None for a job that groundctl is to create."""

    path: str
    imported: Imported | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HasFile:
    """A job that is imported already."""

    job: ObservedJob
    path: str


Choice = ObservedJob | HasFile | NotImported


def choose(job: ObservedJob, declared: Mapping[JobKey, DeclaredFile], infrastructure: Infrastructure) -> Choice:
    """Decide from the list of jobs alone: to read a job, or that it has its file, or that it is not imported."""
    file = declared.get(job.key)
    fingerprint = job.fingerprint
    is_ours = (
        fingerprint is not None
        and fingerprint.bucket == infrastructure.artifact_bucket
        and job_key(fingerprint.name) == job.key
    )
    if file is not None:
        if is_ours or (file.imported is not None and file.imported.names(job.arn)):
            return HasFile(job=job, path=file.path)
        why = f"{file.path} has its name, and was not imported from it"
        hint = "a plan says that the name is taken: move that file away, and import the job again"
        return NotImported(name=job.name, why=why, hint=hint, in_ledger=job.is_video_classification)
    if is_ours:
        why = "groundctl made it from a file that is not here now"
        hint = "restore its file from Git's history: it is compared with what the job was made from"
        return NotImported(name=job.name, why=why, hint=hint, expected=True)
    return job


def folder_for(
    described: AwsResponse, policy: Policy, infrastructure: Infrastructure, environment: Environment | None
) -> str | NotImported:
    """Return the folder of the team that labels a job, if the policy gives the team to one folder.

    It is a folder of the environment in which the job is; without one to choose, the job waits for `--folder`.
    """
    teams = {name: team.arn for name, team in infrastructure.work_teams.items()}
    team = team_of(described["HumanTaskConfig"]["WorkteamArn"], teams)
    folders = [
        folder
        for folder, entry in policy.folders.items()
        if team in entry.teams and (environment is None or has_folder(environment, folder, policy))
    ]
    if len(folders) == 1:
        return f"jobs/{folders[0]}"
    if environment is None or has_folder(environment, FOLDER.rpartition("/")[2], policy):
        return FOLDER
    return NotImported(
        name=described["LabelingJobName"],
        why=f"{FOLDER} does not belong to environment {environment.name}, in which the job is",
        hint=f"choose one of its folders with --folder: {', '.join(f'jobs/{each}' for each in environment.folders or ())}",
        in_ledger=True,
    )


def has_folder(environment: Environment, folder: str, policy: Policy) -> bool:
    """Return whether the jobs of a folder are created in an environment."""
    return environment_of(folder, policy.environments) == environment


def owner_of(described: AwsResponse, folder: str, policy: Policy) -> str:
    """Return who is responsible for a job: its tag says it, or the folder's default, or the folder's name."""
    name = folder.rpartition("/")[2]
    tags = {tag["Key"].lower(): tag["Value"].strip() for tag in described.get("Tags") or ()}
    tagged = (tags.get(key, "") for key in _OWNER_TAGS)
    named = next((each for each in tagged if 0 < len(each) <= _MAX_OWNER and each.isprintable()), None)
    return named or policy.defaults_for(name).owner or name


def outputs_of(jobs: Iterable[ObservedJob]) -> dict[str, str]:
    """Return the names of jobs by the URIs of their output manifests."""
    return {job.output_manifest: job.name for job in jobs if job.output_manifest}
