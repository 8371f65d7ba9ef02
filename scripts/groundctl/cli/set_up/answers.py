"""Reads the answers of `groundctl init` from a file, from flags, and from the lock of an earlier run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from groundctl.cli.set_up.options import InitOptions
from groundctl.cli.streams import screen
from groundctl.domain.adoption.repository.answer_faults import faults_of
from groundctl.domain.canonical_json import JsonObject, parse_json
from groundctl.domain.declarations.diagnostics import locate
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.errors import UsageError

_MAX_BYTES = 1_000_000
CORRECT = "correct what is listed above, and run it again; nothing was written"


def answers_of(given: InitOptions) -> dict[str, Any]:  # an object of init-answers.schema.json
    """Turn flags into answers; what was not given is left out."""
    plain: dict[str, Any] = {
        "repository": _repository(given.repository),
        "repository_id": given.repository_id,
        "owner_id": given.owner_id,
        "default_branch": given.default_branch,
        "tool": {"repository": _repository(given.tool_repository)} if given.tool_repository else None,
        "environments": _each_once("--environment", (_environment(each, given.region) for each in given.environments)),
        "teams": _each_once("--team", map(_team, given.teams)),
        "clips": _each_once("--clips", map(_clips, given.clips)),
        "folders": _each_once("--jobs-folder", map(_folder, given.folders)),
        "reviewers": list(given.reviewers),
    }
    return {name: value for name, value in plain.items() if value}


def _repository(text: str | None) -> str | None:
    """Take OWNER/NAME out of the address that a browser or Git shows."""
    return re.sub(r"^(https://github\.com/|git@github\.com:)([^/]+/[^/]+?)(\.git)?/?$", r"\2", text) if text else None


def takes_region(environment: str) -> bool:
    """Return whether an environment, as the flag gives it, has no Region in its name."""
    return "." not in environment.partition("=")[0]


def read_answers(file: str, schema: SchemaCheck) -> JsonObject:
    """Read a file of answers, as YAML or JSON; every fault is named with its place."""
    try:
        with Path(file).open("rb") as opened:
            raw = opened.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}", hint="check the path given as --answers"
        ) from error
    if len(raw) > _MAX_BYTES:
        raise UsageError(
            f"{file} has more than {_MAX_BYTES:,} bytes", hint="give a file of answers; see `groundctl init --help`"
        )
    if file.lower().endswith(".json"):
        return _of_json(file, raw)
    return _of_yaml(file, raw, schema)


def _of_json(file: str, raw: bytes) -> JsonObject:
    try:
        data = parse_json(raw)
    except ValueError as error:
        raise UsageError(f"{file} is not JSON: {error}", hint="correct it, or write it as YAML") from error
    if not isinstance(data, dict):
        raise UsageError(
            f"{file} holds no answers", hint="write an object with repository, environments, teams and reviewers"
        )
    return data


def _of_yaml(file: str, raw: bytes, schema: SchemaCheck) -> JsonObject:
    from groundctl.domain.declarations.yaml_loader import read_document
    from groundctl.presentation.terminal.diagnostics import diagnostic_lines
    from groundctl.presentation.text import count

    reading = read_document(file, raw)
    located = [*reading.problems]
    if reading.document:
        located += locate(reading.document, faults_of(reading.document.data, schema))
    if located or reading.document is None:
        print("\n".join(line for problem in located for line in diagnostic_lines(problem, screen())))
        raise UsageError(f"{file} has {count(len(located), 'fault')}", hint=CORRECT)
    data: JsonObject = reading.document.data
    return data


def merged(answers: Iterable[JsonObject]) -> dict[str, Any]:  # an object of init-answers.schema.json
    """Put answers over earlier ones: those of the lock, of a file, and of flags."""
    result: dict[str, Any] = {}
    for each in answers:
        result |= each
    return result


def _each_once(flag: str, pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Collect the values of a flag; the last of two with one name would hide the other."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise UsageError(f"{flag} names {name} twice", hint="leave out one of them")
        found[name] = value
    return found


def _environment(text: str, region: str | None) -> tuple[str, Mapping[str, str]]:
    name, separator, account_id = text.partition("=")
    if not separator:
        hint = "write it as production.us-east-1=111122223333"
        raise UsageError(f"{text} names no AWS account", hint=hint)
    label, _, suffix = name.partition(".")
    place = suffix or region or ""
    if not place:
        hint = "write it as production.us-east-1=111122223333, or give --region"
        raise UsageError(f"{text} names no Region", hint=hint)
    # The console shows an account as 1111-2222-3333.
    digits = re.sub(r"^(\d{4})-(\d{4})-(\d{4})$", r"\1\2\3", account_id)
    return f"{label}.{place}", {"account_id": digits, "region": place}


def _team(text: str) -> tuple[str, Mapping[str, Any]]:
    name, separator, value = text.partition("=")
    if not separator:
        return name, {}
    if value.startswith("arn:"):
        return name, {"arn": value}
    return name, {"members": [member for member in value.split(",") if member]}


def _folder(text: str) -> tuple[str, Mapping[str, str]]:
    name, _, environment = text.partition("=")
    return name, {"environment": environment} if environment else {}


def _clips(text: str) -> tuple[str, Mapping[str, Any]]:
    # A key of S3 may have an equals sign; only after the last slash it stands before an environment.
    prefix, separator, environment = text.rpartition("/=")
    return (f"{prefix}/", {"environments": environment.split(",")}) if separator else (text, {})
