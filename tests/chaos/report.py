"""A history that fails, as text: its steps and faults, what must not be, and how to see it again."""

from __future__ import annotations

from collections.abc import Iterator

from chaos.campaign import Played
from chaos.history import (
    AddClip,
    Apply,
    Declare,
    MakePlan,
    Race,
    Remove,
    Revert,
    Step,
    TimePasses,
    Void,
    faults_of,
)


def failure_text(played: Played, *, flaw: str = "") -> str:
    """Write down a history that fails."""
    steps = [f"  - {as_text(step)}" for step in played.history.steps]
    violations = [f"  ! {violation}" for violation in played.violations]
    options = " ".join(["--short"] * played.history.is_short + [f"--flaw {flaw}"] * bool(flaw))
    again = f"make chaos HISTORIES=1 SEED={played.history.seed}" + f' OPTIONS="{options}"' * bool(options)
    return "\n".join([f"seed {played.history.seed}", *steps, *violations, f"  again: {again}"])


def words_of(played: Played) -> Iterator[str]:
    """Write what each run printed."""
    for ran in played.ran:
        yield f"\n--- {ran.run} ({ran.step}) -> {ran.code}\n{ran.out}{ran.err}"


def as_text(step: Step) -> str:
    """Write a step, and the faults in it."""
    return "".join([_sentence(step), *(f"\n      with {fault}" for fault in faults_of(step))])


def _sentence(step: Step) -> str:
    match step:
        case Declare(checkout=checkout, job=job):
            return f"checkout {checkout} declares {job}"
        case Remove(checkout=checkout, name=name):
            return f"checkout {checkout} deletes {name}"
        case Revert(checkout=checkout, back=back):
            return f"checkout {checkout} goes {back} changes back"
        case AddClip(clip=clip):
            return f"clip {clip} arrives"
        case TimePasses(seconds=seconds):
            return f"{seconds / 60:,.0f} minutes pass"
        case MakePlan(checkout=checkout, place=place):
            return f"checkout {checkout} plans for place {place}"
        case Void(checkout=checkout, place=place, name=name):
            return f"checkout {checkout} voids {name} in place {place}"
        case Race(runs=runs):
            return "at once: " + "; ".join(map(_sentence, runs))
        case Apply(checkout=checkout, place=place, plan=plan, allow_stop=stops):
            options = " the plan that it has" * plan + " and stops" * stops
            return f"checkout {checkout} applies{options} in place {place}"
