"""Whatever the infrastructure's schema lets be left out can be left out."""

from __future__ import annotations

import pytest

from groundctl.core.infrastructure import parse_infrastructure
from groundctl.core.schema_check import SchemaCheck
from support import aws_world
from support.builders import CHECKOUT, an_infrastructure

SCHEMA = CHECKOUT.schema("infrastructure")
CONTENT = aws_world.as_file_content(an_infrastructure())
OPTIONAL = sorted(SCHEMA["properties"].keys() - set(SCHEMA["required"]))


@pytest.mark.parametrize("member", OPTIONAL)
def test_an_optional_member_that_is_left_out_has_its_default(member):
    content = {name: value for name, value in CONTENT.items() if name != member}

    assert SchemaCheck(SCHEMA).findings(content) == ()
    assert getattr(parse_infrastructure(content), member) == SCHEMA["properties"][member]["default"]


def test_all_members_of_a_work_team_are_needed_so_that_none_can_be_missed():
    team = SCHEMA["$defs"]["work_team"]

    assert set(team["required"]) == set(team["properties"])
