"""What the end-to-end tests share: a team with a fresh repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from end_to_end.organization import Organization
from end_to_end.team import CLIPS, Team
from github_emulator.emulator import GitHubEmulator
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import OPEN_FOLDERS, an_infrastructure


@pytest.fixture
def team(tmp_path: Path, simulator: Simulator, emulator: GitHubEmulator) -> Team:
    prerequisites.build(an_infrastructure(), clips=CLIPS)
    team = Team(folder=tmp_path, simulator=simulator, emulator=emulator)
    emulator.use_clock(lambda: simulator.clock.now())
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    (tmp_path / ".gitignore").write_text(".build/\n")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/policy.yaml").write_text(f"rates: {{platform_fee_usd: 0.08}}\n{OPEN_FOLDERS}")
    team.git("init", "-q", "-b", "main")
    team.git("add", "-A")
    team.git("commit", "-q", "-m", "Begin")
    emulator.serve_git(tmp_path / ".git")
    return team


@pytest.fixture
def organization(tmp_path: Path, simulator: Simulator) -> Organization:
    """An account with eight clips, whose teams share one purchase ledger in a bucket of its own."""
    prerequisites.build(
        an_infrastructure(ledger_bucket="ledger"), clips=tuple(f"rallies/rally-{n:03}.mp4" for n in range(1, 9))
    )
    return Organization(root=tmp_path, simulator=simulator)
