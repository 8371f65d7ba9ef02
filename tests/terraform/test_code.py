"""The Terraform code: valid, formatted, and passing its own tests."""

from collections.abc import Iterator, Mapping

import pytest

from groundctl.adapters.terraform.stack import Stack
from support.terraform.kept_provider import kept_provider
from terraform.infrastructure import QUIET, SOURCE, run_terraform

pytestmark = [
    pytest.mark.xdist_group("terraform-code"),
    QUIET,
]


@pytest.fixture(scope="module")
def attached(code: Stack) -> Iterator[Mapping[str, str]]:
    """A provider that keeps running: `terraform test` would start one for each of its runs, and take five times as long."""
    with kept_provider(code.folder, {}) as environment:
        yield environment


def test_the_code_is_valid(code: Stack, attached: Mapping[str, str]) -> None:
    assert Stack(code.folder, environment=attached).validate() == ()


def test_the_code_is_formatted(code: Stack) -> None:
    result = run_terraform(code.folder, "fmt", "-check", "-recursive", "-diff", ".")

    assert result.returncode == 0, result.stdout


def test_every_module_has_a_file_of_tests() -> None:
    modules = {folder.name.replace("-", "_") for folder in (SOURCE / "modules").iterdir()}
    tests = {file.name.removesuffix(".tftest.hcl") for file in SOURCE.glob("tests/*.tftest.hcl")}

    assert tests == modules | {"root"}


def test_the_code_passes_its_own_tests(code: Stack, attached: Mapping[str, str]) -> None:
    result = run_terraform(code.folder, "test", "-no-color", **attached)

    assert result.returncode == 0, result.stdout + result.stderr


def test_no_setting_in_the_code_is_for_tests_only() -> None:
    text = "".join(file.read_text() for file in SOURCE.rglob("*.tf"))

    for setting in ("endpoints", "skip_credentials_validation", "s3_use_path_style", "access_key"):
        assert setting not in text
