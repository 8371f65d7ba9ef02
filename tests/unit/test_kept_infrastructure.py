"""The infrastructure file that a repository keeps: names are known offline, and a plan says when the file is out of date."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.plan import create_plan
from groundctl.app.validate import Validated, validate
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam
from groundctl.domain.jobs.kept_infrastructure import stale_note
from support.aws import prerequisites
from support.builders import an_infrastructure, some_data
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account

CROWD = "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd"
KEPT = an_infrastructure(
    work_teams={name: WorkTeam(arn=f"{CROWD}/{name}") for name in ("court-side-reviewers", "dock-reviewers")},
    topics={"new-clips": "arn:aws:sns:us-east-1:123456789012:new-clips"},
)


def a_checkout(folder: Path, *, kept: Infrastructure | str | None = KEPT, **changes: Any) -> Checkout:
    jobs = folder / "jobs"
    (jobs / "sports-data").mkdir(parents=True)
    if kept is not None:
        text = kept if isinstance(kept, str) else json.dumps(prerequisites.as_file_content(kept))
        (jobs / "infrastructure.json").write_text(text)
    (jobs / "sports-data/rally-outcome.yaml").write_text(yaml.safe_dump(some_data(**changes), sort_keys=False))
    return Checkout(folder)


def of_team(team: str) -> dict[str, Any]:
    return {"team": team, "workers_per_object": 3, "task_time_limit": "10m"}


def problems(checkout: Checkout) -> tuple[LocatedDiagnostic, ...]:
    """List the problems, without what the policy says of a folder: it has no entry there."""
    found = validate(checkout, [str(checkout.root / "jobs")], names=True).problems
    return tuple(one for one in found if not one.rule.startswith("GT5"))


def test_a_slip_in_a_teams_name_is_an_error_that_names_the_team(tmp_path: Path):
    checkout = a_checkout(tmp_path, workforce=of_team("court-side-reviewer"))

    [problem] = problems(checkout)

    assert (problem.rule, problem.pointer, problem.severity) == ("GT602", "/workforce/team", Severity.ERROR)
    assert problem.path == "jobs/sports-data/rally-outcome.yaml"
    assert problem.line > 1
    assert problem.message == '"court-side-reviewer" is not a work team of test (123456789012, us-east-1)'
    assert problem.hint.startswith(
        "did you mean court-side-reviewers? available work teams: court-side-reviewers, dock-"
    )


@pytest.mark.parametrize(("team", "rules"), [("court-side-reviewer", {"GT602"}), ("others", {"GT505", "GT602"})])
def test_a_misspelled_team_is_not_also_one_that_the_policy_does_not_allow(tmp_path: Path, team: str, rules: set[str]):
    checkout = a_checkout(tmp_path, workforce=of_team(team))
    entry = {"inputs": ["s3://"], "teams": ["court-side-reviewers"]}
    (tmp_path / "jobs/policy.yaml").write_text(yaml.safe_dump({"folders": {"sports-data": entry}}))
    found = validate(checkout, [str(tmp_path / "jobs")], names=True).problems

    assert {one.rule for one in found if one.pointer == "/workforce/team"} == rules


def test_a_slip_in_a_topics_name_is_an_error(tmp_path: Path):
    checkout = a_checkout(tmp_path, workforce=of_team("dock-reviewers"), output={"topic": "new-clip"})

    problem = next(each for each in problems(checkout) if each.rule == "GT603")

    assert problem.severity is Severity.ERROR
    assert "did you mean new-clips?" in problem.hint


def test_an_unknown_team_is_a_warning_because_the_file_may_be_old_and_the_job_may_have_ended(tmp_path: Path):
    [problem] = problems(a_checkout(tmp_path, workforce=of_team("linguists")))

    assert (problem.rule, problem.severity) == ("GT602", Severity.WARNING)
    assert "if jobs/infrastructure.json is out of date, renew it" in problem.hint


def test_a_bucket_that_the_role_cannot_read_is_a_warning(tmp_path: Path):
    clips = {"prefix": "s3://another-bucket/rallies/"}

    [problem] = problems(a_checkout(tmp_path, workforce=of_team("dock-reviewers"), input=clips))

    assert (problem.rule, problem.pointer, problem.severity) == ("GT604", "/input/prefix", Severity.WARNING)


def test_a_slip_is_reported_beside_every_other_problem_of_the_file(tmp_path: Path):
    checkout = a_checkout(tmp_path, workforce=of_team("dock-reviewer") | {"workers_per_object": 99})

    assert {problem.rule for problem in problems(checkout)} == {"GT602", "GT107"}


def test_a_team_at_fault_is_reported_once(tmp_path: Path):
    assert {problem.rule for problem in problems(a_checkout(tmp_path, workforce=of_team("") | {"team": 7}))} == {
        "GT103"
    }


def test_without_the_file_no_name_is_checked(tmp_path: Path):
    assert problems(a_checkout(tmp_path, kept=None, workforce=of_team("no-such-team"))) == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "is not JSON"), ("{}", "does not fit schemas/infrastructure.schema.json"), ("[]", "does not fit")],
)
def test_a_file_that_is_not_terraforms_is_a_problem_of_its_own(tmp_path: Path, content: str, words: str):
    [problem] = problems(a_checkout(tmp_path, kept=content))

    assert (problem.path, problem.rule, problem.severity) == ("jobs/infrastructure.json", "GT608", Severity.ERROR)
    assert words in problem.message
    assert "terraform output -json infrastructure" in problem.hint


def test_a_plan_goes_by_the_infrastructure_in_use_and_never_by_the_kept_file(tmp_path: Path):
    checkout = a_checkout(tmp_path)  # the team in use is `reviewers`, which the kept file does not have
    folder = {"inputs": ["s3://clips/"], "teams": ["reviewers"]}
    (tmp_path / "jobs/policy.yaml").write_text(yaml.safe_dump({"folders": {"sports-data": folder}}))

    planned = create_plan(checkout, lambda: an_account(FakeJobs(), FakeObjects()))

    assert not isinstance(planned, Validated)
    assert len(planned.plan.creates) == 1
    [note] = planned.plan.notes
    assert note.rule == "P406"
    assert "work_teams there lacks reviewers, still has court-side-reviewers, dock-reviewers" in note.message
    assert "topics there still has new-clips" in note.message


def test_a_kept_file_that_agrees_needs_no_word():
    assert stale_note(KEPT, replace(KEPT)) is None


def test_a_kept_file_of_another_environment_is_not_out_of_date():
    assert stale_note(KEPT, replace(KEPT, environment="staging", output_bucket="staging-labels")) is None


def test_what_differs_is_named_with_both_values():
    used = replace(
        KEPT,
        output_bucket="labels-2",
        kms_key_arn="arn:aws:kms:us-east-1:123456789012:key/1",
        work_teams={**KEPT.work_teams, "dock-reviewers": WorkTeam(arn=f"{CROWD}/docks", kind="private")},
    )

    note = stale_note(KEPT, used)

    assert note is not None
    assert "output_bucket is labels-2, and outputs there" in note.message
    assert "kms_key_arn is arn:aws:kms:us-east-1:123456789012:key/1, and none there" in note.message
    assert "work_teams there has another dock-reviewers" in note.message
    assert "terraform output -json infrastructure" in note.hint
