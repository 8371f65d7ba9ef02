"""A pull request full of hostile texts, in fields, in keys, in bare YAML and in names of files: nothing of it is live."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from groundctl.presentation.markdown.size_limit import SUMMARY_LIMIT, size
from support.builders import some_data
from support.cli import Ran, groundctl
from support.github.markdown import read
from support.github.runner_files import commands_in
from support.hostile_texts import HOSTILE

FORK = {
    "pull_request": {"number": 12, "head": {"sha": "4f0c2a9b7d5e", "repo": {"full_name": "mallory/labeling"}}},
}


@pytest.fixture(scope="module")
def pull_request(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a folder of declarations for each hostile text, and the event of a fork."""
    checkout = tmp_path_factory.mktemp("checkout")
    for number, text in enumerate(HOSTILE):
        folder = checkout / "jobs" / f"team-{number:03}"
        folder.mkdir(parents=True)
        for name, content in declarations_of(text, number):
            (folder / name).write_bytes(content)
    (checkout / "event.json").write_text(json.dumps(FORK))
    return checkout


def declarations_of(text: str, number: int) -> Iterator[tuple[str, bytes]]:
    """Put a text into every place that a contributor can write to."""
    task = {"title": text, "description": text, "labels": [text, text], "instructions": {"short": text}}
    good = some_data(name=f"job-{number}")
    everywhere = {
        "name": text,
        "owner": text,
        "task": {**task, text: text},
        "input": {"prefix": text, "match": [text]},
        "workforce": {"team": text, "workers_per_object": text, "task_time_limit": text},
        "rerun_of": {"job": text, "reason": text},
        "tags": {text: text},
        text: text,
    }
    yield "in-every-field.yaml", as_yaml(everywhere)
    yield f"job-{number}.yaml", as_yaml({**good, "task": {**good["task"], **task}})
    yield "bare.yaml", as_yaml(good) + text.encode(errors="replace")
    name = f"{text[:60]}.yaml".replace("/", "_").replace("\x00", "0").encode(errors="replace")
    if len(name) < 255:
        yield name.decode(), as_yaml(good)


def as_yaml(data: object) -> bytes:
    return yaml.safe_dump(data, sort_keys=False).encode()


def validate(pull_request: Path, form: str, summary: Path) -> Ran:
    settings = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/labeling",
        "GITHUB_EVENT_PATH": str(pull_request / "event.json"),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    return groundctl("validate", "--format", form, cwd=pull_request, settings=settings)


def test_the_log_contains_only_groundctls_annotations_and_no_other_command(pull_request: Path, tmp_path: Path):
    ran = validate(pull_request, "github", tmp_path / "summary.md")

    assert ran.code == 1
    found = commands_in(ran.out)
    assert {command.name for command in found} <= {"error", "warning"}
    assert 10 <= len(found) <= 20
    assert all(command.properties["title"].startswith("groundctl") for command in found)
    assert commands_in(ran.err) == []


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_no_other_format_writes_a_command_to_the_log(form: str, pull_request: Path, tmp_path: Path):
    ran = validate(pull_request, form, tmp_path / "summary.md")

    assert ran.code == 1
    assert len(ran.out) > 100 * len(HOSTILE)
    assert commands_in(ran.out) == commands_in(ran.err) == []


def test_the_summary_shows_problems_as_text_and_has_nothing_live(pull_request: Path, tmp_path: Path):
    summary = tmp_path / "summary.md"

    validate(pull_request, "github", summary)

    written = summary.read_text()
    seen = read(written)
    assert size(written) <= SUMMARY_LIMIT
    assert seen.live == ()
    assert not [tag for tag in seen.tags if re.match("<(a|img|input|del|em|hr|pre|blockquote|script|h1|h2) ?", tag)]
    problems = len(json.loads(validate(pull_request, "json", summary).out)["problems"])
    assert problems > 10 * len(HOSTILE)
