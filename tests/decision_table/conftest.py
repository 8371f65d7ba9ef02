"""What the decision table needs: a fresh stage for each row."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from decision_table.by_commands import CommandStage
from decision_table.by_workflows import (
    WorkflowStage,
    needed_files,
    settings_of_machine,
    settings_of_repository,
    stand_in_for_terraform,
)
from decision_table.rows import Row
from decision_table.stage import CLIPS, POLICY, policy
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Runner
from github_emulator.runner.repository import Repository
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import an_infrastructure


@pytest.fixture
def infrastructure(tmp_path: Path, simulator: Simulator, emulator: GitHubEmulator) -> Path:
    """Build the account, and give the file that describes it."""
    prerequisites.build(an_infrastructure(), clips=CLIPS)
    emulator.use_clock(lambda: simulator.clock.now())
    file = tmp_path / "infrastructure.json"
    file.write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    return file


@pytest.fixture
def own_files(request: pytest.FixtureRequest) -> Mapping[str, str | bytes | None]:
    """Give the files with which the repository of a row begins; a story has none."""
    row: Row | None = request.getfixturevalue("row") if "row" in request.fixturenames else None
    return row.files if row else {}


@pytest.fixture
def command_stage(
    own_files: Mapping[str, str | bytes | None],
    tmp_path: Path,
    infrastructure: Path,
    simulator: Simulator,
    emulator: GitHubEmulator,
) -> CommandStage:
    """Give a stage without workflow files."""
    files = {POLICY: policy(), ".gitignore": ".build/\nproposed/\n", **own_files}
    return CommandStage(
        emulator=emulator,
        simulator=simulator,
        repository=Repository.of(emulator, tmp_path / "repository", files),
        folder=tmp_path,
        infrastructure=infrastructure,
    )


@pytest.fixture
def workflow_stage(
    own_files: Mapping[str, str | bytes | None],
    tmp_path: Path,
    infrastructure: Path,
    simulator: Simulator,
    emulator: GitHubEmulator,
    monkeypatch: pytest.MonkeyPatch,
) -> WorkflowStage:
    """Give a stage with the real workflow files."""
    stand_in_for_terraform(tmp_path / "terraform")
    monkeypatch.setenv("PATH", f"{tmp_path / 'terraform'}{os.pathsep}{os.environ['PATH']}")
    files = {**needed_files(), POLICY: policy(), ".gitignore": ".build/\n.venv/\n__pycache__/\n", **own_files}
    repository = Repository.of(emulator, tmp_path / "repository", files)
    runner = Runner(
        emulator=emulator,
        repository=repository,
        switched_off=frozenset({"ci.yml"}),
        variables=settings_of_repository(),
        environment=settings_of_machine(str(simulator.url), infrastructure),
    )
    return WorkflowStage(
        emulator=emulator, simulator=simulator, repository=repository, runner=runner, terraform=tmp_path / "terraform"
    )
