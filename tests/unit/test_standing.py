"""What merging a pull request would do to other jobs, and whether its plan is still the one that was approved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from groundctl.app.approval.standing import Proposal, find_standing, own_plan
from groundctl.domain.approval.standing import LeftAlone, Standing
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.planning.plan import Plan
from groundctl.domain.tracking.pull_request import PullRequest
from support.approval_scene import FILE, Scene
from support.builders import a_declaration, a_plan
from support.frozen_clips import NAMED, PREFIX, Season, clip
from support.planning import a_planning_result

RALLY = a_declaration()
SERVES = a_declaration(name="serves", path="jobs/tennis/serves.yaml", input={"objects": ["s3://clips/serve.mp4"]})
MORE = a_declaration(input={"objects": [f"s3://clips/{number}.mp4" for number in range(5)]})
OPEN = PullRequest(number=20, head="e" * 40, base_branch="main", base_repository=99, author="jon")


def stands(scene: Scene, plan: Plan, declared: tuple[Declaration, ...], *changed: str) -> tuple[Standing, Plan]:
    """Where the open pull request stands that changes some paths, and the plan that its comment shows."""
    scene.github.by_number[OPEN.number] = OPEN
    earlier = scene.recorded.list(OPEN.number, OPEN.head)
    planned = a_planning_result(plan, declared)
    proposal = Proposal(number=OPEN.number, planned=planned, changed=changed, earlier=earlier)
    standing = find_standing(proposal, scene.archive())
    return standing, own_plan(proposal)


def test_a_pull_request_of_its_own_files_touches_no_other_job():
    scene = Scene()

    standing, plan = stands(scene, a_plan(RALLY), (RALLY,), FILE)

    assert standing == Standing()
    assert [create.name for create in plan.creates] == ["rally-outcome"]


def test_a_held_job_of_another_pull_request_is_named_and_left_out():
    scene = Scene()
    scene.merges(12, "b")

    standing, plan = stands(scene, a_plan(RALLY, SERVES), (RALLY, SERVES), "jobs/tennis/serves.yaml")

    assert standing == Standing(left=(LeftAlone(name="rally-outcome", pull_request=12),))
    assert [create.name for create in plan.creates] == ["serves"]


def test_a_change_of_the_policy_releases_held_jobs_and_says_so():
    scene = Scene()
    scene.merges(12, "b")

    standing, plan = stands(scene, a_plan(RALLY), (RALLY,), "jobs/policy.yaml")

    assert [change.name for change in standing.released] == ["rally-outcome"]
    assert [create.name for create in plan.creates] == ["rally-outcome"]


def test_a_file_that_names_the_plan_releases_held_jobs_and_says_so():
    scene = Scene()
    scene.merges(12, "b")
    plan = a_plan(RALLY)

    standing, own = stands(scene, plan, (RALLY,), f"jobs/approved/{plan.digest}")
    another, _ = stands(scene, plan, (RALLY,), f"jobs/approved/{'0' * 32}")

    assert ([change.name for change in standing.released], standing.names_plan) == (["rally-outcome"], True)
    assert [create.name for create in own.creates] == ["rally-outcome"]
    assert (another.released, another.names_plan) == ((), False)


def test_a_job_whose_own_pull_request_was_approved_is_neither_released_nor_held():
    scene = Scene()
    scene.merged_and_approved(a_plan(RALLY))

    standing, _ = stands(scene, a_plan(RALLY), (RALLY,), "jobs/policy.yaml")

    assert standing == Standing()


def test_a_plan_with_more_clips_than_the_approved_one_is_planned_again():
    scene = Scene()
    scene.records(OPEN, a_plan(RALLY))
    scene.approves(OPEN)

    standing, _ = stands(scene, a_plan(MORE), (MORE,), FILE)

    assert standing.beyond_approval is not None
    assert standing.beyond_approval.approved.startswith("approved by @ann at 2026-11-28 10:10:00 UTC")
    assert [name for name, _ in standing.beyond_approval.reasons] == ["rally-outcome"]
    assert "reviewed 2, now 5" in standing.beyond_approval.reasons[0][1]


def test_the_same_plan_again_changes_nothing_for_the_approvers():
    scene = Scene()
    scene.records(OPEN, a_plan(RALLY))
    scene.approves(OPEN)

    assert stands(scene, a_plan(RALLY), (RALLY,), FILE)[0].beyond_approval is None


def test_an_approval_from_before_the_first_plan_is_asked_for_again():
    scene = Scene()
    scene.approves(OPEN)

    standing, _ = stands(scene, a_plan(RALLY), (RALLY,), FILE)

    assert standing.beyond_approval is not None
    assert standing.beyond_approval.reasons == (("rally-outcome", "it was approved before a plan was there"),)
    assert (standing.beyond_approval.approved, standing.beyond_approval.is_first) == ("approved by @ann", True)


def test_a_pull_request_that_changes_terraform_says_where_to_read_about_it():
    assert stands(Scene(), a_plan(RALLY), (RALLY,), FILE, "terraform/main.tf")[0].changes_terraform


def test_what_github_does_not_answer_is_not_known():
    scene = Scene()
    scene.facts.unknown.add("reviews")

    standing, plan = stands(scene, a_plan(RALLY), (RALLY,), FILE)

    assert standing.not_known == "GitHub did not answer reviews"
    assert replace(standing, not_known="") == Standing()
    assert plan.creates


def test_a_file_that_names_the_plan_is_why_jobs_are_released_also_if_github_does_not_answer():
    scene = Scene()
    scene.merges(12, "b")
    scene.facts.unknown.add("reviews")

    standing, _ = stands(scene, a_plan(RALLY), (RALLY,), f"jobs/approved/{a_plan(RALLY).digest}")

    assert standing.not_known
    assert [change.name for change in standing.released] == ["rally-outcome"]
    assert standing.names_plan


@pytest.mark.parametrize("source", [PREFIX, NAMED])
def test_a_clip_that_was_replaced_since_the_approval_asks_for_another_one(source: dict[str, Any]):
    season = Season(source)
    planned = season.planned()
    season.scene.records(OPEN, planned.plan, heads=planned.heads)
    season.scene.approves(OPEN)
    assert stands_for(season, FILE).beyond_approval is None
    season.shows(clip(3), more=99)

    standing = stands_for(season, FILE)

    assert standing.beyond_approval is not None
    [(_, reason)] = standing.beyond_approval.reasons
    assert reason.startswith("clips of the reviewed plan were replaced: s3://clips/rallies/rally-3.mp4 (on ")


@pytest.mark.parametrize("source", [PREFIX, NAMED])
def test_a_change_of_the_policy_releases_a_job_whose_clips_were_replaced_and_says_so(source: dict[str, Any]):
    season = Season(source)
    season.approved()
    policy = "jobs/policy.yaml"
    assert stands_for(season, policy).released == ()
    season.shows(clip(3), more=99)

    assert [change.name for change in stands_for(season, policy).released] == ["rally-outcome"]
    assert [left.name for left in stands_for(season, "jobs/tennis/serves.yaml").left] == ["rally-outcome"]


def stands_for(season: Season, *changed: str) -> Standing:
    """Where the open pull request stands, by what the account shows now."""
    season.scene.github.by_number[OPEN.number] = OPEN
    earlier = season.scene.recorded.list(OPEN.number, OPEN.head)
    proposal = Proposal(number=OPEN.number, planned=season.planned(), changed=changed, earlier=earlier)
    return find_standing(proposal, season.scene.archive())


def test_with_at_create_fewer_clips_than_approved_do_not_ask_for_another_approval():
    season = Season({**PREFIX, "at": "create"})
    season.scene.records(OPEN, season.planned().plan)
    season.scene.approves(OPEN)
    season.loses(clip(1))
    season.shows(clip(3), more=99)

    assert stands(season.scene, season.planned().plan, (season.declaration,), FILE)[0].beyond_approval is None
    season.gets(clip(8), clip(9))
    standing, _ = stands(season.scene, season.planned().plan, (season.declaration,), FILE)
    assert standing.beyond_approval is not None
