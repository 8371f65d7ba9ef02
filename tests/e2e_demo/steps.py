"""A pull request's life in acts: the real workflow files, run by act, against the GitHub of the tests and the simulated AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from github_emulator.emulator import GitHubEmulator
from github_emulator.request_log import LoggedRequest
from github_emulator.runner.act_runner import Run, Runner
from github_emulator.runner.events import Event
from github_emulator.runner.repository import CHECKOUT, PullRequest, Repository
from groundctl.adapters.local.simulator import sample_clips
from groundtruth_simulator.simulator import Simulator
from support.aws.client import aws_client

REGION, ACCOUNT = "us-east-1", "123456789012"
ENVIRONMENT = "demo"
STATE_BUCKET = "acme-terraform-state"
RALLIES = "jobs/sports-data/rally-outcome-2026-11.yaml"
SERVES = "jobs/sports-data/serve-call-2026-11.yaml"
FINALS = "jobs/sports-data/finals-2026-12.yaml"
INPUTS = f"groundctl-{ENVIRONMENT}-inputs-{ACCOUNT}-{REGION}"
A_WHILE = 150  # seconds; some clips have their answers by then

BACKEND = f'bucket = "{STATE_BUCKET}"\nkey    = "groundctl/{ENVIRONMENT}.tfstate"\nregion = "{REGION}"\n'


def role(name: str) -> str:
    """Name one of the roles that the workflows ask AWS for."""
    return f"arn:aws:iam::{ACCOUNT}:role/groundctl-{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One event, the workflow run that it set off, and what was to be seen afterwards."""

    sentence: str
    run: Run
    comments: tuple[dict[str, Any], ...]  # on the pull request, as GitHub's API shows them
    checks: tuple[dict[str, Any], ...]  # on the commit that the run was about, with their annotations
    asked_of_aws: tuple[dict[str, Any], ...]  # requests: `operation`, `mutating`, `status`
    asked_of_github: tuple[LoggedRequest, ...]  # requests
    identities: tuple[str, ...]  # subjects that GitHub vouched for

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
class Play:
    """The stage: one repository that was set up as README says, with nothing declared in it yet."""

    emulator: GitHubEmulator
    simulator: Simulator
    runner: Runner
    pull: PullRequest | None = field(default=None)

    @property
    def repository(self) -> Repository:
        """Return the repository on the stage."""
        return self.runner.repository

    def play(self, sentence: str, event: Event) -> Scene:
        """Deliver an event, and keep what came of it."""
        self.simulator.clear_requests()
        vouched = len(self.emulator.control_api.issuer.signed)
        run = self.runner.deliver_one(event)
        about = event.pulls or ((self.pull.number,) if self.pull else ())
        return Scene(
            sentence=sentence,
            run=run,
            comments=tuple(comment for number in about for comment in self.emulator.comments(number)),
            checks=tuple(self.emulator.check_runs(run.record.head_sha)),
            asked_of_aws=tuple(self.simulator.requests()),
            asked_of_github=tuple(self.emulator.requests(run=run.record.id)),
            identities=tuple(str(claims["sub"]) for claims in self.emulator.control_api.issuer.signed[vouched:]),
        )

    def lays_the_ground(self) -> Scene:
        """Push the first commit: Terraform makes the ground. Then clips are put where declarations look for them."""
        scene = self.play("The ground is laid: a push to main", self.repository.push({"jobs/NOTES.md": "Ours\n"}))
        clips, truth = sample_clips(CHECKOUT / "scripts" / "samples")
        self.simulator.set_correct_labels(truth)
        for key, path in clips.items():
            self.client("s3").put_object(Bucket=INPUTS, Key=key, Body=path.read_bytes())
        return scene

    def opens(self) -> Scene:
        """Open a pull request that declares a job with a mistake in it."""
        wrong = ours(RALLIES).replace("workers_per_object: 3", "workers_per_object: 30")
        texts = {
            f"jobs/sports-data/{name}": ours(f"jobs/sports-data/{name}") for name in ("rally-short.md", "rally-full.md")
        }
        self.pull = self.repository.open_pull({RALLIES: wrong, **texts}, title="How did the rallies end?")
        return self.play("A pull request declares a job, with a mistake in it", self.pull.opened())

    def mends(self) -> Scene:
        """Push the mended declaration, and another one with it."""
        files = {RALLIES: ours(RALLIES), SERVES: ours(SERVES)}
        return self.play("The mistake is mended, and a second job declared", self.pulled.push(files, "Mend it"))

    def merges(self) -> Scene:
        """Merge: the jobs are created."""
        return self.play("The pull request is merged", self.pulled.merge().pushed)

    def labels(self) -> Scene:
        """Let workers answer some clips; AWS tells that something has changed."""
        self.simulator.advance(A_WHILE)
        return self.play("AWS tells of a change", self.changed("InProgress"))

    def ends(self) -> Scene:
        """Let the workers answer the rest."""
        self.simulator.advance_until_idle()
        return self.play("The last clip is labeled", self.changed("Completed"))

    def hears_again(self) -> Scene:
        """Get the same event once more, as EventBridge may send it."""
        return self.play("The same event comes once more", self.changed("Completed"))

    def asks_for_more(self) -> Scene:
        """Open a second pull request, for four clips of the finals."""
        for number in range(1, 5):
            self._films(number)
        declared = ours(RALLIES).replace("name: rally-outcome-2026-11", "name: finals-2026-12")
        declared = declared.replace("/rallies/", "/rallies/finals/")
        self.pull = self.repository.open_pull({FINALS: declared}, branch="finals", title="And the finals?")
        return self.play("A second pull request asks for four clips of the finals", self.pull.opened())

    def merges_after_a_clip_more(self) -> Scene:
        """Let a fifth clip arrive between review and merge."""
        self._films(5)
        merged = self.pulled.merge("squash")
        return self.play("A fifth clip arrives, then the pull request is merged", merged.pushed)

    def lets_it_through(self) -> Scene:
        """Look at what is held, and let it go on by the digest that the comment names."""
        [comment] = self.emulator.comments(self.pulled.number)
        found = re.search(r"`approve` set to `([0-9a-f]{32})`", comment["body"])
        assert found, comment["body"]
        event = self.repository.dispatch(".github/workflows/apply.yml", approve=found[1])
        return self.play("Somebody looks, and lets five clips through", event)

    def meets_a_stranger(self) -> Scene:
        """Get a pull request from a fork."""
        more = ours(SERVES).replace("name: serve-call-2026-11", "name: serve-call-mine")
        pull = self.repository.open_pull(
            {"jobs/sports-data/serve-call-mine.yaml": more}, branch="mine", title="Mine too", fork=True
        )
        return self.play("A stranger opens a pull request from a fork", pull.opened())

    def _films(self, number: int) -> None:
        clip = CHECKOUT / "scripts" / "samples" / "clips" / "rallies" / f"rally-{number:04}.mp4"
        self.client("s3").put_object(Bucket=INPUTS, Key=f"rallies/finals/final-{number}.mp4", Body=clip.read_bytes())

    def changed(self, status: str) -> Event:
        """Give the event that Terraform's rule sends on when a labeling job changes."""
        job = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/rally-outcome-2026-11"
        return self.repository.repository_dispatch("groundctl-labeling-job", job=job, status=status)

    @property
    def pulled(self) -> PullRequest:
        """Return the pull request that was opened."""
        assert self.pull
        return self.pull

    def created(self) -> list[str]:
        """Name the jobs that AWS knows, first the newest."""
        listed = self.client("sagemaker").list_labeling_jobs()["LabelingJobSummaryList"]
        return [str(job["LabelingJobName"]) for job in listed]

    def client(self, service: str) -> Any:
        """Give a client for what a person would do or see by hand."""
        return aws_client(service, str(self.simulator.url), REGION)


# What happens, in order.
ACTS: Final[dict[str, Callable[[Play], Scene]]] = {
    "ground": Play.lays_the_ground,
    "stranger": Play.meets_a_stranger,
    "opened": Play.opens,
    "planned": Play.mends,
    "merged": Play.merges,
    "running": Play.labels,
    "ended": Play.ends,
    "repeated": Play.hears_again,
    "reviewed": Play.asks_for_more,
    "grown": Play.merges_after_a_clip_more,
    "let through": Play.lets_it_through,
}


def ours(path: str) -> str:
    """Read a sample declaration of this checkout."""
    return (CHECKOUT / path).read_text(encoding="utf-8")


@contextmanager
def a_play(emulator: GitHubEmulator, simulator: Simulator, folder: Path) -> Iterator[Play]:
    """Set the stage: an account with a bucket for Terraform's state, and a copy of this repository without jobs."""
    files: dict[str, str | bytes | None] = {
        "jobs/policy.yaml": ours("jobs/policy.yaml"),
        f"terraform/environments/{ENVIRONMENT}.s3.tfbackend": BACKEND,
    }
    repository = Repository.of_this_checkout(emulator, folder / "repository", files)
    roles = {f"GROUNDCTL_{name.upper()}_ROLE": role(name) for name in ("plan", "apply", "stop", "terraform")}
    runner = Runner(
        emulator=emulator,
        repository=repository,
        switched_off=frozenset({"ci.yml"}),  # it would run this suite within itself
        variables={"GROUNDCTL_ENVIRONMENT": ENVIRONMENT, "AWS_REGION": REGION, **roles},
        environment={
            "AWS_ENDPOINT_URL": str(simulator.url),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        },
    )
    play = Play(emulator=emulator, simulator=simulator, runner=runner)
    play.client("s3").create_bucket(Bucket=STATE_BUCKET)
    yield play
