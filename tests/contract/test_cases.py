"""Cases, each from the file that a team writes to the comment that a reviewer reads; `make update-snapshots` renews them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.gathering.gather import gather
from groundctl.app.refusal_places import find_refusal_places
from groundctl.app.validate import validate
from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.infrastructure import Infrastructure, parse_infrastructure
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.markdown.plan_comment import plan_markdown
from support.builders import a_policy
from support.fake_objects import A_CLIP, FakeObjects
from support.fakes import FakeJobs
from support.ledger import NOW, FakeLedger, a_job, a_purchase, an_account, created, fill, opened

POLICY = a_policy(allow_streaming=True)
SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
NAMES = sorted(path.parent.name for path in SNAPSHOTS.glob("*/world.json"))


def plan_of(case: str) -> Plan:
    """Plan the declarations of a case."""
    folder = SNAPSHOTS / case
    validated = validate(Checkout(folder), [str(path) for path in sorted(folder.glob("*.yaml"))])
    assert errors_among(validated.problems) == ()
    world = json.loads((folder / "world.json").read_bytes())
    jobs = FakeJobs()
    jobs.jobs = {job["LabelingJobName"].lower(): with_times(job) for job in world["jobs"]}
    objects = FakeObjects({uri: content_of(text) for uri, text in world["objects"].items()})
    objects.objects |= dict.fromkeys(numbered(world.get("numbered_objects", {})), A_CLIP)
    infrastructure = parse_infrastructure(world["infrastructure"])
    account = an_account(jobs, objects, infrastructure=infrastructure, ledger=ledger_of(world, infrastructure))
    return make_plan(gather(validated.declarations, POLICY, account))


def content_of(text: str) -> bytes:
    """Return the bytes of an object of a world."""
    return A_CLIP if text == "a clip" else text.encode()


def numbered(patterns: Mapping[str, int]) -> list[str]:
    """List objects by a pattern for their names, and how many there are."""
    return [pattern.format(number) for pattern, most in patterns.items() for number in range(1, most + 1)]


def ledger_of(world: Mapping[str, Any], infrastructure: Infrastructure) -> FakeLedger:
    """Write a ledger with the purchases of a world, whose jobs all exist unless it says that they are open."""
    ledger = FakeLedger(aws_time=NOW)
    fill(ledger, [opened()])
    for bought in world.get("ledger", ()):
        values = dict(bought)
        name, is_open = values.pop("job"), values.pop("open", False)
        place = {"account": infrastructure.account_id, "region": infrastructure.region} | values.pop("place", {})
        clips = HashedClips.of(numbered(values.pop("clips")))
        usd, labels = Decimal(values.pop("usd")), tuple(values.pop("labels"))
        fill(ledger, [a_purchase(name, clips, job=a_job(name, **place), usd=usd, labels=labels, **values)])
        if not is_open:
            fill(ledger, [created(ledger.read().end)])
    return ledger


def with_times(job: Mapping[str, Any]) -> dict[str, Any]:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    return {"CreationTime": moment, "LastModifiedTime": moment, **job}


def compare(file: Path, content: str) -> None:
    """Compare with the file, which is written before if UPDATE_SNAPSHOTS is set."""
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(content)
    assert file.read_text() == content, "if this change is meant: `make update-snapshots`, then look at the diff"


@pytest.mark.parametrize("case", NAMES)
def test_a_case_produces_the_files_of_its_folder(case: str):
    plan = plan_of(case)

    compare(SNAPSHOTS / case / "plan.json", plan_json(plan) + "\n")
    compare(
        SNAPSHOTS / case / "comment.md",
        plan_markdown(plan, POLICY, find_refusal_places(Checkout(SNAPSHOTS / case), plan)),
    )
    for change in plan.creates:
        request = change.purchase.desired.request
        compare(SNAPSHOTS / case / "request.json", json.dumps(request, indent=2, ensure_ascii=False) + "\n")


def test_the_request_matches_the_example_on_awss_page_member_for_member():
    [change] = plan_of("aws-page").creates

    made = dict(leaves(change.purchase.desired.request))
    page = json.loads((SNAPSHOTS / "aws-page/members-on-the-page.json").read_bytes())
    assert set(made) == set(page)
    # null stands for a placeholder of the page, or a value that AWS would refuse.
    assert {name: made[name] for name, value in page.items() if value is not None} == {
        name: value for name, value in page.items() if value is not None
    }
    assert {"Key": "string", "Value": "string"} in made["Tags"]


def leaves(value: Mapping[str, Any], way: str = "") -> list[tuple[str, Any]]:
    """List the members of a request that hold no further members, by their dotted names."""
    found: list[tuple[str, Any]] = []
    for name, member in value.items():
        found += leaves(member, f"{way}{name}.") if isinstance(member, Mapping) else [(f"{way}{name}", member)]
    return found
