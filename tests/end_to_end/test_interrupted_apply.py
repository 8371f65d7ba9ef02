"""An apply that is interrupted at any request: every printed sentence is compared with the simulator's own record."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from end_to_end.team import CLIPS
from groundctl.domain.jobs.creation import Result
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import REGION, an_infrastructure, some_data, write_open_policy
from support.cli import CLEAN, TESTING, Ran, groundctl

LATENCY = 0.12  # seconds that each request is under way
# The ledger's first entry, reading on, five artifacts of each of two jobs, and the entry of both purchases; then for each job,
# both at once: the create, a look, and at most one entry about what was seen.
WRITES_BEFORE_A_CREATE = 1 + 2 * 5 + 1
REQUESTS = 1 + WRITES_BEFORE_A_CREATE + 2 * (1 + 1 + 1)
CREATED, MAYBE, NOT_SENT = {"created", "existed", str(Result.SEEN)}, {"unknown"}, {"not started", "held", "failed"}


@dataclass
class World:
    """A checkout with two jobs to create, and the simulated account."""

    folder: Path
    simulator: Simulator

    @property
    def settings(self) -> dict[str, str]:
        return {
            **TESTING,
            "AWS_ENDPOINT_URL": self.simulator.url or "",
            "GROUNDCTL_INFRASTRUCTURE": "infrastructure.json",
        }

    def declares(self, name: str, *, clip: int, **changes: Any) -> None:
        data = some_data(name=name, input={"objects": [f"s3://clips/rallies/rally-{clip}.mp4"]}, **changes)
        path = self.folder / f"jobs/sports-data/{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_open_policy(self.folder)
        path.write_text(yaml.safe_dump(data, sort_keys=False))

    def interrupted(self, when: Callable[[], bool], *signals: signal.Signals, arguments: tuple[str, ...] = ()) -> Ran:
        """Run apply, and send it signals once something is true."""

        def under_way() -> bool:
            if not when():
                return False
            time.sleep(LATENCY / 3)  # the next request is under way
            return True

        ran = groundctl(
            *("apply", "--auto-approve", *arguments),
            cwd=self.folder,
            settings=self.settings,
            interrupt=under_way,
            signals=signals,
        )
        # What was on its way when the process ended still takes effect.
        time.sleep(2 * LATENCY)
        return ran

    def acts(self) -> list[dict[str, Any]]:
        """Give the requests since the first that changed something, which are those of the creates."""
        entries = self.simulator.requests()
        first = next((index for index, entry in enumerate(entries) if entry["mutating"]), len(entries))
        return entries[first:]

    def jobs(self) -> dict[str, str]:
        listed = boto3.client("sagemaker", region_name=REGION).list_labeling_jobs()
        return {job["LabelingJobName"]: job["LabelingJobStatus"] for job in listed["LabelingJobSummaryList"]}


@dataclass
class Quiet:
    """Says whether so many creates were sent, and nothing more has arrived since: what was answered is on record."""

    world: World
    creates: int
    seconds: float = 2
    seen: int = 0
    since: float = 0

    def __call__(self) -> bool:
        requests = self.world.simulator.requests()
        if len(requests) != self.seen:
            self.seen, self.since = len(requests), time.monotonic()
        sent = sum(entry["operation"] == "CreateLabelingJob" for entry in requests)
        return sent >= self.creates and time.monotonic() - self.since > self.seconds


@pytest.fixture
def world(tmp_path: Path, simulator: Simulator) -> World:
    prerequisites.build(an_infrastructure(), clips=CLIPS)
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    world = World(tmp_path, simulator)
    world.declares("first", clip=1)
    world.declares("second", clip=2)
    simulator.clear_requests()
    simulator.change_settings(latency=LATENCY)
    return world


def outcomes_in(text: str) -> dict[str, str]:
    """Read the result of each job from what apply prints."""
    lines = re.findall(r"^([a-z ]+?(?: \([^)]+\))?) +([a-z-]+): ", text, re.MULTILINE)
    return {name: result for result, name in lines if result in CREATED | MAYBE | NOT_SENT | {"stopping"}}


def untrue_words(ran: Ran, world: World) -> list[str]:
    """Compare what a run says with the jobs that there are."""
    there, said = world.jobs(), outcomes_in(ran.out)
    untrue = [f"{name} is not named" for name in ("first", "second") if name not in said]
    untrue += [f"{name}: {result}" for name, result in said.items() if result in CREATED and name not in there]
    untrue += [f"{name}: {result}" for name, result in said.items() if result in NOT_SENT and name in there]
    words = ran.out + ran.err
    if there and re.search(
        "nothing was created|nothing was changed|not asked to change anything", words, re.IGNORECASE
    ):
        untrue.append("nothing was created")
    if "Traceback" in words:
        untrue.append("a traceback")
    return untrue


CASES = [
    *((position, signal.SIGINT) for position in range(1, REQUESTS)),
    *((position, signal.SIGTERM) for position in (2, 8, 13, 15, 17)),
]


@pytest.mark.parametrize(("position", "sent"), CASES)
def test_every_sentence_of_an_interrupted_apply_is_true(world: World, position: int, sent: signal.Signals):
    ran = world.interrupted(lambda: len(world.acts()) >= position, sent)

    assert untrue_words(ran, world) == []
    results = list(outcomes_in(ran.out).values())
    # On a busy machine the signal may come later than meant, even after the end: what was sent is in the simulator's record.
    ended_before = ran.code == 0 and results == ["created", "created"]
    assert ended_before or (ran.code == 130 and "interrupted" in ran.err), ran.out + ran.err
    sent_creates = len(world.simulator.requests("CreateLabelingJob"))
    # A signal can come between the note that a request is sent and its first byte: then "unknown" is all that is known.
    assert results.count("not started") + results.count("unknown") >= 2 - sent_creates
    if "unknown" in results or sent_creates:
        written = [entry for entry in world.acts() if entry["operation"] == "PutObject"]
        assert len(written) >= WRITES_BEFORE_A_CREATE
    if "unknown" in results:
        assert re.search("AWS may have received it|AWS accepted the create request", ran.out)
    again = groundctl("apply", "--auto-approve", cwd=world.folder, settings=world.settings)
    assert (again.code, sorted(world.jobs())) == (0, ["first", "second"]), again.out + again.err
    assert len(world.simulator.requests("CreateLabelingJob")) == 2


def test_programs_read_the_same_from_an_interrupted_apply(world: World):
    world.simulator.add_fault(operation="CreateLabelingJob", kind="timeout", when="after", seconds=30)

    ran = world.interrupted(Quiet(world, creates=2), signal.SIGTERM, arguments=("--format", "json"))

    assert ran.code == 130
    assert [one["name"] for one in ran.json["outcomes"]] == ["first", "second"]
    # Both requests are sent at once; the one that arrived first is not answered.
    assert sorted(one["result"] for one in ran.json["outcomes"]) == ["created", "unknown"]
    assert (ran.json["created"]["jobs"], ran.json["created"]["objects_to_label"]) == (1, 1)


def test_a_second_signal_does_not_keep_the_report_from_being_printed(world: World):
    signals = (signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGINT)
    # As many requests as are sent at once at first are not answered, so that the third job waits for its turn.
    world.declares("third", clip=3)
    world.simulator.add_fault(operation="CreateLabelingJob", kind="timeout", when="after", seconds=30, times=2)

    ran = world.interrupted(lambda: len(world.simulator.requests("CreateLabelingJob")) >= 2, *signals)

    assert ran.code == 130, ran.err
    assert untrue_words(ran, world) == []
    there = world.jobs()
    expected = {name: "unknown" if name in there else "not started" for name in ("first", "second", "third")}
    assert outcomes_in(ran.out) == expected
    assert len(there) == 2


def test_an_apply_that_is_interrupted_before_it_plans_says_nothing_of_jobs(world: World):
    world.simulator.add_fault(operation="ListLabelingJobs", kind="timeout", seconds=20)

    ran = world.interrupted(lambda: bool(world.simulator.requests("ListLabelingJobs")), signal.SIGINT)

    assert (ran.code, ran.out, world.jobs()) == (130, "", {})
    assert "interrupted" in ran.err


def test_an_interrupted_stop_may_have_been_received(world: World):
    assert groundctl("apply", "--auto-approve", cwd=world.folder, settings=world.settings).code == 0
    world.declares("first", clip=1, state="stopped")
    world.simulator.clear_requests()
    world.simulator.add_fault(operation="StopLabelingJob", kind="timeout", when="after", seconds=20)

    ran = world.interrupted(
        lambda: bool(world.simulator.requests("StopLabelingJob")), signal.SIGINT, arguments=("--allow-stop",)
    )

    assert (ran.code, outcomes_in(ran.out)) == (130, {"first": "unknown"})
    assert "stop request was under way" in ran.out
    assert world.jobs()["first"] in {"Stopping", "Stopped"}


def test_outcomes_go_to_standard_error_if_nothing_reads_the_output(world: World):
    command = [sys.executable, "-c", "import sys; from groundctl.cli.main import main; sys.exit(main())"]
    process = subprocess.Popen(
        [*command, "apply", "--auto-approve"],
        cwd=world.folder,
        env={**CLEAN, **world.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    err = process.stderr.read()

    assert process.wait(timeout=60) == 0
    assert outcomes_in(err) == {"first": "created", "second": "created"}
    assert "Traceback" not in err
    process.stderr.close()
