"""A repository with 40 finished jobs: whatever the policy forbids from now on, it blocks none of them.

The members come from the schema, so a new one cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.gathering.gather import gather
from groundctl.app.validate import Validated, validate
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.plan import Action, Plan
from groundctl.domain.planning.planner import make_plan
from support.builders import CHECKOUT, an_infrastructure, an_observed_job, some_data
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account

SCHEMA = CHECKOUT.schema("policy")
FOLDER = "sports-data"
BARE = {"inputs": ["s3://clips/"], "teams": ["reviewers"]}
ENTRY = {**BARE, "picture_hosts": ["assets.example.com"]}
ENTRIES = ("/folders", "/exceptions", "/environments")
UNTIL = "2026-01-31"
HOST = "assets.example.com"
FINISHED = 40
ENDS = (Status.COMPLETED, Status.STOPPED, Status.FAILED)


def members(schema: Mapping[str, Any], way: str = "") -> Iterator[str]:
    """List the members of a policy that hold no further members, those of entries included."""
    schema = {**SCHEMA["$defs"].get(str(schema.get("$ref", "")).rpartition("/")[2], {}), **schema}
    inner = dict(schema.get("properties", {}))
    entries = schema.get("items") or schema.get("additionalProperties")
    if isinstance(entries, dict) and "$ref" in entries and "$defs" in SCHEMA and way in ENTRIES:
        inner["*"] = entries
    if not inner:
        yield way
    for name, one in inner.items():
        yield from members(one, f"{way}/{name}")


def of_folder(**entry: Any) -> dict[str, Any]:
    return {"folders": {FOLDER: {**ENTRY, **entry}}}


def in_environment(**entry: Any) -> dict[str, Any]:
    """Move the folder to an environment. A folder of no environment is no tightening but an error (GT510)."""
    return {**of_folder(), "environments": {"another": {"account_id": "999999999999", "region": "eu-west-1", **entry}}}


def ended(allow: dict[str, Any], **forbids: Any) -> dict[str, Any]:
    """Forbid something, and allow it by an exception that has ended."""
    exception = {"folder": FOLDER, "allow": allow, "until": UNTIL, "reason": "It was needed then."}
    return {**of_folder(), **forbids, "exceptions": [exception]}


# The ledger counts no answers.
BOUGHT = ("jobs", "objects", "usd")
UNITS = {"job": (*BOUGHT, "answers"), "plan": (*BOUGHT, "answers"), "month": BOUGHT, "pull_request": BOUGHT}
ANOTHER = {"job": "another", "allow": {"max_workers_per_object": 1}, "until": UNTIL, "reason": "a"}

# For each member, a policy that is as strict as it can be made; the finished jobs go beyond all of them.
TIGHTENED: dict[str, dict[str, Any]] = {
    "/workforces": {**of_folder(), "workforces": []},
    "/reviews": {**of_folder(), "reviews": 6},
    "/unprotected_environments": {**of_folder(), "unprotected_environments": []},
    "/unknown_jobs": {**of_folder(), "unknown_jobs": "refuse"},
    "/allow_streaming": {**of_folder(), "allow_streaming": False},
    "/required_tags": {**of_folder(), "required_tags": ["cost-center"]},
    "/max_workers_per_object": {**of_folder(), "max_workers_per_object": 1},
    "/picture_hosts": {"folders": {FOLDER: BARE}, "picture_hosts": ["other.example.com"]},
    "/rates/platform_fee_usd": {**of_folder(), "rates": {"platform_fee_usd": 100}, "ceilings": {"job": {"usd": 1}}},
    "/rates/platform_fee_tiers": {**of_folder(), "rates": {"platform_fee_tiers": [{"usd": 100}]}, "ceilings": {"job": {"usd": 1}}},
    "/rates/usd_per_hour": {**of_folder(), "rates": {"usd_per_hour": {"reviewers": 1000}}, "ceilings": {"job": {"usd": 0}}},
    "/rates/usd_per_answer": {**of_folder(), "rates": {"usd_per_answer": {"reviewers": 1000}}, "ceilings": {"job": {"usd": 1}}},
    **{f"/ceilings/{each}/{unit}": {**of_folder(), "ceilings": {each: {unit: 0}}} for each, units in UNITS.items() for unit in units},
    "/folders/*/inputs": of_folder(inputs=["s3://clips/elsewhere/"]),
    "/folders/*/teams": of_folder(teams=["another-team"]),
    "/folders/*/workforces": of_folder(workforces=[]),
    "/folders/*/picture_hosts": of_folder(picture_hosts=["other.example.com"]),
    "/folders/*/allow_streaming": of_folder(allow_streaming=False),
    "/folders/*/max_workers_per_object": of_folder(max_workers_per_object=1),
    "/folders/*/required_tags": of_folder(required_tags=["cost-center"]),
    **{f"/folders/*/ceilings/{each}/{unit}": of_folder(ceilings={each: {unit: 0}}) for each in ("job", "month") for unit in UNITS[each]},
    "/exceptions/*/job": {**of_folder(max_workers_per_object=1), "exceptions": [ANOTHER]},
    "/exceptions/*/folder": ended({"max_workers_per_object": 9}, max_workers_per_object=1),
    "/exceptions/*/until": ended({"max_workers_per_object": 9}, max_workers_per_object=1),
    "/exceptions/*/reason": ended({"max_workers_per_object": 9}, max_workers_per_object=1),
    "/exceptions/*/approved_by": ended({"max_workers_per_object": 9}, max_workers_per_object=1),
    "/exceptions/*/allow/inputs": ended({"inputs": ["s3://clips/"]}, folders={FOLDER: {"teams": ["reviewers"]}}),
    "/exceptions/*/allow/teams": ended({"teams": ["reviewers"]}, folders={FOLDER: {"inputs": ["s3://clips/"]}}),
    "/exceptions/*/allow/workforces": ended({"workforces": ["private"]}, workforces=[]),
    "/exceptions/*/allow/picture_hosts": ended({"picture_hosts": [HOST]}, folders={FOLDER: BARE}),
    "/exceptions/*/allow/allow_streaming": ended({"allow_streaming": True}),
    "/exceptions/*/allow/max_workers_per_object": ended({"max_workers_per_object": 9}, max_workers_per_object=1),
    "/exceptions/*/allow/missing_tags": ended({"missing_tags": ["cost-center"]}, required_tags=["cost-center"]),
    **{
        f"/exceptions/*/allow/ceilings/{each}/{unit}": ended({"ceilings": {each: {unit: 9}}}, ceilings={each: {unit: 0}})
        for each in ("job", "month")
        for unit in UNITS[each]
    },
    **{f"/environments/*/{each}": in_environment() for each in ("account_id", "region")},
    "/environments/*/folders": in_environment(folders=[FOLDER]),
    "/environments/*/role_path": in_environment(role_path="/labeling/"),
    **{f"/environments/*/github/{each}": in_environment(github={each: "another"}) for each in ("apply", "stop", "terraform")},
    "no entry for the folder": {"folders": {"warehouse": ENTRY}},
    "no policy": {},
}  # fmt: skip
# What these say is about new files alone.
OF_NEW_FILES = "/defaults"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty declarations that used all that a policy can forbid, but for streaming."""
    root = tmp_path_factory.mktemp("repository")
    for number in range(FINISHED):
        write(root, f"rally-{number:02}", number)
    return root


def write(root: Path, name: str, number: int = 0, **changes: Any) -> None:
    task = {**some_data()["task"], "instructions": {"short": f"![net](https://{HOST}/net.png) Watch to the end."}}
    clips = [f"s3://clips/{number}/{clip}.mp4" for clip in "ab"]
    data = some_data(name=name, task=task, input={"objects": clips}, budget={"usd": 2000}, **changes)
    path = root / f"jobs/{FOLDER}/{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False))


def validated(root: Path, policy: dict[str, Any]) -> Validated:
    file = root / "jobs/policy.yaml"
    file.unlink(missing_ok=True)
    if policy:
        file.write_text(yaml.safe_dump(policy, sort_keys=False))
    return validate(Checkout(root))


def plan_of(checked: Validated, created_from: tuple[Declaration, ...]) -> Plan:
    """Plan beside the jobs that were created from some declarations, and that have ended."""
    jobs = [an_observed_job(one, status=ENDS[number % len(ENDS)]) for number, one in enumerate(created_from)]
    account = an_account(
        FakeJobs(),
        FakeObjects({"s3://clips/0/a.mp4": b"", "s3://clips/0/b.mp4": b""}),
        infrastructure=an_infrastructure(),
        observed={job.key: job for job in jobs},
    )
    return make_plan(gather(checked.declarations, checked.policy, account))


def test_every_member_of_the_schema_is_tightened():
    known = {way for way in members(SCHEMA) if OF_NEW_FILES not in way}

    assert {way for way in TIGHTENED if way.startswith("/")} == known


@pytest.mark.parametrize("member", TIGHTENED)
def test_no_finished_job_is_blocked(root: Path, member: str):
    before = validated(root, of_folder()).declarations
    now = validated(root, TIGHTENED[member])

    assert errors_among(now.problems) == ()
    plan = plan_of(now, before)
    assert [change.action for change in plan.changes] == [Action.EXISTS] * FINISHED
    assert not plan.requires_attention


@pytest.mark.parametrize(
    ("member", "rule"),
    [
        ("/workforces", "GT507"),
        ("/required_tags", "GT501"),
        ("/max_workers_per_object", "GT506"),
        ("/picture_hosts", "GT420"),
        ("/ceilings/job/usd", "GT503"),
        ("/ceilings/job/objects", "P202"),
        ("/ceilings/plan/jobs", "P203"),
        ("/folders/*/inputs", "GT502"),
        ("/folders/*/teams", "GT505"),
        ("/folders/*/workforces", "GT507"),
        ("/folders/*/picture_hosts", "GT420"),
        ("/folders/*/max_workers_per_object", "GT506"),
        ("/folders/*/required_tags", "GT501"),
        ("/folders/*/ceilings/job/usd", "GT503"),
        ("/exceptions/*/until", "GT506"),
        ("/exceptions/*/allow/inputs", "GT502"),
        ("no entry for the folder", "GT504"),
        ("no policy", "GT504"),
    ],
)
def test_a_new_job_is_refused_beside_them_and_they_are_not(root: Path, member: str, rule: str):
    before = validated(root, of_folder()).declarations
    write(root, "a-new-one", FINISHED)
    now = validated(root, TIGHTENED[member])
    (root / f"jobs/{FOLDER}/a-new-one.yaml").unlink()

    refused = [change for change in plan_of(now, before).changes if change.action is not Action.EXISTS]
    assert [change.action for change in refused] == [Action.REFUSED]
    assert rule in {reason.rule for reason in refused[0].reasons}


def test_the_tag_that_is_required_now_can_be_added_to_every_finished_job(tmp_path: Path):
    for number in range(FINISHED):
        write(tmp_path, f"rally-{number:02}", number, tags={"court": "1"})
    before = validated(tmp_path, of_folder()).declarations
    for number in range(FINISHED):
        write(tmp_path, f"rally-{number:02}", number, tags={"court": "1", "cost-center": "sports", "contract": "7"})

    plan = plan_of(
        validated(tmp_path, {**of_folder(required_tags=["contract"]), "required_tags": ["cost-center"]}), before
    )

    assert {change.action for change in plan.changes} == {Action.EXISTS}
    told = {reason.message for change in plan.changes for reason in change.reasons if reason.rule == "P311"}
    assert told == {
        "its file has `cost-center` and `contract`, which jobs/policy.yaml requires now; the job was created without"
    }


@pytest.mark.parametrize(
    "changed", [{"court": "2", "cost-center": "sports"}, {"cost-center": "sports"}, {"court": "1", "other": "x"}]
)
def test_any_other_change_of_tags_is_still_one(tmp_path: Path, changed: dict[str, str]):
    write(tmp_path, "rally-00", tags={"court": "1"})
    before = validated(tmp_path, of_folder()).declarations
    write(tmp_path, "rally-00", tags=changed)

    [change] = plan_of(validated(tmp_path, {**of_folder(), "required_tags": ["cost-center"]}), before).changes

    assert change.action is Action.IMMUTABLE


UNFINISHED: dict[str, dict[str, Any]] = {
    "a title": {"title": "<TASK_TITLE>"},
    "a description": {"description": "TODO"},
    "labels": {"labels": ["first answer", "second answer"]},
    "instructions": {"instructions": {"short": "Lorem ipsum"}},
    "a file of instructions": {"instructions": {"short": "short.md"}},
    "a template": {"instructions": None, "template": "own.html"},
}
TEMPLATE = """\
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="How did it end?">
    <classification-target><video controls src="{{ task.input.taskObject | grant_read_access }}"></video></classification-target>
    <short-instructions>Enter description to explain the correct label to the workers</short-instructions>
    <full-instructions header="All">Watch.</full-instructions>
  </crowd-classifier>
</crowd-form>
"""


@pytest.mark.parametrize("place", UNFINISHED)
def test_a_placeholder_refuses_a_new_job_and_blocks_no_finished_one(tmp_path: Path, place: str):
    write(tmp_path, "rally-00")
    path = tmp_path / f"jobs/{FOLDER}/rally-00.yaml"
    data = yaml.safe_load(path.read_text())
    task = {key: value for key, value in {**data["task"], **UNFINISHED[place]}.items() if value is not None}
    path.write_text(yaml.safe_dump({**data, "task": task}, sort_keys=False))
    (path.parent / "short.md").write_text("Watch <NAME>.\n")
    (path.parent / "own.html").write_text(TEMPLATE)

    checked = validated(tmp_path, of_folder())

    assert errors_among(checked.problems) == ()
    assert {one.rule for one in checked.problems} & {"GT240", "GT403", "GT418"}
    assert [change.action for change in plan_of(checked, checked.declarations).changes] == [Action.EXISTS]
    [refused] = plan_of(checked, ()).changes
    assert refused.action is Action.REFUSED
    assert {reason.rule for reason in refused.reasons} <= {"GT240", "GT403", "GT418"}
