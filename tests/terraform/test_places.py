"""Where groundctl finds Terraform's provider and Terraform itself."""

from pathlib import Path

import pytest

from groundctl.adapters.terraform.installation import PROVIDER, find_mirror, given_mirror
from groundctl.adapters.terraform.stack import find_terraform
from groundctl.errors import ExternalError


def a_mirror(folder: Path) -> Path:
    """Create a folder that looks like a provider mirror."""
    (folder / PROVIDER).mkdir(parents=True)
    return folder


def an_environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows only folders below tmp_path."""
    return {
        "HOME": str(tmp_path / "home"),
        "XDG_DATA_DIRS": str(tmp_path / "share"),
        "PATH": str(tmp_path / "bin"),
    } | more


def a_terraform(folder: Path, version: str) -> Path:
    """Create a program that only prints its version."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "terraform"
    program.write_text(f'#!/bin/sh\necho \'{{"terraform_version": "{version}"}}\'\n')
    program.chmod(0o755)
    return program


def test_a_named_mirror_comes_first(tmp_path: Path) -> None:
    named = a_mirror(tmp_path / "named")
    a_mirror(tmp_path / "home/.terraform.d/plugins")

    environment = an_environment(tmp_path, GROUNDCTL_TERRAFORM_MIRROR=str(named))

    assert find_mirror(environment, add_on_folders=()) == named
    assert given_mirror(environment) == named


def test_no_mirror_is_named_by_default(tmp_path: Path) -> None:
    assert given_mirror(an_environment(tmp_path)) is None
    assert given_mirror(an_environment(tmp_path, GROUNDCTL_TERRAFORM_MIRROR="")) is None


def test_a_named_folder_without_the_provider_is_an_error(tmp_path: Path) -> None:
    environment = an_environment(tmp_path, GROUNDCTL_TERRAFORM_MIRROR=str(tmp_path))

    with pytest.raises(ExternalError, match=r"has no registry\.terraform\.io/hashicorp/aws in it"):
        find_mirror(environment, add_on_folders=())


@pytest.mark.parametrize(
    ("folder", "more"),
    [
        ("home/.terraform.d/plugins", {}),
        ("home/.local/share/terraform/plugins", {}),
        ("own/terraform/plugins", {"XDG_DATA_HOME": "own"}),
        ("share/terraform/plugins", {}),
    ],
)
def test_terraforms_own_folders_are_searched(tmp_path: Path, folder: str, more: dict[str, str]) -> None:
    mirror = a_mirror(tmp_path / folder)

    environment = an_environment(tmp_path, **{name: str(tmp_path / value) for name, value in more.items()})

    assert find_mirror(environment, add_on_folders=()) == mirror


@pytest.mark.parametrize("depth", ["", "plugins", "vendor/plugins"])
def test_add_on_folders_are_searched_two_levels_deep(tmp_path: Path, depth: str) -> None:
    mirror = a_mirror(tmp_path / "add-on" / depth)

    assert find_mirror(an_environment(tmp_path), add_on_folders=[tmp_path / "missing", tmp_path / "add-on"]) == mirror


def test_add_on_folders_are_not_searched_deeper(tmp_path: Path) -> None:
    a_mirror(tmp_path / "add-on/one/two/three")

    assert find_mirror(an_environment(tmp_path), add_on_folders=[tmp_path / "add-on"]) is None


def test_a_terraform_on_the_path_is_used(tmp_path: Path) -> None:
    program = a_terraform(tmp_path / "bin", "1.10.0")

    assert find_terraform(an_environment(tmp_path), bundled=None) == str(program)


def test_a_named_terraform_is_used_whatever_its_version(tmp_path: Path) -> None:
    a_terraform(tmp_path / "bin", "1.11.4")
    named = a_terraform(tmp_path / "named", "0.12.0")

    assert find_terraform(an_environment(tmp_path, GROUNDCTL_TERRAFORM=str(named)), bundled=None) == str(named)


def test_a_named_terraform_that_cannot_run_is_an_error(tmp_path: Path) -> None:
    a_terraform(tmp_path / "bin", "1.11.4")

    with pytest.raises(ExternalError, match="cannot be run"):
        find_terraform(an_environment(tmp_path, GROUNDCTL_TERRAFORM="/nowhere/terraform"), bundled=None)


def test_our_own_terraform_replaces_one_that_is_too_old(tmp_path: Path) -> None:
    a_terraform(tmp_path / "bin", "1.9.8")
    bundled = a_terraform(tmp_path / "venv", "1.11.4")

    assert find_terraform(an_environment(tmp_path), bundled=bundled) == str(bundled)


def test_without_any_terraform_the_hint_shows_how_to_install_one(tmp_path: Path) -> None:
    with pytest.raises(ExternalError, match=r"no Terraform 1\.10 or newer") as caught:
        find_terraform(an_environment(tmp_path), bundled=None)

    assert "make setup" in caught.value.hint
