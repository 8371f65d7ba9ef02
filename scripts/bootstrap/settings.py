"""What an environment's two files say about where its state lies, and for which account and Region they are meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# A setting on a line of its own. Whatever is nested in braces is indented, as `terraform fmt` has it.
_SETTING = re.compile(r'^(?P<name>\w+)\s*=\s*"(?P<value>[^"$%\\]*)"', re.MULTILINE)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class UnfitSettingsError(Exception):
    """The files are missing, or lack something; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the state lies, and whose it is."""

    environment: str
    bucket: str
    key: str
    region: str
    kms_key_id: str | None
    account_id: str | None
    """None: the settings are for any account."""


def read_settings(folder: Path, environment: str) -> Settings:
    """Read ENVIRONMENT.s3.tfbackend and ENVIRONMENT.tfvars."""
    backend, variables = (_read(folder / f"{environment}.{kind}") for kind in ("s3.tfbackend", "tfvars"))
    missing = [name for name in ("bucket", "key", "region") if not backend.get(name)]
    if missing:
        raise UnfitSettingsError(f'{environment}.s3.tfbackend lacks {", ".join(missing)}: write {missing[0]} = "..."')
    if not _BUCKET.fullmatch(backend["bucket"]):
        raise UnfitSettingsError(
            f"{environment}.s3.tfbackend: {backend['bucket']} is no name for a bucket, such as acme-groundctl-state"
        )
    return Settings(
        environment=environment,
        bucket=backend["bucket"],
        key=backend["key"],
        region=backend["region"],
        kms_key_id=backend.get("kms_key_id"),
        account_id=variables.get("account_id"),
    )


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        there = sorted(one.name.removesuffix(".s3.tfbackend") for one in file.parent.glob("*.s3.tfbackend"))
        raise UnfitSettingsError(
            f"{file} is not there. Write it as terraform/README.md says, or give another ENVIRONMENT: "
            f"{', '.join(there) or 'there is none yet'}"
        ) from None
    return {found["name"]: found["value"] for found in _SETTING.finditer(text)}
