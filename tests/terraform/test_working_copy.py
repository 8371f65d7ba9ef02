"""A copy of the Terraform code that keeps its own state."""

from pathlib import Path

import pytest

from groundctl.adapters.terraform.working_copy import LOCAL_STATE, make_working_copy
from groundctl.errors import ExternalError


def some_code(folder: Path) -> Path:
    """Write a small stack with the files that personal runs leave behind."""
    for name in ("main.tf", "modules/one/main.tf", ".terraform.lock.hcl", "environments/demo.tfvars"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    for name in ("terraform.tfstate", "terraform.tfstate.backup", "terraform.tfvars", "my.auto.tfvars", LOCAL_STATE):
        (folder / name).write_text("personal")
    (folder / ".terraform").mkdir()
    return folder


def files(folder: Path) -> set[str]:
    """List the files below a folder."""
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_a_copy_has_the_code_and_no_personal_files(tmp_path: Path) -> None:
    copy = make_working_copy(some_code(tmp_path / "source"), tmp_path / "copy")

    assert files(copy) == {
        "main.tf",
        "modules/one/main.tf",
        ".terraform.lock.hcl",
        "environments/demo.tfvars",
        LOCAL_STATE,
    }
    assert 'backend "local"' in (copy / LOCAL_STATE).read_text()


def test_copying_again_updates_the_code_and_keeps_the_state(tmp_path: Path) -> None:
    source = some_code(tmp_path / "source")
    copy = make_working_copy(source, tmp_path / "copy")
    (copy / "terraform.tfstate").write_text("ours")
    (source / "main.tf").write_text("new")
    (source / "modules/one/main.tf").unlink()

    make_working_copy(source, copy)

    assert (copy / "terraform.tfstate").read_text() == "ours"
    assert (copy / "main.tf").read_text() == "new"
    assert not (copy / "modules/one/main.tf").exists()


def test_a_folder_with_other_content_is_left_unchanged(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(ExternalError, match="something other than a copy"):
        make_working_copy(some_code(tmp_path / "source"), tmp_path)

    assert (tmp_path / "thesis.txt").exists()


def test_the_code_is_never_copied_onto_itself(tmp_path: Path) -> None:
    source = some_code(tmp_path / "source")

    with pytest.raises(ExternalError, match="something other than a copy"):
        make_working_copy(source, source)

    assert (source / "main.tf").exists()
