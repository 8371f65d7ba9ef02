"""Only plain files beside a declaration are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundctl.adapters.checkout import Checkout
from groundctl.core.problem import Finding
from groundctl.errors import UsageError


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / "jobs/team").mkdir(parents=True)
    (tmp_path / "jobs/team/a.yaml").write_text("name: a")
    (tmp_path / "jobs/team/a.md").write_text("# Read\r\nme")
    (tmp_path / "jobs/policy.yaml").write_text("{}")
    (tmp_path / "secret.md").write_text("secret")
    return Checkout(tmp_path)


def test_every_yaml_under_jobs_is_a_declaration_but_the_policy(checkout):
    assert checkout.declarations(start=checkout.root) == ("jobs/team/a.yaml",)


def test_a_text_beside_the_declaration_is_read_with_plain_line_ends(checkout):
    assert checkout.read_text_beside("jobs/team/a.yaml", "a.md") == "# Read\nme"


@pytest.mark.parametrize(
    "name", ["../../secret.md", "/etc/passwd", "~/x.md", "..\\x.md", "x\0.md", "nobody.md", ".", "", "a.md/x.md"]
)
def test_a_name_that_leads_elsewhere_is_refused(checkout, name):
    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", name), Finding)


def test_a_link_is_refused_even_to_a_file_inside(checkout):
    (checkout.root / "jobs/team/link.md").symlink_to("a.md")

    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", "link.md"), Finding)


def test_a_linked_folder_is_refused(checkout):
    (checkout.root / "jobs/team/away").symlink_to(checkout.root)

    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", "away/secret.md"), Finding)


def test_a_pipe_is_refused_and_not_waited_for(checkout):
    os.mkfifo(checkout.root / "jobs/team/pipe.md")

    assert isinstance(checkout.read_text_beside("jobs/team/a.yaml", "pipe.md"), Finding)


def test_a_file_that_is_not_there_is_told(checkout):
    with pytest.raises(UsageError, match=r"nobody\.yaml is not there"):
        checkout.declarations(["nobody.yaml"], start=checkout.root)
