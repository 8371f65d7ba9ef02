"""Files for people are written aside and moved: a full disk leaves the older good file, and is no wrong usage."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundctl.adapters.local.output_folder import OutputFolder, write_text
from groundctl.errors import ExternalError, UsageError
from groundctl.exit_codes import ExitCode


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Have the kernel refuse the end of every file of more than 100 KB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_the_older_plan_and_is_an_external_failure(full_disk: None, tmp_path: Path) -> None:  # noqa: ARG001 - a fixture
    file = tmp_path / "plan.json"
    file.write_text("the older plan")

    with pytest.raises(ExternalError, match=r"plan\.json cannot be written") as raised:
        write_text(file, "x" * 1_000_000)

    assert raised.value.exit_code == ExitCode.EXTERNAL_FAILURE
    assert file.read_text() == "the older plan"
    assert list(tmp_path.iterdir()) == [file]


def test_results_are_replaced_together_or_not_at_all(full_disk: None, tmp_path: Path) -> None:  # noqa: ARG001 - a fixture
    OutputFolder(tmp_path).write({"a.csv": ["old"], "b.csv": ["old"]})

    with pytest.raises(ExternalError, match="an older file stays"):
        OutputFolder(tmp_path).write({"a.csv": ["new"], "b.csv": ["x" * 1_000] * 1_000})

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"a.csv": "old", "b.csv": "old"}


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), ValueError("another fault")])
def test_a_fault_in_the_middle_leaves_no_part_of_a_file(tmp_path: Path, fault: Exception) -> None:
    def parts() -> Iterator[str]:
        yield "some"
        raise fault

    (tmp_path / "a.csv").write_text("old")

    with pytest.raises((ExternalError, ValueError)):
        OutputFolder(tmp_path).write({"a.csv": parts()})

    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def test_a_folder_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_text(tmp_path / "none" / "plan.json", "{}")
    with pytest.raises(UsageError):
        write_text(tmp_path, "{}")


def test_a_link_stays_a_link_and_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "plan.json", tmp_path / "link.json"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)

    write_text(link, "{}")

    assert link.is_symlink()
    assert file.read_text() == "{}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_what_is_no_file_is_written_to_as_it_is() -> None:
    reader, writer = os.pipe()

    write_text(Path(f"/dev/fd/{writer}"), "{}")

    assert os.read(reader, 10) == b"{}\n"
    write_text(Path(os.devnull), "{}")
    with pytest.raises(ExternalError):
        write_text(Path("/dev/full"), "{}")
