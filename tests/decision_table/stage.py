"""The stage on which rows of the decision table are played: a repository on GitHub, an AWS account, and their people."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import yaml

from github_emulator.actors import REVIEWER
from github_emulator.approvals import Review
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.events import Event
from github_emulator.runner.repository import Merged, PullRequest, Repository
from groundtruth_simulator.simulator import Simulator
from support.builders import OPEN_FOLDERS, REGION, some_data
from support.fake_objects import A_CLIP

JOB = "rally-outcome"
CLIPS = tuple(f"rallies/rally-{number}.mp4" for number in range(1, 9))
LATER_CLIPS = tuple(f"rallies/late-{number:03}.mp4" for number in range(200))
PREFIX = "s3://clips/rallies/"
MANIFEST = "manifests/rallies.manifest"
POLICY = "jobs/policy.yaml"
APPLY = ".github/workflows/apply.yml"


def policy(**rules: object) -> str:
    """Write a policy: a clip costs 8 cents."""
    return str(yaml.safe_dump({"rates": {"platform_fee_usd": 0.08}, **rules})) + OPEN_FOLDERS


def path_of(name: str = JOB) -> str:
    """Return the path of a job's file."""
    return f"jobs/sports-data/{name}.yaml"


def declared(name: str = JOB, **changes: object) -> dict[str, str | bytes | None]:
    """Declare a job that asks about the clips of the rallies."""
    data = some_data(**{"name": name, "input": {"prefix": PREFIX, "match": ["*.mp4"]}, **changes})
    return {path_of(name): yaml.safe_dump(data, sort_keys=False)}


@dataclass(kw_only=True)
class Seen:
    """What a pull request shows: its comment, and the last of our checks on a commit."""

    comment: str
    check: Mapping[str, Any]

    @property
    def conclusion(self) -> str:
        """Return the conclusion of the check; empty if there is none."""
        return str(self.check.get("conclusion", ""))


@dataclass(kw_only=True)
class Stage(ABC):
    """A repository with protected environments, and an account with eight clips; a minute passes before each deed."""

    emulator: GitHubEmulator
    simulator: Simulator
    repository: Repository
    shown: dict[int, Seen] = field(default_factory=dict)  # by pull request, right before its merge
    log: str = ""  # what the workflow runs printed

    @property
    @abstractmethod
    def plays_workflow_files(self) -> bool:
        """Return whether the workflow files of the event's commit run."""

    @abstractmethod
    def deliver(self, event: Event) -> None:
        """Let the workflows run that an event starts."""

    @abstractmethod
    def plans_again(self, pull: PullRequest) -> None:
        """Re-run all jobs of the last plan of a pull request."""

    def opens(
        self,
        files: Mapping[str, str | bytes | None] | None = None,
        *,
        branch: str = "topic",
        planned: bool = True,
        fork: bool = False,
    ) -> PullRequest:
        """Open a pull request, by default one that declares the job; GitHub starts its plan."""
        self.time_passes()
        pull = self.repository.open_pull(declared() if files is None else files, branch=branch, fork=fork)
        if planned:
            self.deliver(pull.opened())
        return pull

    def pushes(self, pull: PullRequest, files: Mapping[str, str | bytes | None]) -> None:
        """Push a commit to a pull request; GitHub starts its plan."""
        self.time_passes()
        self.deliver(pull.push(files))

    def reviews(self, pull: PullRequest, login: str = REVIEWER, state: str = "APPROVED") -> int:
        """Let a user review a pull request."""
        self.time_passes()
        return self.emulator.review(pull.number, login, state)

    def reviews_despite_github(self, pull: PullRequest, login: str) -> None:
        """Put an approval into the list that GitHub would not take."""
        self.time_passes()
        review = Review(
            id=next(self.emulator.state.ids),
            login=login,
            state="APPROVED",
            commit=pull.head_sha,
            submitted_at=self.emulator.state.now(),
        )
        self.emulator.state.approvals.reviews.setdefault(pull.number, []).append(review)

    def merges(self, pull: PullRequest, method: str = "merge") -> Merged:
        """Merge a pull request; no run starts yet."""
        self.is_about_to_merge(pull)
        return pull.merge(method)

    def is_about_to_merge(self, pull: PullRequest) -> None:
        """Keep what the person who merges sees."""
        self.time_passes()
        self.shown[pull.number] = self.seen(pull, pull.head_sha)

    def merges_and_applies(self, pull: PullRequest) -> Merged:
        """Merge a pull request, and let the run take place."""
        merged = self.merges(pull)
        self.applies(merged.pushed)
        return merged

    def applies(self, event: Event) -> None:
        """Let the workflow run that applies a commit of main."""
        self.time_passes()
        self.deliver(event)

    def starts_apply(self, **inputs: str) -> None:
        """Let maria start `apply` by hand."""
        self.applies(self.repository.dispatch(APPLY, **inputs))

    def time_passes(self) -> None:
        """Let a minute pass: what happens within one second has no order."""
        self.simulator.advance(60)

    def uploads(self, keys: Iterable[str]) -> None:
        """Upload clips."""
        s3 = boto3.client("s3", region_name=REGION)
        for key in keys:
            s3.put_object(Bucket="clips", Key=key, Body=A_CLIP)

    def replaces(self, keys: Iterable[str]) -> None:
        """Upload other clips under the same keys."""
        self.time_passes()
        s3 = boto3.client("s3", region_name=REGION)
        for key in keys:
            s3.put_object(Bucket="clips", Key=key, Body=A_CLIP + b"\0\0\0\x08free")

    def removes(self, keys: Iterable[str]) -> None:
        """Delete clips."""
        s3 = boto3.client("s3", region_name=REGION)
        for key in keys:
            s3.delete_object(Bucket="clips", Key=key)

    def lists(self, keys: Iterable[str]) -> None:
        """Write the input manifest."""
        lines = (json.dumps({"source-ref": f"s3://clips/{key}"}) for key in keys)
        boto3.client("s3", region_name=REGION).put_object(
            Bucket="clips", Key=MANIFEST, Body="".join(f"{line}\n" for line in lines).encode()
        )

    # --- what is seen afterwards

    def seen(self, pull: PullRequest, commit: str) -> Seen:
        """Return what a pull request and a commit show."""
        comments = self.emulator.comments(pull.number)
        assert len(comments) <= 1, comments
        checks = [each for each in self.emulator.check_runs(commit) if each["name"] != "groundctl terraform"]
        return Seen(comment=comments[0]["body"] if comments else "", check=checks[-1] if checks else {})

    def bought(self) -> dict[str, tuple[str, ...]]:
        """Return the keys of the clips that each job in AWS asks about, read from its input manifest."""
        sagemaker: Any = boto3.client("sagemaker", region_name=REGION)
        names = [job["LabelingJobName"] for job in sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]]
        return {name: self._clips_of(sagemaker.describe_labeling_job(LabelingJobName=name)) for name in names}

    def _clips_of(self, job: Mapping[str, Any]) -> tuple[str, ...]:
        bucket, _, key = job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"][5:].partition("/")
        manifest = boto3.client("s3", region_name=REGION).get_object(Bucket=bucket, Key=key)["Body"].read()
        return tuple(sorted(json.loads(line)["source-ref"].split("/", 3)[3] for line in manifest.splitlines()))

    def creates(self) -> int:
        """Count the calls that create a job, also those that AWS refused."""
        return len(self.simulator.requests("CreateLabelingJob"))
