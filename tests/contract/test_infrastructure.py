"""The infrastructure's schema asks for what groundctl reads, and for nothing else; what it lets be left out can be left out."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import groundctl
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam, parse_infrastructure
from support.aws import prerequisites
from support.builders import CHECKOUT, an_infrastructure

SCHEMA = CHECKOUT.schema("infrastructure")
CONTENT = prerequisites.as_file_content(an_infrastructure())
PACKAGE = Path(groundctl.__file__).parent
OPTIONAL = sorted(SCHEMA["properties"].keys() - set(SCHEMA["required"]))


@pytest.mark.parametrize("member", OPTIONAL)
def test_an_omitted_optional_member_has_its_default(member):
    content = {name: value for name, value in CONTENT.items() if name != member}

    assert SchemaCheck(SCHEMA).diagnostics(content) == ()
    assert getattr(parse_infrastructure(content), member) == SCHEMA["properties"][member]["default"]


def test_all_members_of_a_work_team_are_required():
    team = SCHEMA["$defs"]["work_team"]

    assert set(team["required"]) == set(team["properties"])


def test_the_schema_has_the_members_that_groundctl_has_and_no_others():
    assert SCHEMA["properties"].keys() - {"format_version"} == {member.name for member in fields(Infrastructure)}
    assert SCHEMA["$defs"]["work_team"]["properties"].keys() == {member.name for member in fields(WorkTeam)}


@pytest.mark.parametrize(
    "member", sorted({member.name for kind in (Infrastructure, WorkTeam) for member in fields(kind)})
)
def test_every_member_is_read_somewhere_beyond_where_it_is_parsed(member):
    reads = re.compile(rf"\.{member}\b(?!\()")
    sources = [file for file in PACKAGE.rglob("*.py") if file.name != "infrastructure.py"]

    assert any(reads.search(file.read_text(encoding="utf-8")) for file in sources)
