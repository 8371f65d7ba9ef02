"""Plays a rehearsal: Terraform, each round of jobs from its plan to its labels, then the results and the worker pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groundctl.app.rehearsal.preparing import Rehearsal
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.planning.plan import Action
from groundctl.domain.rehearsal.rounds import LeftOut
from groundctl.domain.rehearsal.steps import (
    ClipsUploaded,
    JobsLeftOut,
    Moment,
    RoundStarts,
    SecondApplyEnded,
    Step,
    TerraformReplaced,
    TerraformStarts,
)
from groundctl.domain.rehearsal.surroundings import existing_things, handed_over
from groundctl.errors import DeclarationsRefusedError, ExternalError
from groundctl.rehearsal_ports import RehearsalCommands, RehearsalFiles, Simulator, StandInStore, TerraformRoot

PEOPLE = 4  # in each work team
A_WHILE = 150  # seconds; by then some clips have answers
AGAIN = "correct it, and run `groundctl demo` again"
NO_CLIPS = "GT701"  # an empty selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a rehearsal is played with.

    open_terraform returns with the root why it is not the repository's own; hand_over keeps Terraform's output where
    every command finds it.
    """

    simulator: Simulator
    files: RehearsalFiles
    commands: RehearsalCommands
    open_terraform: Callable[[], tuple[TerraformRoot, str | None]]
    hand_over: Callable[[JsonObject], Infrastructure]
    open_objects: Callable[[], StandInStore]
    report: Callable[[Step], None]


def play(rehearsal: Rehearsal, stage: Stage) -> tuple[Declaration, ...]:
    """Run the steps of the jobs' lives in order; return the declarations that were played."""
    _make_infrastructure(rehearsal, stage)
    played: list[Declaration] = []
    for number, declarations in enumerate(rehearsal.rounds.rounds, 1):
        if number > 1:
            stage.report(RoundStarts(number=number))
        played += _play_round(rehearsal, stage, declarations, is_first=number == 1)
    files = stage.files
    for each in played:
        clips = ("--clips", str(files.clips))
        stage.commands.call("results", each.spec.name, "--answers", *clips, "--out", str(files.results))
    for each in played:
        stage.commands.save(f"{PurePosixPath(each.path).stem}.html", "show", each.path, "--as", "page")
    return tuple(played)


def _make_infrastructure(rehearsal: Rehearsal, stage: Stage) -> None:
    """Apply Terraform, make what its output names and nothing has made, and let people sign in to each team."""
    stage.report(TerraformStarts(people=PEOPLE))
    terraform, why_replaced = stage.open_terraform()
    if why_replaced:
        stage.report(TerraformReplaced(why=why_replaced))
    outputs = _build(terraform, stage.simulator, rehearsal)
    stage.report(Moment.INFRASTRUCTURE_IS_STABLE)
    stage.simulator.make_existing(handed_over(stage.hand_over(outputs)))
    stage.simulator.sign_in_members(PEOPLE)
    stage.files.copy_texts()


def _build(terraform: TerraformRoot, simulator: Simulator, rehearsal: Rehearsal) -> JsonObject:
    """Make what exists elsewhere, apply Terraform twice, and return what it hands over."""
    environment = rehearsal.environment
    simulator.make_existing(existing_things(environment, rehearsal.substitutes, rehearsal.region))
    var_file = Path(environment.file) if environment.file else None
    terraform.apply(variables=rehearsal.settings, var_file=var_file)
    if terraform.has_changes(variables=rehearsal.settings, var_file=var_file):
        raise ExternalError(
            "Terraform wants to change what it has just created",
            hint="if terraform/ is yours, run `terraform plan` twice in it; else please report this as a bug",
        )
    return terraform.outputs()


def _play_round(
    rehearsal: Rehearsal, stage: Stage, declarations: Sequence[Declaration], *, is_first: bool
) -> Sequence[Declaration]:
    """Plan, create and label the jobs of one round; return those that were created."""
    stage.files.add(each.path for each in declarations)
    number, labels = _upload(rehearsal, declarations, stage.open_objects(), stage.files)
    stage.report(ClipsUploaded(number=number))
    stage.simulator.set_correct_labels(labels)
    created = _plan(stage, declarations, is_first=is_first)
    if is_first:
        stage.commands.save("comment.md", "plan", "--format", "markdown")
    stage.commands.call("apply", "--plan", str(stage.files.plan))
    _apply_again(stage)
    if is_first:
        stage.report(Moment.FIRST_ANSWERS_ARE_AWAITED)
        stage.simulator.advance(A_WHILE)
        stage.commands.call("status")
    stage.report(Moment.THE_END_IS_AWAITED)
    stage.simulator.run_until_idle()
    stage.commands.call("status")
    return created


def _upload(
    rehearsal: Rehearsal, declarations: Iterable[Declaration], objects: StandInStore, files: RehearsalFiles
) -> tuple[int, dict[str, str]]:
    """Put the stand-ins of declarations where they look for clips; return their number, and the correct labels known."""
    truth = files.correct_labels()
    labels: dict[str, str] = {}
    number = 0
    for declaration in declarations:
        chosen = rehearsal.stand_ins[declaration.path]
        own = {label.name for label in declaration.spec.labels}
        for uri, content in (chosen.objects or {}).items():
            objects.put(uri, content, "application/octet-stream")
        for clip in chosen.clips:
            kind = "video/webm" if clip.uri.lower().endswith(".webm") else "video/mp4"
            objects.put(clip.uri, files.content(clip), kind)
            number += 1
            if (label := truth.get(clip.clip, "")) in own:
                labels[clip.uri] = label
    return number, labels


def _plan(stage: Stage, declarations: Sequence[Declaration], *, is_first: bool) -> Sequence[Declaration]:
    """Plan a round; take out what found no clips because of the answers that stand-ins got."""
    plan = ("plan", "--out", str(stage.files.plan))
    if not stage.commands.finds_problems(*plan):
        return declarations
    refused = [each for each in stage.files.planned_changes() if Action(each["action"]).requires_attention]
    empty = {each["name"] for each in refused if each["reasons"][0]["rule"] == NO_CLIPS}
    if is_first or len(empty) < len(refused) or not empty:
        raise _refusal(refused)
    why = "it takes none of the clips of this rehearsal"
    left = [each for each in declarations if each.spec.name in empty]
    stage.report(JobsLeftOut(left_out=tuple(LeftOut(path=each.path, why=why) for each in left)))
    for each in left:
        stage.files.remove(each.path)
    stage.commands.call(*plan)
    return [each for each in declarations if each not in left]


def _refusal(changes: Sequence[JsonObject]) -> DeclarationsRefusedError:
    """Say which job the plan refuses first, and why."""
    if not changes:
        return DeclarationsRefusedError("the plan needs attention", hint=AGAIN)
    first, more = changes[0], len(changes) - 1
    reason = first["reasons"][0]
    others = f", and {more} more" if more else ""
    message = f"the plan does not create {first['name']}{others}: {reason['rule']} {reason['message']}"
    return DeclarationsRefusedError(message, hint=reason["hint"])


def _apply_again(stage: Stage) -> None:
    stage.report(Moment.SECOND_APPLY_STARTS)
    before = stage.simulator.mutating_calls()
    stage.commands.call("apply", "--auto-approve")
    calls = stage.simulator.mutating_calls() - before
    stage.report(SecondApplyEnded(calls=calls))
    if calls:
        raise ExternalError("the second apply changed something", hint="this is a bug in groundctl; please report it")
