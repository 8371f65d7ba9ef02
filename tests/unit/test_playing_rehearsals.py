"""The steps of a rehearsal, in their order, with fakes of the simulator, Terraform, and the commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from groundctl.app.rehearsal.playing import Stage, play
from groundctl.app.rehearsal.preparing import Rehearsal
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.rehearsal.rounds import LeftOut, Rounds
from groundctl.domain.rehearsal.stand_ins import StandIn, StandIns
from groundctl.domain.rehearsal.steps import JobsLeftOut, RoundStarts, SecondApplyEnded, Step, TerraformReplaced
from groundctl.domain.rehearsal.surroundings import Substitutes, example_environment
from groundctl.errors import DeclarationsRefusedError, ExternalError
from support.builders import a_declaration, an_infrastructure
from support.fake_objects import FakeObjects
from support.rehearsal_fakes import FakeCommands, FakeRehearsalFiles, FakeSimulator, FakeTerraform

FIRST, SECOND, THIRD = (
    a_declaration(
        name=name, path=f"jobs/a/{name}.yaml", task={"title": "In?", "description": "Look.", "labels": ["in", "out"]}
    )
    for name in ("first", "second", "third")
)


@dataclass
class Played:
    """A rehearsal with its fakes, and what it has reported."""

    commands: FakeCommands = field(default_factory=FakeCommands)
    terraform: FakeTerraform = field(default_factory=FakeTerraform)
    why_replaced: str | None = None
    simulator: FakeSimulator = field(default_factory=FakeSimulator)
    objects: FakeObjects = field(default_factory=FakeObjects)
    steps: list[Step] = field(default_factory=list)
    files: FakeRehearsalFiles = field(
        default_factory=lambda: FakeRehearsalFiles({each.path: b"" for each in (FIRST, SECOND, THIRD)})
    )

    def play(self, *rounds: tuple[Declaration, ...]) -> list[str]:
        """Play rounds of declarations with one clip each, and name those that were played."""
        rehearsal = Rehearsal(
            environment=example_environment(),
            region="us-east-1",
            substitutes=Substitutes(),
            rounds=Rounds(rounds=rounds, left_out=()),
            stand_ins={each.path: StandIns(clips=(a_stand_in(each),)) for one in rounds for each in one},
        )
        stage = Stage(
            simulator=self.simulator,
            files=self.files,
            commands=self.commands,
            open_terraform=lambda: (self.terraform, self.why_replaced),
            hand_over=lambda _: an_infrastructure(),
            open_objects=lambda: self.objects,
            report=self.steps.append,
        )
        return [each.spec.name for each in play(rehearsal, stage)]


def a_stand_in(declaration: Declaration) -> StandIn:
    return StandIn(uri=f"s3://clips/{declaration.spec.name}.mp4", clip="rallies/rally-0001.mp4", size=4)


def refused(name: str, rule: str) -> dict[str, Any]:
    reason = {"rule": rule, "message": "no clips", "hint": "name some"}
    return {"action": "refused", "name": name, "reasons": [reason]}


def test_a_round_is_planned_applied_twice_and_labeled():
    played = Played()

    assert played.play((FIRST,)) == ["first"]
    assert played.commands.called == [
        "plan --out /out/plan.json",
        "apply --plan /out/plan.json",
        "apply --auto-approve",
        "status",
        "status",
        "results first --answers --clips /out/clips --out /out/results",
    ]
    assert played.commands.pages == {
        "comment.md": "plan --format markdown",
        "first.html": "show jobs/a/first.yaml --as page",
    }


def test_clips_and_their_correct_labels_are_there_before_the_plan():
    played = Played()
    there: list[tuple[list[str], dict[str, str], int]] = []
    played.commands.after["plan"] = lambda: there.append(
        (list(played.objects.objects), dict(played.simulator.correct_labels), played.simulator.members)
    )

    played.play((FIRST,))

    assert there == [(["s3://clips/first.mp4"], {"s3://clips/first.mp4": "in"}, 4)]


def test_a_later_round_starts_after_the_one_before_has_ended_and_has_no_second_comment():
    played = Played()
    ended: list[float] = []
    played.commands.after["plan"] = lambda: ended.append(played.simulator.seconds)

    assert played.play((FIRST,), (SECOND, THIRD)) == ["first", "second", "third"]
    assert ended == [0, 150 + 86_400]
    assert [step for step in played.steps if isinstance(step, RoundStarts)] == [RoundStarts(number=2)]
    assert list(played.commands.pages) == ["comment.md", "first.html", "second.html", "third.html"]


def test_a_job_of_a_later_round_without_clips_is_left_out_and_the_others_are_planned_again():
    played = Played(commands=FakeCommands({"plan": [False, True, False]}))
    played.files.changes = [refused("second", "GT701")]

    assert played.play((FIRST,), (SECOND, THIRD)) == ["first", "third"]
    left_out = LeftOut(path=SECOND.path, why="it takes none of the clips of this rehearsal")
    assert JobsLeftOut(left_out=(left_out,)) in played.steps
    assert sorted(played.files.copied) == [FIRST.path, THIRD.path]


@pytest.mark.parametrize(
    ("plans", "changes", "message"),
    [
        ([True], [refused("first", "GT701")], "the plan does not create first: GT701 no clips"),
        ([False, True], [refused("second", "GT302")], "the plan does not create second: GT302 no clips"),
        (
            [False, True],
            [refused("third", "GT302"), refused("second", "GT701")],
            "the plan does not create third, and 1 more: GT302 no clips",
        ),
        ([True], [], "the plan needs attention"),
    ],
)
def test_another_refusal_of_a_plan_ends_the_rehearsal_with_its_reason(
    plans: list[bool], changes: list[dict[str, Any]], message: str
):
    played = Played(commands=FakeCommands({"plan": plans}))
    played.files.changes = changes

    with pytest.raises(DeclarationsRefusedError) as raised:
        played.play((FIRST,), (SECOND, THIRD))

    assert raised.value.message == message


def test_a_second_apply_that_changes_something_is_an_error():
    played = Played()

    def apply() -> None:
        played.simulator.changes += 1

    played.commands.after["apply"] = apply

    with pytest.raises(ExternalError, match="the second apply changed something"):
        played.play((FIRST,))

    assert played.steps[-1] == SecondApplyEnded(calls=1)


def test_terraform_that_wants_to_change_what_it_created_ends_the_rehearsal_before_any_plan():
    played = Played(terraform=FakeTerraform(is_restless=True))

    with pytest.raises(ExternalError, match="Terraform wants to change what it has just created"):
        played.play((FIRST,))

    assert played.commands.called == []


def test_terraform_code_that_is_not_the_repositorys_own_is_reported_with_the_reason():
    played = Played(why_replaced="terraform/ has no main.tf")

    played.play((FIRST,))

    assert TerraformReplaced(why="terraform/ has no main.tf") in played.steps
