"""Synthetic releases of groundctl, and people who edit what `init` wrote: for the tests of upgrades."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from groundctl.domain.adoption.repository.files import NewFile
from groundctl.domain.adoption.repository.lock import BASE_FOLDER, is_managed

ANSWERS = {"repository": "acme/labels"}
VERSIONS = ("0.1.0", "0.2.0", "1.0.0")

_WORKFLOW = """\
# Checks a pull request. Rights and order are in groundctl's own workflow.
name: plan

on:
  pull_request:
    branches: [main]

permissions: {}

jobs:
  plan:
    uses: groundctl/groundctl/.github/workflows/reusable-plan.yml@v0.1.0
    permissions:
      contents: read
      id-token: write
      checks: write
"""
_OWNERS = """\
# Who has to approve a change.

*  @acme/platform

/jobs/sports/**/*.yaml  @acme/sports
/jobs/sports/**/*.md  @acme/sports
"""
_GUIDE = "# Labeling jobs\n\n" + "".join(
    f"## Step {step}\n\nDo what step {step} says.\nThen look at it again.\n\n" for step in range(1, 9)
)
_ROOT = """\
module "groundctl" {
  source = "git::https://github.com/groundctl/groundctl.git//terraform/modules/environment?ref=v0.1.0"

  environment = var.environment
  region      = var.region
  teams       = var.teams
}
"""
_FIRST = {
    ".github/workflows/plan.yml": _WORKFLOW,
    ".github/CODEOWNERS": _OWNERS,
    "README.md": _GUIDE,
    "terraform/main.tf": _ROOT,
    "jobs/policy.yaml": "reviews: 1\n",
    "terraform/environments/production.tfvars": 'environment = "production"\n',
    ".github/old.md": "What only the first versions have.\nAnd a second line.\n",
}


def releases() -> dict[str, tuple[NewFile, ...]]:
    """Three versions: pins move, lines come, go and change; a file comes, and one goes."""
    first = dict(_FIRST)
    second = {path: text.replace("v0.1.0", "v0.2.0") for path, text in first.items()}
    second[".github/workflows/plan.yml"] += "      statuses: write\n"
    guide = second["README.md"].replace("Do what step 3 says.", "Do all of step 3.")
    second["README.md"] = guide.replace("## Step 6\n\nDo what step 6 says.\nThen look at it again.\n\n", "")
    second[".github/workflows/status.yml"] = "name: status\non:\n  schedule:\n    - cron: '0 * * * *'\n"
    second["jobs/policy.yaml"] = "reviews: 2\n"
    third = {path: text.replace("v0.2.0", "v1.0.0") for path, text in second.items() if path != ".github/old.md"}
    third[".github/CODEOWNERS"] = third[".github/CODEOWNERS"].replace("*  @acme", "# Everything else.\n*  @acme")
    third["terraform/main.tf"] = third["terraform/main.tf"].replace("  teams ", "  topics      = var.topics\n  teams ")
    third["README.md"] = (
        third["README.md"].replace("# Labeling jobs", "# Labeling jobs of this repository") + "## The end\n"
    )
    return {
        version: tuple(NewFile(path=path, content=text.encode()) for path, text in texts.items())
        for version, texts in zip(VERSIONS, (first, second, third), strict=True)
    }


def edit(files: dict[str, bytes], chance: random.Random, number: int) -> int:
    """Make up to so many local edits in place; return how many were made."""
    return sum(_edit_one(files, chance, mark) for mark in range(number))


def _edit_one(files: dict[str, bytes], chance: random.Random, mark: int) -> bool:
    paths = sorted(path for path in files if not path.startswith((BASE_FOLDER, ".groundctl/")) and is_managed(path))
    if not paths:
        return False
    path, act = chance.choice(paths), chance.choice(_ACTS)
    lines = files[path].splitlines(keepends=True)
    act(files, path, lines, chance, f"mine {mark} {chance.randrange(10**6)}".encode())
    return True


Act = Callable[[dict[str, bytes], str, list[bytes], random.Random, bytes], None]


def _insert(files: dict[str, bytes], path: str, lines: list[bytes], chance: random.Random, words: bytes) -> None:
    lines.insert(chance.randint(0, len(lines)), words + b"\n")
    files[path] = b"".join(lines)


def _change(files: dict[str, bytes], path: str, lines: list[bytes], chance: random.Random, words: bytes) -> None:
    if lines:
        lines[chance.randrange(len(lines))] = words + b"\n"
    files[path] = b"".join(lines)


def _delete(files: dict[str, bytes], path: str, lines: list[bytes], chance: random.Random, _: bytes) -> None:
    start = chance.randint(0, len(lines))
    files[path] = b"".join([*lines[:start], *lines[start + chance.randint(1, 4) :]])


def _move(files: dict[str, bytes], path: str, lines: list[bytes], chance: random.Random, _: bytes) -> None:
    start = chance.randint(0, len(lines))
    block = lines[start : start + 3]
    rest = [*lines[:start], *lines[start + 3 :]]
    place = chance.randint(0, len(rest))
    files[path] = b"".join([*rest[:place], *block, *rest[place:]])


def _windows(files: dict[str, bytes], path: str, lines: list[bytes], _: random.Random, __: bytes) -> None:
    files[path] = b"".join(line.rstrip(b"\r\n") + b"\r\n" for line in lines)


def _no_last_line_end(files: dict[str, bytes], path: str, _: list[bytes], __: random.Random, words: bytes) -> None:
    files[path] = files[path] + words


def _remove(files: dict[str, bytes], path: str, _: list[bytes], __: random.Random, ___: bytes) -> None:
    del files[path]


def _rename(files: dict[str, bytes], path: str, _: list[bytes], __: random.Random, ___: bytes) -> None:
    files[f"{path}.old"] = files.pop(path)


def _take_a_path(files: dict[str, bytes], _: str, __: list[bytes], ___: random.Random, words: bytes) -> None:
    files.setdefault(".github/workflows/status.yml", words + b"\n")


def _not_text(files: dict[str, bytes], path: str, lines: list[bytes], chance: random.Random, _: bytes) -> None:
    lines.insert(chance.randint(0, len(lines)), "Größe \u2028 日本\n".encode("utf-8") + b"\xe9t\xe9\n")
    files[path] = b"".join(lines)


_ACTS: tuple[Act, ...] = (
    *(_insert, _change, _delete, _move) * 3,
    _windows,
    _no_last_line_end,
    _remove,
    _rename,
    _take_a_path,
    _not_text,
)


def managed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files outside .groundctl/."""
    return {path: content for path, content in files.items() if not path.startswith(".groundctl/")}
