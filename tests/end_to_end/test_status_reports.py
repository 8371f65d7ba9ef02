"""Reports after the merge: what was created, its progress, and its end, in the one comment of the pull request."""

from __future__ import annotations

import re
import time
from collections import Counter

from end_to_end.team import OTHER_TASK, PREFIX, Team
from github_emulator.faults import Kind


def test_a_pull_request_from_the_first_plan_to_the_last_label(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    assert team.plans().code == 0
    assert "1 to create" in team.comment
    assert (team.check(team.head)["name"], team.check(team.head)["conclusion"]) == ("groundctl plan", "success")
    [status] = team.emulator.statuses(team.head)
    assert (status["context"], status["state"]) == ("groundctl/plan", "success")
    assert "1 to create" in team.summary

    team.declares(name="serves", task=OTHER_TASK, input={"objects": ["s3://clips/rallies/rally-1.mp4"]})
    team.pushes()
    assert team.plans().code == 0
    assert "2 to create" in team.comment

    team.merges()
    applied = team.applies()
    assert (applied.code, team.creates()) == (0, 2), applied.err
    assert "2 created" in team.comment
    assert team.check(team.merged)["conclusion"] == "success"
    assert team.outputs == {"left": "0", "stop": "0", "reported": "true"}

    team.simulator.advance(150)
    assert team.on_main("ci", "report").code == 0
    assert "Labeling in test" in team.comment

    team.simulator.advance_until_idle()
    assert team.on_main("ci", "report").code == 0
    assert "Finished in test" in team.comment
    assert len(team.emulator.comments(team.number)) == 1


def test_jobs_are_created_while_github_is_down_and_the_next_report_catches_up(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.emulator.inject_fault("issues/*", Kind.ERROR, times=100)

    applied = team.applies()
    assert (applied.code, team.creates()) == (3, 1)
    assert "comment not posted" in applied.err
    assert "1 created" in applied.out
    assert team.outputs["reported"] == "false"

    team.emulator.gateway.faults.clear()
    assert team.on_main("ci", "report", "--check").code == 0
    assert "Labeling in test" in team.comment
    assert team.creates() == 1


def test_a_later_edit_does_not_move_a_running_job_to_another_pull_request(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.applies()
    first = team.number
    team.git("switch", "-q", "-c", "another")
    team.declares(input=PREFIX, owner="somebody-else")
    team.git("commit", "-aqm", "Another owner")
    head = team.git("rev-parse", "HEAD")
    second = team.emulator.open_pull(head_sha=head, base_sha=team.merged, branch="another")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "-m", "Merge another", "another")
    team.merged = team.git("rev-parse", "HEAD")
    team.emulator.merge_pull(second, team.merged)

    team.simulator.advance_until_idle()
    assert team.on_main("ci", "report").code == 0

    assert "Finished in test" in team.emulator.comments(first)[0]["body"]
    assert team.emulator.comments(second) == []


def test_a_faulty_file_on_main_does_not_hide_the_progress_of_other_jobs(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.applies()
    (team.folder / "jobs/sports-data/broken.yaml").write_text("name: [")
    team.simulator.advance_until_idle()

    ran = team.on_main("ci", "report")

    assert ran.code == 1
    assert "Finished in test" in team.comment
    assert team.outputs == {"left": "0"}


def test_a_running_job_whose_file_has_problems_is_followed_and_not_called_undeclared(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.applies()
    file = team.folder / "jobs/sports-data/rally-outcome.yaml"
    file.write_text(file.read_text() + "unknown: field\n")
    (team.folder / "jobs/sports-data/next.yaml").write_text(
        file.read_text().replace("name: rally-outcome", "name: next")
    )
    team.simulator.advance(150)

    ran = team.on_main("ci", "report")

    assert ran.code == 1
    assert "Labeling in test" in team.comment
    assert "has a file with problems, so whether it was changed is unknown" in team.comment
    assert "declared by" not in team.comment


def test_a_cancelled_apply_reports_each_job_that_may_exist_and_the_next_run_ends_it(team: Team):
    names = [f"job-{number}" for number in range(1, 8)]
    for number, name in enumerate(names, start=1):
        team.declares(name=name, input={"objects": [f"s3://clips/rallies/rally-{number}.mp4"]})
    team.opens()
    team.plans()
    team.merges()
    team.simulator.change_settings(latency=0.1)
    team.interrupt = TwoThatHang(team)

    cancelled = team.applies()

    assert cancelled.code == 130, cancelled.err
    results = re.findall(r"^(created|unknown|not started) +(job-\d): ", cancelled.out, re.MULTILINE)
    assert [name for _, name in results] == names
    count = Counter(result for result, _ in results)
    assert count == {"created": team.creates() - 2, "unknown": 2, "not started": len(names) - team.creates()}
    assert set(count) == {"created", "unknown", "not started"}
    assert all(f"{number} {result}" in team.comment for result, number in count.items()), team.comment
    assert "AWS may have received it" in team.comment
    assert "Nothing was created" not in cancelled.out + team.comment
    assert team.check(team.merged)["conclusion"] == "failure"

    team.interrupt = None
    again = team.applies()
    assert (again.code, team.creates()) == (0, len(names)), again.out + again.err


class TwoThatHang:
    """Once a create is answered, two others are not, and no further one is sent beside them; then says that it is so."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._is_added = False
        self._seen = 0
        self._since = time.monotonic()

    def __call__(self) -> bool:
        team = self._team
        if team.creates() and not self._is_added:
            team.simulator.add_fault(operation="CreateLabelingJob", kind="timeout", when="after", seconds=30, times=2)
            self._is_added = True
        if (seen := len(team.simulator.requests())) != self._seen:
            self._seen, self._since = seen, time.monotonic()
        # What was answered is on record as well, once nothing more arrives.
        is_quiet = time.monotonic() - self._since > 2
        return self._is_added and not team.simulator.faults.pending() and is_quiet


def test_a_run_that_main_has_left_behind_does_not_contradict_the_newer_one(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    older = team.merged
    team.git("rm", "-q", "jobs/sports-data/rally-outcome.yaml")
    team.pushes_straight_to_main()
    newer, team.merged = team.merged, older
    comment = team.comment

    applied, reported = team.applies(), team.on_main("ci", "report", "--check")

    assert (applied.code, reported.code, team.creates()) == (0, 0, 0)
    assert f"main has moved on to {newer[:7]}: its run does it" in applied.out
    assert team.comment == comment
    assert team.emulator.check_runs(older) == []
