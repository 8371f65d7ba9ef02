"""Reads an environment's two files: where its state is stored, and for which account and Region."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# A setting on its own line at the top level: `terraform fmt` indents everything within braces.
_SETTING = re.compile(r'^(?P<name>\w+)\s*=\s*"(?P<value>[^"$%\\]*)"', re.MULTILINE)
_GITHUB = re.compile(r"^github\s*=\s*\{", re.MULTILINE)
_PROVIDER = re.compile(r"^[^#\n]*\bprovider_arn\s*=", re.MULTILINE)
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
    text = (folder / f"{environment}.tfvars").read_text(encoding="utf-8")
    missing = [name for name in ("bucket", "key", "region") if not backend.get(name)]
    if missing:
        raise UnfitSettingsError(f'{environment}.s3.tfbackend lacks {", ".join(missing)}: write {missing[0]} = "..."')
    if not _BUCKET.fullmatch(backend["bucket"]):
        raise UnfitSettingsError(
            f"{environment}.s3.tfbackend: {backend['bucket']} is not a valid bucket name, such as acme-groundctl-state"
        )
    return Settings(
        environment=environment,
        bucket=backend["bucket"],
        key=backend["key"],
        region=backend["region"],
        kms_key_id=backend.get("kms_key_id"),
        account_id=variables.get("account_id"),
        makes_provider=bool(_GITHUB.search(text)) and not _PROVIDER.search(text),
    )


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        environments = sorted(path.name.removesuffix(".s3.tfbackend") for path in file.parent.glob("*.s3.tfbackend"))
        raise UnfitSettingsError(
            f"{file} does not exist. `groundctl init` writes it, or choose another ENVIRONMENT: "
            f"{', '.join(environments) or 'there is none yet'}"
        ) from None
    return {setting["name"]: setting["value"] for setting in _SETTING.finditer(text)}
