"""Makes the account that a bench plans against: as many jobs as declarations, most of them made from these very files.

Of the declarations nine in ten exist unchanged, one in twenty was changed after its job was made, one in twenty is new;
for each new one there is a job that no file declares.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.generate import BUCKET, TEAM_FOLDERS
from groundctl.adapters.local.checkout import Checkout
from groundctl.app.validate import validate
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.clips.input_manifest import FrozenInput, freeze, manifest_of_objects
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.sources import ObjectsInput
from groundctl.domain.jobs.artifacts import artifact_root
from groundctl.domain.jobs.infrastructure import Infrastructure, parse_infrastructure
from groundctl.domain.jobs.ledger.entries import LedgerLog
from support.ledger import an_entry, opened

ACCOUNT, REGION = "123456789012", "us-east-1"
ARTIFACTS = "bench-artifacts"
INFRASTRUCTURE = {
    "format_version": 1,
    "environment": "bench",
    "account_id": ACCOUNT,
    "region": REGION,
    "artifact_bucket": ARTIFACTS,
    "ledger_bucket": ARTIFACTS,
    "ledger_id": None,
    "output_bucket": "bench-labels",
    "execution_role_arn": f"arn:aws:iam::{ACCOUNT}:role/execution",
    "input_buckets": [BUCKET],
    "kms_key_arn": None,
    "work_teams": {
        f"{folder}-reviewers": {
            "arn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/reviewers",
            "kind": "private",
        }
        for folder in TEAM_FOLDERS
    },
    "topics": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How many of a thousand declarations were changed after their job was made, and how many are new."""

    changed: int = 50
    new: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many declarations there are of each kind."""

    exists: int
    changed: int
    new: int


def read_declarations(checkout: Path) -> Sequence[Declaration]:
    """Read a checkout once for several accounts."""
    return validate(Checkout(checkout)).declarations


def write_account(declarations: Sequence[Declaration], file: Path, mix: Mix | None = None) -> Counted:
    """Write the jobs and objects for stub_aws.py, and the infrastructure beside them; count what a plan must find."""
    mix = mix or Mix()
    infrastructure = parse_infrastructure(INFRASTRUCTURE)
    jobs: list[dict[str, str]] = []
    objects: dict[str, str] = {}
    changed = new = 0
    for number, declaration in enumerate(declarations):
        # 7 and 1000 have no factor in common: the kinds are spread evenly over names and folders.
        lot = number * 7 % 1000
        if lot < mix.new:
            new += 1
            jobs.append(_forgotten(declaration))
        elif lot < mix.new + mix.changed:
            changed += 1
            jobs.append(_made_from(_as_it_was(declaration), infrastructure, objects))
        else:
            jobs.append(_made_from(declaration, infrastructure))
    objects[f"{ARTIFACTS}/ledger/entries/000000000001"] = an_entry(LedgerLog(), opened()).decode()
    file.write_text(json.dumps({"jobs": jobs, "objects": objects}), encoding="utf-8")
    infrastructure_file(file).write_text(json.dumps(INFRASTRUCTURE), encoding="utf-8")
    return Counted(exists=len(declarations) - changed - new, changed=changed, new=new)


def infrastructure_file(account: Path) -> Path:
    """Name the file with the infrastructure of an account."""
    return account.with_suffix(".infrastructure.json")


def _made_from(
    declaration: Declaration, infrastructure: Infrastructure, objects: dict[str, str] | None = None
) -> dict[str, str]:
    root = artifact_root(declaration, infrastructure, _clips(declaration).digest)
    if objects is not None:
        key = root.removeprefix("s3://")
        objects[f"{key}/declaration.json"] = canonical_json(declaration.content).decode("latin-1")
    return {"name": declaration.spec.name, "manifest": f"{root}/input.manifest"}


def _as_it_was(declaration: Declaration) -> Declaration:
    task: dict[str, Any] = declaration.data["task"]
    before = {**declaration.data, "task": {**task, "title": "What did we ask before?"}}
    return Declaration(path=declaration.path, spec=declaration.spec, data=before, texts=declaration.texts)


def _forgotten(declaration: Declaration) -> dict[str, str]:
    name = f"old-{declaration.spec.name}"[:63]
    digests = f"{declaration.digest}-{declaration.digest[::-1]}"
    return {"name": name, "manifest": f"s3://{ARTIFACTS}/jobs/{name}/{digests}/input.manifest"}


def _clips(declaration: Declaration) -> FrozenInput:
    spec = declaration.spec
    assert isinstance(spec.source, ObjectsInput)
    frozen = freeze(manifest_of_objects(spec.source.objects), spec.labels, spec.label_attribute)
    assert isinstance(frozen, FrozenInput)
    return frozen
