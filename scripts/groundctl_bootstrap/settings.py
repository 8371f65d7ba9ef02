"""Reads an environment's two files: where its state is stored, and for which account and Region."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundctl.domain.adoption.tfvars import Unreadable, read_tfvars

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class UnfitSettingsError(Exception):
    """The files are missing or incomplete; the message shows what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the state is stored, and the account that owns it."""

    environment: str
    bucket: str
    key: str
    region: str
    kms_key_id: str | None
    account_id: str | None
    """None: the settings are for any account."""
    makes_provider: bool = False
    """Whether Terraform will create GitHub's OIDC provider: there is github, without an existing one's ARN."""


def read_settings(folder: Path, environment: str) -> Settings:
    """Read ENVIRONMENT.s3.tfbackend and ENVIRONMENT.tfvars."""
    backend, variables = (_read(folder / f"{environment}.{kind}") for kind in ("s3.tfbackend", "tfvars"))
    bucket, key, region, kms_key_id = (_text(backend, name) for name in ("bucket", "key", "region", "kms_key_id"))
    github = variables.get("github")
    missing = [name for name, value in (("bucket", bucket), ("key", key), ("region", region)) if not value]
    if not bucket or not key or not region:
        raise UnfitSettingsError(f'{environment}.s3.tfbackend lacks {", ".join(missing)}: write {missing[0]} = "..."')
    if not _BUCKET.fullmatch(bucket):
        raise UnfitSettingsError(
            f"{environment}.s3.tfbackend: {bucket} is not a valid bucket name, such as acme-groundctl-state"
        )
    return Settings(
        environment=environment,
        bucket=bucket,
        key=key,
        region=region,
        kms_key_id=kms_key_id,
        account_id=_text(variables, "account_id"),
        makes_provider=isinstance(github, dict) and not github.get("provider_arn"),
    )


def _text(settings: Mapping[str, Any], name: str) -> str | None:
    """Return a setting as text: Terraform takes a number for one as well."""
    value = settings.get(name)
    return None if value is None or isinstance(value, dict | list | bool) else str(value)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        read = read_tfvars(file.read_bytes())
    except FileNotFoundError:
        environments = sorted(path.name.removesuffix(".s3.tfbackend") for path in file.parent.glob("*.s3.tfbackend"))
        raise UnfitSettingsError(
            f"{file} does not exist. `groundctl init` writes it, or choose another ENVIRONMENT: "
            f"{', '.join(environments) or 'there is none yet'}"
        ) from None
    except OSError as error:
        raise UnfitSettingsError(f"{file} cannot be read: {error.strerror}. Check it and its permissions.") from error
    if isinstance(read, Unreadable):
        raise UnfitSettingsError(f"{file} cannot be read: {read.why}. Correct it: Terraform would not read it either.")
    return read
