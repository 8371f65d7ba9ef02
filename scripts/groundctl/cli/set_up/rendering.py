"""Renders the files of this version for a folder."""

from __future__ import annotations

from functools import partial

from groundctl import __version__
from groundctl.domain.adoption.repository.answers import parse_answers
from groundctl.domain.adoption.repository.files import NewFile
from groundctl.domain.adoption.repository.lock import Lock, with_unix_line_ends
from groundctl.domain.canonical_json import JsonObject, parse_json_object
from groundctl.domain.declarations.policy import POLICY_PATH
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.setup_composition import packaged_schema, packaged_terraform
from groundctl.setup_ports import SetUpFolder


def answers_schema() -> SchemaCheck:
    """Return the form of answers."""
    return SchemaCheck(parse_json_object(packaged_schema("init-answers")))


def render(folder: SetUpFolder, data: JsonObject, lock: Lock | None) -> tuple[NewFile, ...]:
    """Render the files for a folder."""
    from groundctl.presentation.repository.files import GUIDE, README, SCHEMAS, TERRAFORM_ROOT, Packaged, render_files

    packaged = Packaged(
        terraform={name: packaged_terraform(name) for name in TERRAFORM_ROOT},
        schemas={name: packaged_schema(f"editor/{name}") for name in SCHEMAS},
    )
    jobs = [path for path in folder.list_files("jobs") if path.endswith((".yaml", ".yml")) and path != POLICY_PATH]
    make = partial(render_files, parse_answers(data), version=__version__, packaged=packaged, with_declaration=not jobs)
    files = make(guide=README)
    return make(guide=GUIDE) if _has_own_readme(folder, files, lock) else files


def _has_own_readme(folder: SetUpFolder, files: tuple[NewFile, ...], lock: Lock | None) -> bool:
    """Return whether README.md is not ours; an interrupted run has written it before there was a lock."""
    from groundctl.presentation.repository.files import GUIDE, README

    if lock and (README in lock.files or GUIDE in lock.files):
        return README not in lock.files
    present = folder.look(README)
    ours = next(file.content for file in files if file.path == README)
    return present is not None and not (isinstance(present, bytes) and with_unix_line_ends(present) == ours)
