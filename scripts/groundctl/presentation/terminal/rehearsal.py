"""What a rehearsal says: what is played and where, which substitutes there are, what is left out, and where the results are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

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
from groundctl.domain.rehearsal.surroundings import Environment, Substitutes
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.text import count

SAMPLES = "There are no declarations here: the samples that groundctl brings with it are played"
SIMULATOR_STARTS = "Starting the simulator: Ground Truth, S3, IAM and Cognito on this machine"
_MOMENTS = {
    Moment.INFRASTRUCTURE_IS_STABLE: "A second terraform plan finds nothing to change",
    Moment.SECOND_APPLY_STARTS: "A second apply finds every job already created",
    Moment.FIRST_ANSWERS_ARE_AWAITED: "Two and a half minutes pass while the simulated workers label",
    Moment.THE_END_IS_AWAITED: "The rest of the time passes",
}


def heading(sentence: str) -> str:
    """Set a step off from what the commands print."""
    return f"\n== {sentence}"


def step_text(step: Step) -> str:
    """Say what happens in a step."""
    match step:
        case Moment():
            return heading(_MOMENTS[step])
        case TerraformStarts(people=people):
            each = f"to which {people} people each sign in"
            return heading(f"Applying terraform/: buckets, the execution role, the private work teams, {each}")
        case TerraformReplaced(why=why):
            return f"  Not rehearsed: {why}. The Terraform code that groundctl brings with it takes its place"
        case RoundStarts(number=number):
            return heading(f"Round {number}: jobs that need the results of earlier ones")
        case ClipsUploaded(number=number):
            return heading(f"Uploaded {number} stand-in clips")
        case JobsLeftOut(left_out=left_out):
            return left_out_text(left_out)
        case SecondApplyEnded(calls=calls):
            return heading(f"It made {calls} calls that change anything")
        case _:
            assert_never(step)


def played_text(environment: Environment, region: str, *, others: Sequence[str]) -> str:
    """Say in which environment a repository is played."""
    where = f"account {environment.account_id}, {region}"
    file = f"terraform/environments/{environment.name}.tfvars"
    source = f"from {file}" if environment.file else f"with example settings, as there is no {file}"
    lines = [f"Environment {environment.name} ({where}), {source}"]
    if others:
        lines.append(f"  others: groundctl demo --environment {'|'.join(others)}")
    return for_terminal_lines(lines)


def substitutes_text(substitutes: Substitutes) -> str:
    """Name the substitutes; empty if there are none."""
    named = (("work team", substitutes.teams), ("topic", substitutes.topics), ("bucket", substitutes.buckets))
    parts = [f"{count(len(names), noun)} ({', '.join(names)})" for noun, names in named if names]
    return (
        for_terminal(f"  not in its settings, so that substitutes take their place: {', '.join(parts)}")
        if parts
        else ""
    )


def left_out_text(left_out: Iterable[LeftOut]) -> str:
    """List what cannot be rehearsed, with the reasons; empty if nothing is left out."""
    lines = [f"  {each.path}: {each.why}" for each in left_out]
    return for_terminal_lines(["Not rehearsed:", *lines]) if lines else ""


def closing_text(seconds: float, rows: Sequence[tuple[str, str]]) -> str:
    """List the files to look at."""
    width = max(len(path) for path, _ in rows)
    lines = [f"Done in {seconds:.0f} seconds. Results:", *(f"  {path:<{width}}  {what}" for path, what in rows)]
    return for_terminal_lines(lines)


def kept_text(url: str, settings: Iterable[tuple[str, str]], folder: str) -> Iterator[str]:
    """Say how another terminal uses the simulator that stays."""
    yield f"The simulator stays at {url} until Ctrl-C; its clock runs ten times as fast as real time."
    yield "To use it from another terminal:"
    yield f"  cd {folder}"
    for name, value in settings:
        yield f"  export {name}={value}"


def for_terminal_lines(lines: Iterable[str]) -> str:
    """Escape each line of a text."""
    return "\n".join(map(for_terminal, lines))
