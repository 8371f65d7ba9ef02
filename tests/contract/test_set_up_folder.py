"""The folder that `init` sets up: the fake and the real one agree; the real one leads nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from groundctl.adapters.local.set_up_folder import LocalSetUpFolder
from groundctl.domain.adoption.repository.files import Obstacle
from groundctl.errors import UsageError
from groundctl.setup_ports import SetUpFolder
from support.fake_set_up_folder import FakeSetUpFolder


@pytest.fixture(params=["fake", "real"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> SetUpFolder:
    return FakeSetUpFolder() if request.param == "fake" else LocalSetUpFolder(tmp_path / "new é 'folder'")


def test_what_is_written_is_read_and_listed(folder: SetUpFolder):
    folder.write("jobs/a/b.yaml", b"one\r\n", replace=False)
    folder.write("jobs/policy.yaml", b"", replace=True)

    assert (folder.look("jobs/a/b.yaml"), folder.look("jobs/policy.yaml"), folder.look("jobs/c")) == (
        b"one\r\n",
        b"",
        None,
    )
    assert folder.list_files("jobs") == ("jobs/a/b.yaml", "jobs/policy.yaml")
    assert folder.list_files("terraform") == ()


def test_a_file_that_exists_is_replaced_only_if_asked(folder: SetUpFolder):
    folder.write("README.md", b"yours", replace=False)

    with pytest.raises(UsageError, match=r"README\.md exists by now"):
        folder.write("README.md", b"ours", replace=False)

    assert folder.look("README.md") == b"yours"
    folder.write("README.md", b"ours", replace=True)
    assert folder.look("README.md") == b"ours"


def test_a_removed_file_is_gone_and_removing_it_again_is_no_error(folder: SetUpFolder):
    folder.write("a/b", b"", replace=False)

    folder.remove("a/b")
    folder.remove("a/b")

    assert (folder.look("a/b"), folder.look("a")) == (None, None)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("jobs/policy.yaml", "jobs is a file, and a folder is needed"),
        ("terraform", "terraform is a folder"),
        ("../elsewhere", "is outside this folder"),
        ("/etc/passwd", "is outside this folder"),
    ],
)
def test_what_is_in_the_way_is_named_and_nothing_is_written(folder: SetUpFolder, path: str, reason: str):
    folder.write("jobs", b"", replace=False)
    folder.write("terraform/main.tf", b"", replace=False)

    found = folder.look(path)

    assert isinstance(found, Obstacle)
    assert reason in found.reason
    with pytest.raises(UsageError, match=reason):
        folder.write(path, b"", replace=True)


def link_out(root: Path) -> str:
    (root.parent / "outside").mkdir()
    (root / ".github").symlink_to(root.parent / "outside")
    return ".github/CODEOWNERS"


def link_in(root: Path) -> str:
    (root / "real.md").write_text("")
    (root / "README.md").symlink_to("real.md")
    return "README.md"


def dangling(root: Path) -> str:
    (root / "README.md").symlink_to("nothing")
    return "README.md"


def pipe(root: Path) -> str:
    os.mkfifo(root / "README.md")
    return "README.md"


@pytest.mark.parametrize("make", [link_out, link_in, dangling, pipe])
def test_nothing_is_written_through_a_link_or_into_a_pipe(tmp_path: Path, make: Callable[[Path], str]):
    root = tmp_path / "repository"
    root.mkdir()
    path = make(root)

    found = LocalSetUpFolder(root).look(path)

    assert isinstance(found, Obstacle)
    assert "is a link" in found.reason or "is no regular file" in found.reason


def test_nothing_is_left_beside_a_file_and_its_rights_stay(tmp_path: Path):
    folder = LocalSetUpFolder(tmp_path)
    folder.write("run.sh", b"one", replace=False)
    (tmp_path / "run.sh").chmod(0o755)

    folder.write("run.sh", b"two", replace=True)

    assert [path.name for path in tmp_path.iterdir()] == ["run.sh"]
    assert (tmp_path / "run.sh").stat().st_mode & 0o777 == 0o755


def test_what_a_killed_run_left_is_not_in_the_way_of_one_with_the_same_number(tmp_path: Path):
    folder = LocalSetUpFolder(tmp_path)
    (tmp_path / f"README.md.{os.getpid()}.groundctl-partial").write_bytes(b"half")

    folder.write("README.md", b"whole", replace=False)

    assert folder.look("README.md") == b"whole"


def test_the_nearest_folder_above_is_found_and_not_the_folder_itself(tmp_path: Path):
    for name in ("a/.git", "a/b/c/.git"):
        (tmp_path / name).mkdir(parents=True)

    assert LocalSetUpFolder(tmp_path / "a/b/c").find_above(".git") == str(tmp_path / "a")
    assert LocalSetUpFolder(tmp_path / "a/b/c/new/x").find_above(".git") == str(tmp_path / "a/b/c")
