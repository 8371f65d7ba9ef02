"""Our workflows and actions as text and as data, with every value left as the text it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github"
ACTION = "actions/setup/action.yml"

Data = dict[str, Any]
COMMENT = re.compile(r"(?:^|\s)#")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file under .github, read twice: comments matter as much as keys."""

    name: str
    text: str
    data: Data

    @property
    def jobs(self) -> dict[str, Data]:
        """Give the jobs by id; an action has one set of steps, which stands for a job."""
        jobs: dict[str, Data] = (
            self.data["jobs"] if "jobs" in self.data else {"action": {"steps": self.data["runs"]["steps"]}}
        )
        return jobs

    @property
    def code(self) -> str:
        """Give the text without its comments."""
        return "\n".join(COMMENT.split(line, maxsplit=1)[0] for line in self.text.splitlines())

    @property
    def triggers(self) -> dict[str, Any]:
        """Give the events with their settings, in whichever of YAML's three ways they are written."""
        on = self.data.get("on", {})
        if isinstance(on, str):
            return {on: ""}
        return on if isinstance(on, dict) else dict.fromkeys(on, "")

    @property
    def steps(self) -> Iterator[tuple[str, Data]]:
        """Give every step with the job it stands in."""
        for name, job in self.jobs.items():
            for step in job.get("steps", ()):
                yield name, step


@cache
def read(name: str, text: str) -> File:
    """Read one file; the same text is read once."""
    # BaseLoader: `on` stays a word, and `false` is what stands there.
    return File(name=name, text=text, data=yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 builds text, lists and maps only


@dataclass(frozen=True, slots=True)
class Files:
    """All workflows and actions of the repository, by name."""

    texts: Mapping[str, str]

    def __iter__(self) -> Iterator[File]:
        return (read(name, text) for name, text in self.texts.items())

    @property
    def workflows(self) -> Iterator[File]:
        """Give the workflows alone."""
        return (file for file in self if file.name.startswith("workflows/"))

    def __getitem__(self, name: str) -> File:
        return read(name, self.texts[name])

    def with_text(self, name: str, old: str, new: str) -> Files:
        """Give the same files with one passage of one file replaced, wherever it stands."""
        if old not in self.texts[name]:
            raise LookupError(f"{name} has no {old!r}")
        return Files({**self.texts, name: self.texts[name].replace(old, new)})

    def with_file(self, name: str, text: str) -> Files:
        """Give the same files and one more."""
        return Files({**self.texts, name: text})


def our_files() -> Files:
    """Read what this repository has."""
    found = [*FOLDER.glob("workflows/*.y*ml"), *FOLDER.glob("actions/**/action.y*ml")]
    return Files({path.relative_to(FOLDER).as_posix(): path.read_text() for path in sorted(found)})
