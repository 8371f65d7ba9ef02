"""Stub of aws-actions/configure-aws-credentials: exchanges an OIDC identity for credentials."""

from __future__ import annotations

import json
import os
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config


def main() -> int:
    """Assume the role."""
    if "AWS_ENDPOINT_URL" not in os.environ:
        print("::error::AWS_ENDPOINT_URL is not set: this would go to the real AWS")
        return 1
    if "ACTIONS_ID_TOKEN_REQUEST_URL" not in os.environ:
        print(
            "::error::Could not assume role with OIDC: Credentials could not be loaded. "
            "Did you mean to set the `id-token` permission?"
        )
        return 1
    region, role = os.environ["REGION"], os.environ["ROLE"]
    sts: Any = boto3.client("sts", region_name=region, config=Config(signature_version=UNSIGNED))
    given = sts.assume_role_with_web_identity(
        RoleArn=role,
        RoleSessionName=os.environ["NAME"],
        DurationSeconds=int(os.environ["SECONDS_WANTED"]),
        WebIdentityToken=identity(),
    )["Credentials"]
    values = {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "EMULATOR_ROLE": role,  # for stand-ins, which do not ask AWS
    }
    for value in list(values.values())[:3]:
        print(f"::add-mask::{value}")
    append("GITHUB_ENV", values)
    append("GITHUB_OUTPUT", {"aws-account-id": role.split(":")[4]})
    return 0


def identity() -> str:
    """Request the OIDC identity of the job."""
    audience = urllib.parse.quote(os.environ["AUDIENCE"])
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{os.environ['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={audience}",
        headers={"Authorization": f"bearer {os.environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return str(json.load(answer)["value"])


def append(file: str, values: dict[str, str]) -> None:
    """Append lines to one of the runner's files."""
    with Path(os.environ[file]).open("a") as opened:
        opened.writelines(f"{name}={value}\n" for name, value in values.items())


if __name__ == "__main__":
    raise SystemExit(main())
