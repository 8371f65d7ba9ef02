"""Sets of clips that overlap, over real HTTP: what workers are asked is counted in the simulator, and no clip is asked twice."""

from __future__ import annotations

import pytest

from end_to_end.organization import RALLIES, Organization, rallies


def test_a_prefix_that_grew_is_refused_under_a_new_name_and_only_new_buys_the_rest(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", RALLIES)
    assert team.outcomes() == {"foul-may": "created"}
    organization.uploads(9, 10)
    team.declares("foul-june", RALLIES)

    refused = team.plans()
    assert refused.code == 1
    assert "8 of its 10 clips were already asked by foul-may (up to $" in refused.out
    assert team.applies().code == 1
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8]

    team.declares("foul-june", {**RALLIES, "only_new": True})
    comment = team.comments()
    assert "leaves out 8 of its 10 clips, already asked by foul-may (up to" in comment
    assert team.applies().code == 0
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert team.applies().code == 0
    assert len(organization.jobs()) == 2


def test_a_pilot_and_then_the_whole(organization: Organization):
    team = organization.checkout()
    team.declares("foul-pilot", {**RALLIES, "sample": {"count": 3, "seed": 7}})
    team.applies()
    team.declares("foul-full", RALLIES)

    refused = team.plans()
    assert "3 of its 8 clips were already asked by foul-pilot (up to $" in refused.out
    team.declares("foul-full", {**RALLIES, "only_new": True})
    assert team.outcomes() == {"foul-full": "created"}
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(("whole", "part"), [("foul-a", "foul-z"), ("foul-z", "foul-a")])
def test_a_set_and_a_subset_in_one_plan_are_not_both_bought(organization: Organization, whole: str, part: str):
    team = organization.checkout()
    team.declares(whole, rallies(1, 8))
    team.declares(part, rallies(3, 5))

    comment = team.comments()
    first, second = sorted((whole, part))
    assert f"also asked by {first} in this plan" in comment
    assert team.outcomes() == {first: "created"}
    assert organization.asked_twice() == []
    assert team.applies().code == 1
    assert list(organization.jobs()) == [first]
    assert second not in organization.jobs()


@pytest.mark.parametrize(("whole", "part"), [("foul-a", "foul-z"), ("foul-z", "foul-a")])
def test_only_new_in_one_plan_takes_what_the_other_job_leaves(organization: Organization, whole: str, part: str):
    team = organization.checkout()
    team.declares(whole, {**RALLIES, "only_new": True})
    team.declares(part, rallies(3, 5))

    assert team.outcomes() == {whole: "created", part: "created"}
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_two_jobs_with_only_new_share_the_clips_between_them(organization: Organization):
    team = organization.checkout()
    team.declares("foul-a", {**rallies(1, 5), "only_new": True})
    team.declares("foul-b", {**rallies(4, 8), "only_new": True})

    assert team.outcomes() == {"foul-a": "created", "foul-b": "created"}
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_only_new_without_a_new_clip_buys_nothing_and_waits(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", RALLIES)
    team.applies()
    team.declares("foul-june", {**rallies(1, 4), "only_new": True})

    plan = team.plans()
    assert plan.code == 0
    assert "foul-may" in plan.out
    assert team.outcomes() == {}
    assert list(organization.jobs()) == ["foul-may"]


def test_a_renamed_file_is_refused_with_the_job_that_has_its_clips(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", RALLIES)
    team.applies()
    team.deletes("foul-may")
    team.declares("foul-of-may", RALLIES)

    plan = team.plans()
    assert plan.code == 1
    assert "all 8 of its clips were already asked by foul-may (up to $" in plan.out
    assert team.applies().code == 1
    assert list(organization.jobs()) == ["foul-may"]
