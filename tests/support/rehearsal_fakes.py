"""Fakes of what a rehearsal is played with; they pass the same contract tests as the adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.rehearsal.stand_ins import SampleClips, StandIn, padded
from groundctl.errors import DeclarationsRefusedError


class FakeSimulator:
    """A simulator without an AWS; the test says how many calls have changed something."""

    def __init__(self) -> None:
        self.url = "http://127.0.0.1:1"
        self.existing: list[Mapping[str, object]] = []
        self.correct_labels: dict[str, str] = {}
        self.members = 0
        self.seconds = 0.0
        self.changes = 0

    def settings(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": self.url}

    def make_existing(self, things: Mapping[str, object]) -> None:
        self.existing.append(things)

    def set_correct_labels(self, labels: Mapping[str, str]) -> None:
        self.correct_labels.update(labels)

    def sign_in_members(self, number: int) -> None:
        self.members = number

    def advance(self, seconds: float) -> None:
        self.seconds += seconds

    def run_until_idle(self) -> None:
        self.seconds += 86_400

    def let_time_run(self, *, speed: float) -> None:
        self.seconds += speed

    def mutating_calls(self) -> int:
        return self.changes

    def wait(self) -> None:
        """Return at once: there is no process."""


class FakeTerraform:
    """Terraform code that describes nothing but its output; `restless` code never agrees with what it created."""

    def __init__(self, *, is_restless: bool = False) -> None:
        self.is_restless = is_restless
        self.applied: tuple[Mapping[str, object] | None, Path | None] | None = None

    def apply(self, *, variables: Mapping[str, object] | None = None, var_file: Path | None = None) -> None:
        self.applied = (variables, var_file)

    def has_changes(self, *, variables: Mapping[str, object] | None = None, var_file: Path | None = None) -> bool:
        return self.is_restless or self.applied != (variables, var_file)

    def outputs(self) -> dict[str, Any]:
        return {"environment": "demo"}


class FakeRehearsalFiles:
    """A repository and the copy of it in dictionaries, with one sample clip."""

    clips, results, plan = Path("/out/clips"), Path("/out/results"), Path("/out/plan.json")

    def __init__(self, source: Mapping[str, bytes]) -> None:
        self.source = source
        self.copied: dict[str, bytes] = {}
        self.changes: Sequence[JsonObject] = []

    def copy_texts(self) -> None:
        names = [path for path in self.source if not path.endswith((".yaml", ".yml")) or path == "jobs/policy.yaml"]
        self.add(path for path in names if path != "jobs/infrastructure.json")

    def add(self, declarations: Iterable[str]) -> None:
        self.copied.update((path, self.source[path]) for path in declarations)

    def remove(self, declaration: str) -> None:
        del self.copied[declaration]

    def planned_changes(self) -> Sequence[JsonObject]:
        return self.changes

    def sample_clips(self) -> SampleClips:
        return SampleClips(sizes={"rallies/rally-0001.mp4": 4}, webm="w.webm")

    def correct_labels(self) -> dict[str, str]:
        return {"rallies/rally-0001.mp4": "in"}

    def content(self, clip: StandIn) -> bytes:
        return padded(b"clip", clip.size)


class FakeCommands:
    """Commands that find problems where the test says so; `after` is what a command does, by its name."""

    def __init__(
        self, problems: Mapping[str, list[bool]] | None = None, after: Mapping[str, Callable[[], None]] | None = None
    ) -> None:
        self.problems = {name: list(found) for name, found in (problems or {}).items()}
        self.after = dict(after or {})
        self.called: list[str] = []
        self.pages: dict[str, str] = {}

    def call(self, *arguments: str) -> None:
        if self.finds_problems(*arguments):
            raise DeclarationsRefusedError(f"{arguments[0]} found problems", hint="")

    def finds_problems(self, *arguments: str) -> bool:
        self.called.append(" ".join(arguments))
        self.after.get(arguments[0], lambda: None)()
        left = self.problems.get(arguments[0])
        return bool(left and left.pop(0))

    def save(self, page: str, *arguments: str) -> None:
        self.pages[page] = " ".join(arguments)
