"""The interfaces of a rehearsal to external systems, implemented by adapters/ and by fakes in tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.rehearsal.stand_ins import SampleClips, StandIn


class Simulator(Protocol):
    """A simulated AWS with a frozen clock."""

    @property
    def url(self) -> str:
        """Return its address."""

    def settings(self) -> Mapping[str, str]:
        """Return the environment variables that point the AWS SDK and Terraform at it."""

    def make_existing(self, things: Mapping[str, object]) -> None:
        """Make what the account has already: buckets, keys, topics, teams, and a workforce."""

    def set_correct_labels(self, labels: Mapping[str, str]) -> None:
        """Set the correct label of each clip, by URI or file name."""

    def sign_in_members(self, number: int) -> None:
        """Let so many people sign in to each work team that exists."""

    def advance(self, seconds: float) -> None:
        """Let simulated time pass."""

    def run_until_idle(self) -> None:
        """Let simulated time pass until every job has ended."""

    def let_time_run(self, *, speed: float) -> None:
        """Run the simulated clock, this many times as fast as real time."""

    def mutating_calls(self) -> int:
        """Count the calls so far that changed something."""

    def wait(self) -> None:
        """Wait until the simulator ends."""


class TerraformRoot(Protocol):
    """Terraform code with a state of its own."""

    def apply(self, *, variables: Mapping[str, object] | None = None, var_file: Path | None = None) -> None:
        """Create what the code describes."""

    def has_changes(self, *, variables: Mapping[str, object] | None = None, var_file: Path | None = None) -> bool:
        """Return whether an apply would change anything."""

    def outputs(self) -> dict[str, Any]:
        """Return the Infrastructure object of the last apply."""


class StandInStore(Protocol):
    """The simulated S3 of a rehearsal."""

    def put(self, uri: str, content: bytes, media_type: str) -> None:
        """Write an object, whether or not there is one."""


class RehearsalFiles(Protocol):
    """The output folder of a rehearsal, with a copy of the repository's declarations that grows by rounds."""

    clips: Path
    results: Path
    plan: Path

    def copy_texts(self) -> None:
        """Copy what stands beside the declarations: the policy, and the texts and manifests that they name."""

    def add(self, declarations: Iterable[str]) -> None:
        """Copy declarations, by their paths."""

    def remove(self, declaration: str) -> None:
        """Take a declaration out of the copy."""

    def planned_changes(self) -> Sequence[JsonObject]:
        """Return the changes of the newest plan; none if nothing was planned."""

    def sample_clips(self) -> SampleClips:
        """Describe the clips that groundctl brings with it."""

    def correct_labels(self) -> dict[str, str]:
        """Return the correct label of each sample clip, by its key."""

    def content(self, clip: StandIn) -> bytes:
        """Return the bytes of a stand-in, and keep them for the results page."""


class RehearsalCommands(Protocol):
    """Commands of groundctl, run in the copy of the repository and shown as a user would run them."""

    def call(self, *arguments: str) -> None:
        """Run a command; raise if it fails."""

    def finds_problems(self, *arguments: str) -> bool:
        """Run a command, and return whether it found problems; raise if it fails otherwise."""

    def save(self, page: str, *arguments: str) -> None:
        """Keep what a command prints as a page, without showing it; raise if it fails."""
