"""The settings that `groundctl init` writes: Terraform reads every text as it was given, and would not format the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundctl.cli.set_up.rendering import render
from groundctl.domain.adoption.repository.answer_faults import faults_of
from support.fake_set_up_folder import FakeSetUpFolder
from terraform.infrastructure import run_terraform
from unit.test_init_answers import ONE, SCHEMA, changed

ARN = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/"
KEY = "arn:aws:kms:us-east-1:111122223333:key/a"
# What HCL could take for a template, an escape, or a comment.
ODD = ("${x}", "$${x}", "$$${x}", "%{if}", "%%{", "a\\", '"', "\\u0041", "# // /*", "<<EOT\nx\nEOT", "\t", "é 日 😀")
TEAMS = {f"t{number}": {"members": ["ann@example.com"], "description": text} for number, text in enumerate(ODD)}
KEYS = {"s3://acme-clips/${x}/": {"kms_key_arn": KEY}, "s3://acme-clips/": {}, "s3://other-clips/": {}}
EXISTING = {"a": {"arn": f"{ARN}a"}, "long-name": {"existing": "x"}, "bb": {"arn": f"{ARN}${{b}}"}}
MANY = changed(changed(ONE, "clips", to=KEYS), "teams", to=TEAMS | EXISTING)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    assert faults_of(MANY, SCHEMA) == ()
    files = {file.path: file.content for file in render(FakeSetUpFolder(), MANY, None)}
    (tmp_path / "a.tfvars").write_bytes(files["terraform/environments/production.us-east-1.tfvars"])
    return tmp_path


def test_no_file_would_be_formatted(settings: Path) -> None:
    assert run_terraform(settings, "fmt", "-check", "-diff", ".").stdout == ""


def test_each_text_is_read_as_it_was_given(settings: Path) -> None:
    code = "".join(f'variable "{name}" {{ type = any }}\n' for name in ("teams", "existing_teams", "data"))
    (settings / "main.tf").write_text(f'{code}output "all" {{ value = [var.teams, var.existing_teams, var.data] }}\n')

    applied = run_terraform(settings, "apply", "-auto-approve", "-var-file=a.tfvars")
    teams, existing, data = json.loads(run_terraform(settings, "output", "-json", "all").stdout)

    assert applied.returncode == 0, applied.stderr
    assert [team["description"] for team in teams.values()] == [TEAMS[name]["description"] for name in teams]
    assert existing == {"a": {"arn": f"{ARN}a"}, "bb": {"arn": f"{ARN}${{b}}"}, "long-name": {"name": "x"}}
    assert data["existing_input_buckets"]["acme-clips"] == {"prefixes": ["${x}/", ""], "kms_key_arn": KEY}
