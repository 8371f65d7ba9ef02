"""The schemas for editors in this repository are those that groundctl prints, and what they point at exists."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from groundctl.presentation.machine.editor_help import TYPES
from groundctl.presentation.machine.editor_schema import editor_schema_text
from support.builders import CHECKOUT, DECLARATIONS, ROOT, SAMPLES

SNAPSHOTS = ROOT / "tests/snapshots"
NAMES = ("labeling-job", "policy")
FILES = {name: (ROOT / f"schemas/editor/{name}.schema.json").read_text() for name in NAMES}
SERVICE = botocore.session.Session().get_service_model("sagemaker")
LINK = re.compile(r"API_(\w+)[.]html#sagemaker-(Type-\w+|CreateLabelingJob-request)-(\w+)\)")
MODELINE = re.compile(r"# yaml-language-server: [$]schema=(\S+)")


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_for_editors_is_fresh(name: str):
    """Renew it: groundctl schema NAME --editor > schemas/editor/NAME.schema.json."""
    assert FILES[name] == editor_schema_text(name, CHECKOUT.schema(name))


def links() -> Iterator[tuple[str, str]]:
    for text in FILES.values():
        yield from ((page, member) for page, _, member in LINK.findall(text))


def test_every_link_to_aws_leads_to_a_member_that_exists():
    found = set(links())

    assert len(found) > 20
    for page, member in found:
        shape: Any = SERVICE.shape_for("CreateLabelingJobRequest" if page == "CreateLabelingJob" else page)
        assert member in shape.members, (page, member)


def test_every_type_of_a_link_is_the_members_own():
    for member, name in TYPES.items():
        if name:
            assert member in {each for each, _ in members("CreateLabelingJobRequest")}, member
            assert dict(members("CreateLabelingJobRequest"))[member] == name


def members(name: str) -> Iterator[tuple[str, str]]:
    shape: Any = SERVICE.shape_for(name)
    for member, inner in getattr(shape, "members", {}).items():
        kind = inner.member if inner.type_name == "list" else inner
        yield member, kind.name
        yield from members(kind.name)


def test_every_modeline_in_this_repository_leads_to_a_schema():
    pointing = 0
    # The samples are played from the root of a repository: in this one they are jobs/, which may be a team's own.
    for folder, place in ((SAMPLES, ROOT), (DECLARATIONS.root, DECLARATIONS.root), (SNAPSHOTS, SNAPSHOTS)):
        for path in folder.rglob("*.yaml"):
            for target in MODELINE.findall(path.read_text()):
                beside = place / path.relative_to(folder).parent
                assert Path(os.path.normpath(beside / target)).is_file(), (path, target)
                pointing += 1

    assert pointing > 5
