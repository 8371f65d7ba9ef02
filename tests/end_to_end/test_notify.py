"""`notify` through the command line: each follower is mentioned once, in the comment of the pull request."""

from __future__ import annotations

import json

from end_to_end.team import PREFIX, Team
from support.github.markdown import read


def mentions_of(team: Team) -> tuple[str, ...]:
    return read(team.comment).mentions


def test_followers_are_mentioned_once_when_their_job_has_ended_and_nowhere_else(team: Team):
    team.declares(input=PREFIX, notify=["dana", "acme/sports-data"])
    team.opens()
    assert team.plans().code == 0
    assert mentions_of(team) == ()
    team.merges()
    assert team.applies().code == 0
    assert mentions_of(team) == ()

    team.simulator.advance_until_idle()
    assert team.on_main("ci", "report", "--check").code == 0
    assert mentions_of(team) == ("dana", "acme/sports-data")
    ended = team.comment

    assert team.on_main("ci", "report", "--check").code == 0
    assert team.comment == ended
    check = json.dumps(team.check(team.merged))
    assert "Finished in test" in check
    assert "dana" not in check + team.summary


def test_a_create_that_aws_refuses_mentions_the_followers_and_the_later_end_does_not_again(team: Team):
    team.declares(input=PREFIX, notify=["dana"])
    team.opens()
    team.plans()
    team.merges()
    team.simulator.add_fault(operation="CreateLabelingJob", kind="access_denied")

    assert team.applies().code == 1
    assert mentions_of(team) == ("dana",)
    assert team.applies(GITHUB_EVENT_NAME="workflow_dispatch").code == 0
    assert "1 created" in team.comment
    assert mentions_of(team) == ("dana",)

    team.simulator.advance_until_idle()
    assert team.on_main("ci", "report").code == 0
    assert "Finished in test" in team.comment
    assert mentions_of(team) == ("dana",)
