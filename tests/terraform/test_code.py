"""The Terraform code itself: sound, formatted, and as its own tests say."""

import os
import subprocess

import pytest

from groundctl.adapters.terraform import Stack, find_terraform
from groundctl.adapters.terraform_places import our_terraform
from terraform.ground import SOURCE

pytestmark = [
    pytest.mark.xdist_group("terraform-code"),
    # python-terraform calls a method of the logging module by its old name.
    pytest.mark.filterwarnings("ignore:The 'warn' method:DeprecationWarning"),
]


def terraform(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the terraform that groundctl would run."""
    command = [find_terraform(os.environ, ours=our_terraform()), *arguments]
    return subprocess.run(command, cwd=stack.folder, capture_output=True, text=True, check=False)


def test_the_code_is_valid(code: Stack) -> None:
    assert code.validate() == ()


def test_the_code_is_formatted(code: Stack) -> None:
    result = terraform(code, "fmt", "-check", "-recursive", "-diff", ".")

    assert result.returncode == 0, result.stdout


def test_every_module_has_a_file_of_tests() -> None:
    modules = {folder.name.replace("-", "_") for folder in (SOURCE / "modules").iterdir()}
    tests = {file.name.removesuffix(".tftest.hcl") for file in SOURCE.glob("tests/*.tftest.hcl")}

    assert tests == modules | {"root"}


def test_the_code_does_what_its_own_tests_say(code: Stack) -> None:
    # All files at once: a terraform for each would start the provider more often, and take half as long again.
    result = terraform(code, "test", "-no-color")

    assert result.returncode == 0, result.stdout + result.stderr


def test_no_setting_in_the_code_is_for_tests_only() -> None:
    text = "".join(file.read_text() for file in SOURCE.rglob("*.tf"))

    for setting in ("endpoints", "skip_credentials_validation", "s3_use_path_style", "access_key"):
        assert setting not in text
