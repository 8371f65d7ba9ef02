"""The steps of the end-to-end demo: real workflow files, run by act, against an emulated GitHub and a simulated AWS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from github_emulator.actors import REVIEWER
from github_emulator.emulator import GitHubEmulator
from github_emulator.request_log import LoggedRequest
from github_emulator.runner.act_runner import Run, Runner
from github_emulator.runner.events import Event
from github_emulator.runner.repository import CHECKOUT, PullRequest, Repository
from groundtruth_simulator.simulator import Simulator
from support.aws.client import aws_client

SAMPLES = CHECKOUT / "scripts" / "samples"
REGION, ACCOUNT = "us-east-1", "123456789012"
ENVIRONMENT = "demo"
STATE_BUCKET = "acme-terraform-state"
RALLIES = "jobs/sports-data/rally-outcome-2026-11.yaml"
SERVES = "jobs/sports-data/serve-call-2026-11.yaml"
FINALS = "jobs/sports-data/finals-2026-12.yaml"
SEMIFINALS = "jobs/sports-data/semifinals-2026-12.yaml"
INPUTS = f"groundctl-{ENVIRONMENT}-inputs-{ACCOUNT}-{REGION}"
PARTIAL_LABELING_SECONDS = 150  # seconds; some clips have their answers by then
REVIEWING_SECONDS = 60  # an approval counts only for what was planned before it

BACKEND = f'bucket = "{STATE_BUCKET}"\nkey    = "groundctl/{ENVIRONMENT}.tfstate"\nregion = "{REGION}"\n'


SETTINGS = f"terraform/environments/{ENVIRONMENT}.tfvars"
# The roles of the workflows. On a real account an administrator applies them first; here the first run does.
ROLES = """
github = {{
  repository    = "{repository[full_name]}"
  repository_id = "{repository[id]}"
  owner_id      = "{repository[owner][id]}"
  state         = {{ bucket = "{bucket}", key = "groundctl/{environment}.tfstate" }}
}}
"""


def role(name: str) -> str:
    """Return the ARN of a role that the workflows assume."""
    return f"arn:aws:iam::{ACCOUNT}:role/groundctl-{ENVIRONMENT}-github-{name}-{REGION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event, the workflow run that it triggered, and what GitHub and AWS show afterwards."""

    sentence: str
    run: Run
    comments: tuple[dict[str, Any], ...]  # on the pull request, as GitHub's API shows them
    checks: tuple[dict[str, Any], ...]  # on the commit that the run was about, with their annotations
    asked_of_aws: tuple[dict[str, Any], ...]  # requests: `operation`, `mutating`, `status`
    asked_of_github: tuple[LoggedRequest, ...]  # requests
    identities: tuple[str, ...]  # subjects of issued OIDC identities

    @property
    def comment(self) -> str:
        """Return the text of the one comment."""
        [comment] = self.comments
        return str(comment["body"])

    @property
    def changes_in_aws(self) -> list[str]:
        """Name the operations that can change something."""
        return [each["operation"] for each in self.asked_of_aws if each["mutating"]]

    @property
    def changes_on_github(self) -> list[str]:
        """Name the operations that write."""
        return [each.operation for each in self.asked_of_github if each.mutating]


@dataclass
class Demo:
    """One repository, set up as README describes, without declarations."""

    emulator: GitHubEmulator
    simulator: Simulator
    runner: Runner
    pull: PullRequest | None = field(default=None)

    @property
    def repository(self) -> Repository:
        """Return the repository."""
        return self.runner.repository

    def run(self, sentence: str, event: Event) -> Step:
        """Deliver an event and record its effects."""
        self.simulator.clear_requests()
        signed_before = len(self.emulator.control_api.issuer.signed)
        run = self.runner.deliver_one(event)
        about = event.pulls or ((self.pull.number,) if self.pull else ())
        return Step(
            sentence=sentence,
            run=run,
            comments=tuple(comment for number in about for comment in self.emulator.comments(number)),
            checks=tuple(self.emulator.check_runs(run.record.head_sha)),
            asked_of_aws=tuple(self.simulator.requests()),
            asked_of_github=tuple(self.emulator.requests(run=run.record.id)),
            identities=tuple(str(claims["sub"]) for claims in self.emulator.control_api.issuer.signed[signed_before:]),
        )

    def create_infrastructure(self) -> Step:
        """Push the first commit, so that Terraform creates the infrastructure; then upload the sample clips."""
        step = self.run(
            "Terraform creates the infrastructure: a push to main", self.repository.push({"jobs/NOTES.md": "Ours\n"})
        )
        self.simulator.set_correct_labels(json.loads((SAMPLES / "truth.json").read_bytes()))
        for path in sorted(SAMPLES.glob("clips/*/*.mp4")):
            key = path.relative_to(SAMPLES / "clips").as_posix()
            self.client("s3").put_object(Bucket=INPUTS, Key=key, Body=path.read_bytes())
        return step

    def open_pull_request(self) -> Step:
        """Open a pull request with an invalid declaration."""
        wrong = sample(RALLIES).replace("workers_per_object: 3", "workers_per_object: 30")
        texts = {
            f"jobs/sports-data/{name}": sample(f"jobs/sports-data/{name}")
            for name in ("rally-short.md", "rally-full.md")
        }
        self.pull = self.repository.open_pull({RALLIES: wrong, **texts}, title="How did the rallies end?")
        return self.run("A pull request declares a job, with a validation error", self.pull.opened())

    def fix_declaration(self) -> Step:
        """Push the corrected declaration and a second one."""
        files = {RALLIES: sample(RALLIES), SERVES: sample(SERVES)}
        return self.run(
            "The error is corrected, and a second job is declared", self.opened_pull_request.push(files, "Correct it")
        )

    def merge(self) -> Step:
        """Approve and merge: the jobs are created."""
        self._review()
        return self.run("The pull request is approved and merged", self.opened_pull_request.merge().pushed)

    def label_some_clips(self) -> Step:
        """Let workers answer some clips, and deliver the event that AWS sends."""
        self.simulator.advance(PARTIAL_LABELING_SECONDS)
        return self.run("AWS sends an event: progress", self.changed("InProgress"))

    def label_all_clips(self) -> Step:
        """Let the workers answer the rest."""
        self.simulator.advance_until_idle()
        return self.run("The last clip is labeled", self.changed("Completed"))

    def repeat_event(self) -> Step:
        """Deliver the same event again, as EventBridge may."""
        return self.run("AWS sends the same event again", self.changed("Completed"))

    def open_second_pull_request(self) -> Step:
        """Open a second pull request, for four clips of the finals."""
        for number in range(1, 5):
            self._upload_finals_clip(number)
        declared = sample(RALLIES).replace("name: rally-outcome-2026-11", "name: finals-2026-12")
        declared = declared.replace("/rallies/", "/rallies/finals/")
        self.pull = self.repository.open_pull({FINALS: declared}, branch="finals", title="And the finals?")
        return self.run("A second pull request asks for four clips of the finals", self.pull.opened())

    def merge_with_an_added_clip(self) -> Step:
        """Add a fifth clip between review and merge."""
        self._review()
        self._upload_finals_clip(5)
        merged = self.opened_pull_request.merge("squash")
        return self.run("Four clips are approved, a fifth arrives, then the pull request is merged", merged.pushed)

    def merge_without_a_review(self) -> Step:
        """Merge a third pull request that was neither planned nor approved."""
        for number in range(1, 3):
            self._upload_finals_clip(number, "semifinals")
        declared = sample(RALLIES).replace("name: rally-outcome-2026-11", "name: semifinals-2026-12")
        declared = declared.replace("/rallies/", "/rallies/semifinals/")
        self.pull = self.repository.open_pull({SEMIFINALS: declared}, branch="semifinals", title="And the semifinals?")
        return self.run("A third pull request is merged without a review", self.pull.merge().pushed)

    def approve(self) -> Step:
        """Approve the held job with the digest from the comment; a second person lets the run continue."""
        [comment] = self.emulator.comments(self.opened_pull_request.number)
        found = re.search(r"`approve` set to `([0-9a-f]{32})`", comment["body"])
        assert found, comment["body"]
        event = self.repository.dispatch(".github/workflows/apply.yml", approve=found[1])
        return self.run("A maintainer approves this plan, and a reviewer lets the run continue", event)

    def open_pull_request_from_fork(self) -> Step:
        """Open a pull request from a fork."""
        more = sample(SERVES).replace("name: serve-call-2026-11", "name: serve-call-mine")
        pull = self.repository.open_pull(
            {"jobs/sports-data/serve-call-mine.yaml": more}, branch="mine", title="Mine too", fork=True
        )
        return self.run("A pull request is opened from a fork", pull.opened())

    def _review(self) -> None:
        """Let a reviewer approve what the last plan shows, some time after it."""
        self.simulator.advance(REVIEWING_SECONDS)
        self.emulator.review(self.opened_pull_request.number, REVIEWER)
        self.simulator.advance(REVIEWING_SECONDS)

    def _upload_finals_clip(self, number: int, folder: str = "finals") -> None:
        clip = SAMPLES / "clips" / "rallies" / f"rally-{number:04}.mp4"
        self.client("s3").put_object(Bucket=INPUTS, Key=f"rallies/{folder}/final-{number}.mp4", Body=clip.read_bytes())

    def changed(self, status: str) -> Event:
        """Return the event that Terraform's rule forwards when a labeling job changes."""
        job = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/rally-outcome-2026-11"
        return self.repository.repository_dispatch("groundctl-labeling-job", job=job, status=status)

    @property
    def opened_pull_request(self) -> PullRequest:
        """Return the pull request that was opened."""
        assert self.pull
        return self.pull

    def created(self) -> list[str]:
        """Return the names of the jobs in AWS, newest first."""
        listed = self.client("sagemaker").list_labeling_jobs()["LabelingJobSummaryList"]
        return [str(job["LabelingJobName"]) for job in listed]

    def client(self, service: str) -> Any:
        """Return an AWS client, for actions outside groundctl."""
        return aws_client(service, str(self.simulator.url), REGION)


# All steps, in order.
STEPS: Final[dict[str, Callable[[Demo], Step]]] = {
    "infrastructure": Demo.create_infrastructure,
    "fork": Demo.open_pull_request_from_fork,
    "opened": Demo.open_pull_request,
    "planned": Demo.fix_declaration,
    "merged": Demo.merge,
    "running": Demo.label_some_clips,
    "ended": Demo.label_all_clips,
    "repeated": Demo.repeat_event,
    "reviewed": Demo.open_second_pull_request,
    "added clip": Demo.merge_with_an_added_clip,
    "unreviewed": Demo.merge_without_a_review,
    "approved": Demo.approve,
}


def sample(path: str) -> str:
    """Read a file of the sample repository."""
    return (SAMPLES / "repository" / path).read_text(encoding="utf-8")


@contextmanager
def a_demo(emulator: GitHubEmulator, simulator: Simulator, folder: Path) -> Iterator[Demo]:
    """Prepare an account with a bucket for Terraform's state, and a copy of this repository without declarations."""
    files: dict[str, str | bytes | None] = {
        "jobs/policy.yaml": sample("jobs/policy.yaml"),
        f"terraform/environments/{ENVIRONMENT}.s3.tfbackend": BACKEND,
        SETTINGS: (CHECKOUT / SETTINGS).read_text(encoding="utf-8")
        + ROLES.format(repository=emulator.state.repository(), bucket=STATE_BUCKET, environment=ENVIRONMENT),
    }
    emulator.use_clock(lambda: simulator.clock.now())
    repository = Repository.of_this_checkout(emulator, folder / "repository", files)
    roles = {f"GROUNDCTL_{name.upper()}_ROLE": role(name) for name in ("plan", "record", "apply", "stop", "terraform")}
    runner = Runner(
        emulator=emulator,
        repository=repository,
        switched_off=frozenset({"ci.yml"}),  # it would run this suite inside itself
        variables={"GROUNDCTL_ENVIRONMENT": ENVIRONMENT, "AWS_REGION": REGION, **roles},
        environment={
            "AWS_ENDPOINT_URL": str(simulator.url),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        },
    )
    demo = Demo(emulator=emulator, simulator=simulator, runner=runner)
    demo.client("s3").create_bucket(Bucket=STATE_BUCKET)
    yield demo
