"""A team's Terraform root in a rehearsal: our modules come from the package, and code that acts elsewhere is not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundctl.adapters.terraform.rehearsed_root import copy_rehearsed_root, why_not_rehearsed
from groundctl.adapters.terraform.settings import read_environments
from groundctl.adapters.terraform.working_copy import LOCAL_STATE
from terraform.infrastructure import SOURCE


def a_root(tmp_path: Path, code: str) -> Path:
    root = tmp_path / "own"
    root.mkdir()
    (root / "main.tf").write_text(code)
    return root


@pytest.mark.parametrize(
    ("source", "replaced"),
    [
        ("git::https://github.com/groundctl/groundctl.git//terraform?ref=v0.1.0", "./groundctl"),
        (
            "git::https://github.com/groundctl/groundctl.git//terraform/modules/environment?ref=v0.1.0",
            "./groundctl/modules/environment",
        ),
        (
            "git::ssh://git@ghe.acme.example/tools/groundctl-mirror.git//terraform/modules/environment",
            "./groundctl/modules/environment",
        ),
        ("github.com/groundctl/groundctl//terraform/modules/labeling-data?ref=v1", "./groundctl/modules/labeling-data"),
        (
            "git::https://github.com/acme/labeling-tool.git//terraform/modules/environment?ref=v2",
            "./groundctl/modules/environment",
        ),
        (
            "git::https://github.com/acme/other.git//terraform?ref=v2",
            "git::https://github.com/acme/other.git//terraform?ref=v2",
        ),
        ("./modules/ours", "./modules/ours"),
        ("terraform-aws-modules/s3-bucket/aws", "terraform-aws-modules/s3-bucket/aws"),
    ],
)
def test_modules_of_groundctl_come_from_the_package_and_others_stay(tmp_path: Path, source: str, replaced: str) -> None:
    root = a_root(tmp_path, f'module "a" {{\n  source = "{source}"\n}}\n')

    copy = copy_rehearsed_root(root, tmp_path / "copy", ours=SOURCE)

    assert f'source = "{replaced}"' in (copy / "main.tf").read_text()
    assert (copy / LOCAL_STATE).is_file()
    assert (copy / ".terraform.lock.hcl").is_file()
    assert (copy / "groundctl/modules/environment").is_dir() is (source != replaced)
    assert (root / "main.tf").read_text() == f'module "a" {{\n  source = "{source}"\n}}\n'


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ('resource "github_repository" "a" {}', "uses the provider github"),
        ('data "external" "a" {\n  program = ["sh"]\n}', "uses the provider external"),
        ('data "http" "a" {}', "uses the provider http"),
        ('provider "datadog" {}', "uses the provider datadog"),
        ("/* a */ resource github_repository a {\n}", "uses the provider github"),
        ('resource "null_resource" "a" {\n  provisioner "local-exec" {}\n}', "runs programs of this machine"),
        ('data"external""a"{\n  program = ["sh"]\n}', "uses the provider external"),
        ('data /* { */ "external" # {\n "a" // {\n {}', "uses the provider external"),
        ('provider"datadog"{}', "uses the provider datadog"),
        ('resource "null_resource" "a" {\n  provisioner"local-exec"{}\n}', "runs programs of this machine"),
        (
            'resource "null_resource" "a" {\n  provisioner /**/ "local-exec" /* x */ {}\n}',
            "runs programs of this machine",
        ),
        (
            'provider "aws" {\n  endpoints {\n    s3 = "https://s3.amazonaws.com"\n  }\n}',
            "sets addresses of AWS itself",
        ),
    ],
)
def test_code_that_acts_elsewhere_is_not_rehearsed(tmp_path: Path, code: str, why: str) -> None:
    (tmp_path / ".terraform/modules/a").mkdir(parents=True)
    (tmp_path / ".terraform/modules/a/main.tf").write_text(code)

    assert why in (why_not_rehearsed(tmp_path) or "")


def test_code_in_json_is_not_rehearsed(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text("{}")

    assert why_not_rehearsed(tmp_path) == "main.tf.json is written in JSON, which is not checked before it runs"


def test_our_own_code_is_rehearsed(tmp_path: Path) -> None:
    copy = copy_rehearsed_root(SOURCE, tmp_path / "copy", ours=SOURCE)

    assert why_not_rehearsed(copy) is None


def test_a_file_that_is_not_utf8_is_left_to_terraform(tmp_path: Path) -> None:
    root = a_root(tmp_path, "")
    (root / "main.tf").write_bytes(b"# \xff\n")
    (tmp_path / "a.tfvars").write_bytes(b"")
    (tmp_path / "a.s3.tfbackend").write_bytes(b'# \xff\nregion = "eu-west-1"\n')

    copy = copy_rehearsed_root(root, tmp_path / "copy", ours=SOURCE)
    [environment] = read_environments(tmp_path, tmp_path / "scratch")

    assert (copy / "main.tf").read_bytes() == b"# \xff\n"
    assert environment.state_region == "eu-west-1"


def test_settings_are_read_as_terraform_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "production.eu-west-1.tfvars").write_text(
        'account_id = "111122223333"\nteams = { a = { description = "A \\"team\\"" } } # comment\nsomething_else = 3\n'
    )
    (folder / "production.eu-west-1.s3.tfbackend").write_text('bucket = "state"\nregion = "eu-west-1"\n')
    (folder / "staging.tfvars").write_text("")

    production, staging = read_environments(folder, tmp_path / "scratch")

    assert (production.name, production.state_region) == ("production.eu-west-1", "eu-west-1")
    assert production.settings["account_id"] == "111122223333"
    assert production.settings["teams"] == {"a": {"description": 'A "team"'}}
    assert (staging.name, staging.state_region, staging.settings["account_id"]) == ("staging", None, None)
