"""The files that groundctl brings with it: schemas, samples, and Terraform modules.

A wheel has them in `groundctl/packaged/`. In a checkout they are in their own folders, where they are edited.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGED = Path(__file__).resolve().parents[2] / "packaged"
_CHECKOUT = Path(__file__).resolve().parents[4]


def schemas_folder() -> Path:
    """Return the folder with the JSON Schemas."""
    return _folder("schemas", "schemas")


def samples_folder() -> Path:
    """Return the folder with the sample clips and their correct labels."""
    return _folder("samples", "scripts/samples")


def terraform_folder() -> Path:
    """Return the folder with the Terraform root and its modules."""
    return _folder("terraform", "terraform")


def _folder(packaged: str, in_checkout: str) -> Path:
    return _PACKAGED / packaged if _PACKAGED.is_dir() else _CHECKOUT / in_checkout
