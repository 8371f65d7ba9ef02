"""The first step in an account: the bucket for Terraform's state, created on the simulator as an administrator does it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from groundctl_bootstrap.__main__ import main
from groundctl_bootstrap.settings import UnfitSettingsError, read_settings
from support.aws.client import aws_client
from terraform.infrastructure import CHECKOUT, SOURCE, run_terraform

pytestmark = pytest.mark.xdist_group("applied-terraform")

ACCOUNT = "123456789012"  # the simulator's
NUMBERS = count(1)


class RunResult(NamedTuple):
    """The outcome of a run."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Bootstrap:
    """Settings in a folder, their simulated AWS, and scripted answers."""

    settings: Path
    bucket: str
    aws: Mapping[str, str]
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str, answer: str = "") -> RunResult:
        self.patch.setattr(sys, "stdin", io.StringIO(answer))
        code = main(["dev.eu-west-1", f"--settings={self.settings}", *arguments])
        return RunResult(code, *self.capture.readouterr())

    def write(self, *, bucket: str | None = None, account_id: str = ACCOUNT, more: str = "") -> None:
        text = f'bucket = "{bucket or self.bucket}"\nkey = "dev.tfstate"\nregion = "eu-west-1"\n{more}'
        (self.settings / "dev.eu-west-1.s3.tfbackend").write_text(text)
        (self.settings / "dev.eu-west-1.tfvars").write_text(f'environment = "dev"\naccount_id  = "{account_id}"\n')

    @property
    def s3(self) -> Any:
        return self.client("s3")

    def client(self, service: str, *, region: str = "eu-west-1") -> Any:
        return aws_client(service, self.aws["AWS_ENDPOINT_URL"], region)

    def has_bucket(self) -> bool:
        return self.bucket in {bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]}


@pytest.fixture
def bootstrap(
    tmp_path: Path,
    simulated_aws: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Bootstrap]:
    bucket = f"acme-state-{next(NUMBERS)}"
    made = Bootstrap(settings=tmp_path, bucket=bucket, aws=simulated_aws, patch=monkeypatch, capture=capsys)
    for name, value in simulated_aws.items():
        monkeypatch.setenv(name, value)
    made.write()
    yield made
    if made.has_bucket():  # the stack that is applied at the same time counts all buckets
        for version in made.s3.list_object_versions(Bucket=made.bucket).get("Versions", []):
            made.s3.delete_object(Bucket=made.bucket, Key=version["Key"], VersionId=version["VersionId"])
        for version in made.s3.list_object_versions(Bucket=made.bucket).get("DeleteMarkers", []):
            made.s3.delete_object(Bucket=made.bucket, Key=version["Key"], VersionId=version["VersionId"])
        made.s3.delete_bucket(Bucket=made.bucket)


def test_it_lists_its_steps_and_does_nothing_without_confirmation(bootstrap: Bootstrap) -> None:
    result = bootstrap.run(answer="y\n")

    assert result.code == 1
    assert result.out == (
        f"State of dev.eu-west-1: s3://{bootstrap.bucket}/dev.tfstate, account {ACCOUNT} at {bootstrap.aws['AWS_ENDPOINT_URL']}\n"
        "Planned changes:\n"
        f"  - create the bucket {bootstrap.bucket} in eu-west-1\n"
        "  - keep old versions of the state\n"
        "  - encrypt it with a key that S3 manages\n"
        "  - block public access\n"
        "  - disable access lists: the account owns every object\n"
        "  - deny requests without TLS 1.2 or newer\n"
        "  - delete versions 90 days after they were overwritten\n"
        'Continue? Only "yes" is accepted: Nothing was changed.\n'
    )
    assert not bootstrap.has_bucket()


def test_without_a_terminal_nothing_is_done(bootstrap: Bootstrap) -> None:
    assert bootstrap.run().code == 1
    assert not bootstrap.has_bucket()


def test_the_bucket_suits_a_state_and_the_output_names_the_first_apply(bootstrap: Bootstrap) -> None:
    result = bootstrap.run(answer="yes\n")

    s3, bucket = bootstrap.s3, {"Bucket": bootstrap.bucket}
    assert result.code == 0, result.err
    assert "terraform init -backend-config=environments/dev.eu-west-1.s3.tfbackend" in result.out
    assert s3.get_bucket_location(**bucket)["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_ownership_controls(**bucket)["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerEnforced"}
    ]
    statements = json.loads(s3.get_bucket_policy(**bucket)["Policy"])["Statement"]
    assert [(statement["Effect"], statement["Resource"], statement["Condition"]) for statement in statements] == [
        ("Deny", [f"arn:aws:s3:::{bootstrap.bucket}", f"arn:aws:s3:::{bootstrap.bucket}/*"], condition)
        for condition in ({"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": "1.2"}})
    ]
    [rule] = s3.get_bucket_lifecycle_configuration(**bucket)["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert "Expiration" not in rule


def test_make_passes_the_environment() -> None:
    output = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "bootstrap", "ENVIRONMENT=dev.eu-west-1"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    which = subprocess.run(
        ["make", "--no-print-directory", "--old-file=.venv/.ready", "bootstrap"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert output.splitlines()[-1] == 'PYTHONPATH=scripts .venv/bin/python -m groundctl_bootstrap "dev.eu-west-1"'
    assert which.returncode == 2
    assert which.stderr.startswith("Which one? make bootstrap ENVIRONMENT=production.us-east-1\n")


def test_a_second_run_has_nothing_to_do(bootstrap: Bootstrap) -> None:
    bootstrap.run("--yes")

    again = bootstrap.run()

    assert again.code == 0
    assert "nothing to do" in again.out
    assert "This will be done" not in again.out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s3, bucket: s3.delete_public_access_block(Bucket=bucket), "block public access"),
        (lambda s3, bucket: s3.delete_bucket_policy(Bucket=bucket), "deny requests without TLS 1.2 or newer"),
        (
            lambda s3, bucket: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}),
            "keep old versions of the state",
        ),
        (lambda s3, bucket: s3.delete_bucket_ownership_controls(Bucket=bucket), "disable access lists"),
        (lambda s3, bucket: s3.delete_bucket_lifecycle(Bucket=bucket), "delete versions 90 days"),
    ],
    ids=["public", "plain HTTP", "versions", "ownership", "lifecycle"],
)
def test_a_second_run_restores_only_what_was_changed(
    bootstrap: Bootstrap, change: Callable[[Any, str], object], words: str
) -> None:
    bootstrap.run("--yes")
    change(bootstrap.s3, bootstrap.bucket)

    output = bootstrap.run("--yes").out
    steps = [line for line in output.splitlines() if line.startswith("  - ")]

    assert len(steps) == 1
    assert words in steps[0]
    assert "nothing to do" in bootstrap.run().out


def test_policy_statements_of_other_authors_stay(bootstrap: Bootstrap) -> None:
    theirs = {
        "Sid": "Auditors",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bootstrap.bucket}",
    }
    bootstrap.s3.create_bucket(Bucket=bootstrap.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    policy = json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
    bootstrap.s3.put_bucket_policy(Bucket=bootstrap.bucket, Policy=policy)

    bootstrap.run("--yes")

    statements = json.loads(bootstrap.s3.get_bucket_policy(Bucket=bootstrap.bucket)["Policy"])["Statement"]
    assert statements[0] == theirs
    assert len(statements) == 3


def test_a_customer_managed_key_encrypts_the_state(bootstrap: Bootstrap) -> None:
    key = bootstrap.client("kms").create_key()["KeyMetadata"]["Arn"]
    bootstrap.write(more=f'kms_key_id = "{key}"\n')

    bootstrap.run("--yes")

    [rule] = bootstrap.s3.get_bucket_encryption(Bucket=bootstrap.bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert "nothing to do" in bootstrap.run().out


GITHUB = 'github = {\n  repository = "acme/labeling"\n}\n'
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


def test_an_oidc_provider_that_the_first_apply_would_collide_with_is_named_with_the_line_to_add(
    bootstrap: Bootstrap,
) -> None:
    file = bootstrap.settings / "dev.eu-west-1.tfvars"
    file.write_text(file.read_text() + GITHUB)
    iam = bootstrap.client("iam")
    before = bootstrap.run("--yes").out
    iam.create_open_id_connect_provider(Url="https://token.actions.githubusercontent.com", ClientIDList=["x"])
    try:
        after = bootstrap.run("--yes").out
        file.write_text(file.read_text().replace("{\n", f'{{\n  provider_arn = "{PROVIDER}"\n'))
        settled = bootstrap.run("--yes").out
    finally:
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)

    assert "OIDC" not in before + settled
    assert (
        "This account already has GitHub's OIDC provider, and it can have only one. To use it, add this line to github in "
        f'dev.eu-west-1.tfvars:\n\n    provider_arn = "{PROVIDER}"\n\nNext, run the first apply'
    ) in after


def test_credentials_of_another_account_are_refused_before_anything_is_created(bootstrap: Bootstrap) -> None:
    bootstrap.write(account_id="444455556666")

    result = bootstrap.run("--yes")

    assert result.code == 2
    assert result.err == (
        f"dev.eu-west-1.tfvars is for account 444455556666, but the credentials are for {ACCOUNT}. "
        "Use credentials of that account (AWS_PROFILE), or choose another ENVIRONMENT.\n"
    )
    assert not bootstrap.has_bucket()


def test_a_bucket_in_another_region_is_refused(bootstrap: Bootstrap) -> None:
    elsewhere = bootstrap.client("s3", region="eu-central-1")
    elsewhere.create_bucket(Bucket=bootstrap.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    result = bootstrap.run("--yes")

    assert result.code == 2
    assert f"The bucket {bootstrap.bucket} is in eu-central-1" in result.err


def test_a_missing_answer_from_aws_is_reported(bootstrap: Bootstrap) -> None:
    bootstrap.patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    result = bootstrap.run("--yes")
    bootstrap.patch.setenv("AWS_ENDPOINT_URL", bootstrap.aws["AWS_ENDPOINT_URL"])

    assert result.code == 3
    assert result.err.startswith("AWS is unavailable: Could not connect to the endpoint URL")
    assert "hint: " in result.err


def test_terraform_keeps_its_state_and_its_lock_there(bootstrap: Bootstrap, tmp_path: Path) -> None:
    bootstrap.run("--yes")
    code = tmp_path / "code"
    code.mkdir()
    backend = SOURCE.joinpath("versions.tf").read_text().partition("  backend")[2]
    (code / "main.tf").write_text(
        f'terraform {{\n  backend{backend}\nresource "terraform_data" "one" {{\n  input = "kept"\n}}\n'
    )

    for command in (
        ["init", f"-backend-config={bootstrap.settings}/dev.eu-west-1.s3.tfbackend"],
        ["apply", "-auto-approve"],
    ):
        done = run_terraform(code, *command, "-input=false", "-no-color", **bootstrap.aws)
        assert done.returncode == 0, done.stderr

    state = json.loads(bootstrap.s3.get_object(Bucket=bootstrap.bucket, Key="dev.tfstate")["Body"].read())
    assert state["resources"][0]["type"] == "terraform_data"
    locks = [
        version["Key"] for version in bootstrap.s3.list_object_versions(Bucket=bootstrap.bucket).get("Versions", [])
    ]
    assert "dev.tfstate.tflock" in locks  # it was held while the apply ran


def test_a_missing_file_is_named_with_the_existing_ones(tmp_path: Path) -> None:
    (tmp_path / "production.s3.tfbackend").write_text("")

    with pytest.raises(
        UnfitSettingsError, match=r"prod\.s3\.tfbackend does not exist.*another ENVIRONMENT: production$"
    ):
        read_settings(tmp_path, "prod")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('key = "k"\nregion = "us-east-1"\n', r'lacks bucket: write bucket = "\.\.\."'),
        ('bucket = "s3://acme"\nkey = "k"\nregion = "us-east-1"\n', "s3://acme is not a valid bucket name"),
        ('bucket = "acme-state"\nx = {\n  key = "nested"\n}\n# region = "off"\n', "lacks key, region"),
        ('bucket = "a"\nbucket = "b"\n', "bucket is set twice"),
        ("bucket = var.bucket\n", "line 1 is not a setting of Terraform"),
        ('{"bucket": "acme-state"}', "cannot be read: line 1"),
        ("\x00", "cannot be read: line 1"),
    ],
)
def test_invalid_settings_are_reported_with_a_valid_value(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.s3.tfbackend").write_text(text)
    (tmp_path / "a.tfvars").write_text("")

    with pytest.raises(UnfitSettingsError, match=message):
        read_settings(tmp_path, "a")


@pytest.mark.parametrize(
    "text",
    [
        '\ufeffaccount_id = "123456789012"\n',
        '  account_id = "123456789012" # ours\r\n',
        '/*\naccount_id = "999999999999"\n*/\naccount_id = "123456789012"\n',
        "account_id = 123456789012\n",
    ],
)
def test_the_account_is_known_however_the_file_is_written(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.s3.tfbackend").write_text('bucket = "acme-state"\nkey = "k"\nregion = "us-east-1"\n')
    (tmp_path / "a.tfvars").write_text(text)

    assert read_settings(tmp_path, "a").account_id == "123456789012"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.s3.tfbackend").mkdir()

    with pytest.raises(UnfitSettingsError, match=r"a\.s3\.tfbackend cannot be read: Is a directory"):
        read_settings(tmp_path, "a")
    with pytest.raises(UnfitSettingsError, match="File name too long"):
        read_settings(tmp_path, "x" * 300)


def test_a_policy_of_one_statement_keeps_it(bootstrap: Bootstrap) -> None:
    bootstrap.run(answer="yes\n")
    own = {
        "Sid": "Own",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteBucket",
        "Resource": f"arn:aws:s3:::{bootstrap.bucket}",
    }
    bootstrap.s3.put_bucket_policy(
        Bucket=bootstrap.bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": own})
    )

    result = bootstrap.run(answer="yes\n")

    kept = json.loads(bootstrap.s3.get_bucket_policy(Bucket=bootstrap.bucket)["Policy"])["Statement"]
    assert (result.code, own in kept, len(kept)) == (0, True, 3), result


def test_an_address_of_aws_that_is_none_is_named(bootstrap: Bootstrap) -> None:
    bootstrap.patch.setenv("AWS_ENDPOINT_URL", "garbage")

    result = bootstrap.run()

    assert (result.code, "AWS_ENDPOINT_URL is garbage" in result.err) == (2, True), result
