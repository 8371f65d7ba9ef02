"""What a team decides about clips that were asked before: pay again, or say that it is another question."""

from __future__ import annotations

import json

from end_to_end.organization import FOUL, RALLIES, Organization, rallies
from groundctl.domain.jobs.ledger.records import NamedRecord, PurchaseRecord

AGAIN = "the camera was misaligned in May"


def rerun_of(job: str) -> dict[str, str]:
    return {"job": job, "reason": AGAIN}


def test_a_rerun_pays_again_for_the_clips_of_the_job_that_it_names_and_for_no_others(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", rallies(1, 4))
    team.declares("foul-june", rallies(5, 6))
    team.applies()
    team.declares("foul-again", RALLIES, rerun_of=rerun_of("foul-may"))

    refused = team.plans()
    assert refused.code == 1
    assert "2 of its 8 clips were already asked by foul-june (up to $0.16)" in refused.out
    assert "rerun_of pays again for the clips of one job only: add `only_new: true`" in refused.out

    team.declares("foul-again", {**RALLIES, "only_new": True}, rerun_of=rerun_of("foul-may"))
    comment = team.comments()
    assert "pays again for 4 clips, already asked by foul-may" in comment
    assert AGAIN in comment
    assert team.outcomes() == {"foul-again": "created"}
    assert organization.numbers_asked() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8]
    record = team.records()[-2]
    assert isinstance(record, PurchaseRecord)
    assert record.rerun_of is not None
    assert (team.ledger().by_id[record.rerun_of].job.name, record.reason) == ("foul-may", AGAIN)


def test_a_second_rerun_of_the_same_job_is_refused_because_of_the_first(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", rallies(1, 4))
    team.applies()
    team.declares("foul-again", rallies(1, 4), rerun_of=rerun_of("foul-may"))
    team.applies()
    team.declares("foul-third", rallies(1, 4), rerun_of=rerun_of("foul-may"))

    plan = team.plans()

    assert plan.code == 1
    assert "already asked by foul-again" in plan.out
    assert "name foul-again in rerun_of instead" in plan.out
    assert team.applies().code == 1
    assert organization.numbers_asked() == [1, 1, 2, 2, 3, 3, 4, 4]

    team.declares("foul-third", rallies(1, 4), rerun_of=rerun_of("foul-again"))
    assert team.outcomes() == {"foul-third": "created"}
    assert organization.numbers_asked() == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_a_rerun_of_a_job_that_the_ledger_does_not_know_is_refused(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", rallies(1, 4))
    team.applies()
    team.declares("foul-again", rallies(1, 4), rerun_of=rerun_of("foul-mai"))

    plan = team.plans()

    assert plan.code == 1
    assert "names foul-mai, which the purchase ledger does not know" in plan.out
    assert team.applies().code == 1
    assert organization.numbers_asked() == [1, 2, 3, 4]


def test_a_rerun_of_a_job_that_shares_no_clip_is_refused(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", rallies(1, 4))
    team.applies()
    team.declares("foul-rest", rallies(5, 8), rerun_of=rerun_of("foul-may"))

    plan = team.plans()

    assert plan.code == 1
    assert "names foul-may, which did not ask this question about any of these clips" in plan.out
    assert team.applies().code == 1
    assert list(organization.jobs()) == ["foul-may"]


def test_a_rerun_of_a_job_in_the_same_plan_is_bought_after_it(organization: Organization):
    team = organization.checkout()
    team.declares("foul-z", rallies(1, 4))
    team.declares("foul-a", rallies(1, 4), rerun_of=rerun_of("foul-z"))
    plan = team.runs("plan", "--out", "plan.json", "--format", "markdown")
    assert plan.code == 0
    assert "foul-z in this plan" in plan.out

    assert team.outcomes("--plan", "plan.json") == {"foul-z": "created", "foul-a": "created"}

    assert organization.numbers_asked() == [1, 1, 2, 2, 3, 3, 4, 4]
    [first, second] = [record for record in team.records() if isinstance(record, PurchaseRecord)]
    assert (first.job.name, first.rerun_of, second.job.name) == ("foul-z", None, "foul-a")
    assert second.rerun_of is not None
    assert team.ledger().by_id[second.rerun_of].job.name == "foul-z"


def test_a_rerun_that_was_reviewed_before_another_team_made_one_is_refused(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", rallies(1, 4))
    team.applies()
    team.declares("foul-again", rallies(1, 4), rerun_of=rerun_of("foul-may"))
    team.runs("plan", "--out", "plan.json")
    file = team.folder / "plan.json"
    [change] = [each for each in json.loads(file.read_text())["changes"] if each["name"] == "foul-again"]
    assert change["rerun_of"] == {"job": "foul-may", "entry": "2"}

    other = organization.checkout("other", environment="staging")
    other.declares("foul-second", rallies(1, 4), rerun_of=rerun_of("foul-may"))
    other.applies()
    ran = team.applies("--plan", "plan.json")

    assert ran.code == 1
    assert "foul-second" in ran.out
    assert organization.numbers_asked() == [1, 1, 2, 2, 3, 3, 4, 4]


def test_two_yes_no_questions_about_the_same_clips_are_distinguished_as_the_message_says(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", RALLIES)
    team.applies()
    ace = {**FOUL, "title": "Was it an ace?"}
    team.declares("ace-may", RALLIES, task=ace)

    refused = team.plans()
    assert refused.code == 1
    assert "“Was it a foul?”" in refused.out
    assert "“Was it an ace?”" in refused.out
    assert "task.question" in refused.out

    team.declares("ace-may", RALLIES, task={**ace, "question": "ace"})
    assert team.plans().code == 1
    team.declares("foul-may", RALLIES, task={**FOUL, "question": "foul"})
    distinguished = team.plans()
    assert distinguished.code == 0
    assert team.outcomes() == {"ace-may": "created"}

    assert [record.question for record in team.records() if isinstance(record, NamedRecord)] == ["foul"]
    fouls = organization.asked(which=lambda job: job["LabelingJobName"] == "foul-may")
    aces = organization.asked(which=lambda job: job["LabelingJobName"] == "ace-may")
    assert (set(fouls.values()), set(aces.values())) == ({1}, {1})
    assert team.applies().code == 0


def test_the_same_question_in_other_words_is_a_remark_and_a_shared_name_makes_it_a_refusal(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", RALLIES)
    team.applies()
    reworded = {**FOUL, "labels": ["no", "yes", "cannot tell"]}
    team.declares("foul-june", RALLIES, task=reworded)

    remarked = team.comments()
    assert "P303" in remarked
    assert "foul-may" in remarked
    team.declares("foul-june", RALLIES, task={**reworded, "question": "foul"})
    team.declares("foul-may", RALLIES, task={**FOUL, "question": "foul"})
    refused = team.plans()
    assert refused.code == 1
    assert "P105" in refused.out
    assert team.applies().code == 1
    assert list(organization.jobs()) == ["foul-may"]
