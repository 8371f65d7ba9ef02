"""The real workflow files, from a pull request that is opened to the last label; and one of a stranger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groundtruth_simulator.server import SimulatorServer
from hub.github import GitHub
from hub.runner import Run
from story.play import Play, a_play


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Set the stage once: the acts follow upon each other."""
    with GitHub() as hub, SimulatorServer(seed=7, frozen=True) as simulator:
        with a_play(hub, simulator, tmp_path_factory.mktemp("story")) as play:
            yield play
        assert hub.take_violations() == []


@pytest.fixture(scope="module")
def ground(play: Play) -> Run:
    return play.set_up()


def test_first_the_ground_is_laid_by_terraform_in_its_own_environment(ground: Run):
    assert ground.results == {
        "look": "success", "terraform": "success", "apply": "success", "stop": "skipped", "report": "skipped",
    }, ground  # fmt: skip


def ran(run: Run) -> set[str]:
    """Name the jobs that ran to a good end; a bad one fails the test."""
    assert run.conclusion == "success", run
    return {name for name, result in run.results.items() if result != "skipped"}


@pytest.mark.usefixtures("ground")
def test_then_a_pull_request_lives_its_life(play: Play):
    opened = play.opens()
    assert opened.results == {"validate": "failure", "plan": "failure", "groundctl": "failure"}, opened
    assert "No plan" in play.comment()
    [check] = [one for one in play.hub.check_runs(play.pulled.head_sha) if one["name"] == "groundctl plan"]
    [annotation] = check["annotations"]
    assert (annotation["path"], check["conclusion"]) == ("jobs/sports-data/rally-outcome-2026-11.yaml", "failure")

    pushed = play.mends()
    assert pushed.results == {"validate": "success", "plan": "success", "groundctl": "success"}, pushed
    assert len(play.hub.comments(play.pulled.number)) == 1
    assert "2 to create" in play.comment()
    assert play.created() == []

    merged = play.merges()
    assert merged.results == {
        "look": "success", "terraform": "skipped", "apply": "success", "stop": "skipped", "report": "skipped",
    }, merged  # fmt: skip
    assert sorted(play.created()) == ["rally-outcome-2026-11", "serve-call-2026-11"]
    assert "2 created" in play.comment()

    running = play.labels()
    assert ran(running) == {"report"}, running
    assert "Labeling in demo" in play.comment()

    ended = play.ends()
    assert ran(ended) == {"report"}, ended
    assert "Finished in demo" in play.comment()
    assert len(play.hub.comments(play.pulled.number)) == 1
    assert len(play.simulator.requests("CreateLabelingJob")) == 2


@pytest.mark.usefixtures("ground")
def test_a_strangers_pull_request_gets_no_credentials_and_a_summary(play: Play):
    signed, written = len(play.hub.backdoor.issuer.signed), len(play.hub.requests(mutating=True))
    calls = len(play.simulator.requests())

    run = play.stranger()

    assert run.results == {"validate": "success", "plan": "skipped", "groundctl": "success"}, run
    assert "waits for a maintainer" in run.summary
    assert len(play.hub.backdoor.issuer.signed) == signed
    assert len(play.hub.requests(mutating=True)) == written
    assert len(play.simulator.requests()) == calls


@pytest.mark.usefixtures("ground")
def test_each_role_was_asked_for_from_its_own_place(play: Play):
    subjects = {claims["sub"] for claims in play.hub.backdoor.issuer.signed}

    assert subjects == {
        "repo:acme/labels:ref:refs/heads/main",
        "repo:acme/labels:environment:groundctl-terraform",
        "repo:acme/labels:environment:groundctl-apply",
        "repo:acme/labels:pull_request",
    }
