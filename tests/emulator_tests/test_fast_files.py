"""Files of tests go where they are made quickly, and where programs can be started."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.fast_files import folder_in_memory


def test_a_folder_that_is_not_there_is_not_used(tmp_path: Path) -> None:
    assert folder_in_memory(tmp_path / "none") is None


def test_a_folder_without_room_is_not_used(tmp_path: Path) -> None:
    assert folder_in_memory(tmp_path, room=1 << 60) is None


def test_programs_can_be_started_in_the_folder_that_is_used(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexit 7\n")
    program.chmod(0o755)

    assert subprocess.run([program], check=False).returncode == 7
    assert folder_in_memory(tmp_path, room=1) == str(tmp_path)
