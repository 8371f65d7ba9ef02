"""An offline command does not wait for what only an online one needs. Counted in modules, never in seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.aws import prerequisites
from support.builders import DECLARATIONS, an_infrastructure
from support.imports import HEAVY, modules_imported_by

RALLIES = "jobs/sports-data/rally-outcome-2026-11.yaml"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("validate",),
        ("validate", RALLIES),
        ("validate", "--format", "sarif"),
        ("show", RALLIES, "--as", "plan"),
        ("show", RALLIES, "--as", "request"),
        ("show", RALLIES, "--as", "spec"),
    ],
    ids=" ".join,
)
def test_an_offline_command_imports_nothing_heavy(arguments: tuple[str, ...], tmp_path: Path):
    imported = modules_imported_by(*arguments, cwd=DECLARATIONS.root, report=tmp_path / "modules.json")

    assert imported & {"groundctl"}
    assert not imported & set(HEAVY)


@pytest.mark.parametrize("form", ["page", "comment"])
def test_a_command_that_fills_a_template_imports_the_template_engine_and_nothing_else_heavy(form: str, tmp_path: Path):
    imported = modules_imported_by(
        "show", RALLIES, "--as", form, cwd=DECLARATIONS.root, report=tmp_path / "modules.json"
    )

    assert imported & set(HEAVY) == {"jinja2"}


def test_a_new_declaration_is_written_without_anything_heavy(tmp_path: Path):
    target = tmp_path / "jobs" / "team" / "first-job.yaml"

    imported = modules_imported_by("new", str(target), cwd=tmp_path, report=tmp_path / "modules.json")

    assert target.is_file()
    assert not imported & set(HEAVY)


def test_help_imports_no_parser_and_no_validator(tmp_path: Path):
    imported = modules_imported_by("--help", cwd=DECLARATIONS.root, report=tmp_path / "modules.json")

    assert not imported & {"yaml", "jsonschema", "jsonschema_rs", "dataclasses", "typing", "pathlib"}


def test_good_declarations_are_validated_without_the_reference_implementation(tmp_path: Path):
    imported = modules_imported_by("validate", RALLIES, cwd=DECLARATIONS.root, report=tmp_path / "modules.json")

    # textwrap is for help, and the others are for commands that go online.
    assert not imported & {"jsonschema", "textwrap", "subprocess", "tempfile", "logging", "concurrent", "ssl", "shutil"}


def test_the_spy_sees_what_an_online_command_imports(tmp_path: Path):
    # The mutant: without credentials `status` gets no further than the SDK, but it has imported that by then.
    infrastructure = tmp_path / "infrastructure.json"
    infrastructure.write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())), encoding="utf-8")

    imported = modules_imported_by(
        "status", "--infrastructure", str(infrastructure), cwd=DECLARATIONS.root, report=tmp_path / "modules.json"
    )

    assert imported >= {"boto3", "botocore", "urllib3"}
