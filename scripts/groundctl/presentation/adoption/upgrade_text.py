"""What `groundctl init --upgrade` does with each file, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from groundctl.domain.adoption.repository.upgrade import Fault, Leave, Reason, Remove, Replace
from groundctl.domain.adoption.repository.upgrade_plan import Merged, UpgradePlan
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.text import count

# What needs no line: most files are so.
_QUIET = {Reason.CURRENT}


def upgrade_text(plan: UpgradePlan) -> str:
    """List what happens to each file, the conflicts with their lines, and what the repository uses and loses."""
    old, new = plan.lock.version, plan.version
    lines = [f"From {old} to {new}:" if old != new else f"This repository is at {new}."]
    shown = [step for step in plan.steps if not (isinstance(step, Leave) and step.reason in _QUIET)]
    lines += [_line(step) for step in shown]
    current = len(plan.steps) - len(shown)
    lines += [f"  = {count(current, 'file')} as this version writes them"] * bool(current)
    if not plan.changes:
        lines.append("Nothing to change.")
    if plan.lost:
        lines += ["", f"Used here, and not part of {new}:", *map(_fault, plan.lost)]
    return "\n".join(for_terminal(line) for line in lines)


def conflicts_text(conflicts: Mapping[str, tuple[int, ...]]) -> str:
    """Name each conflict by file and line, with what to do."""
    number = sum(map(len, conflicts.values()))
    lines = [
        f"{count(number, 'conflict')} to resolve: choose between `<<<<<<< yours` and `>>>>>>>`, and remove the marks"
    ]
    lines += [f"  {path}:{line}" for path, found in sorted(conflicts.items()) for line in found]
    return "\n".join(for_terminal(line) for line in lines)


def upgrade_faults_text(faults: Iterable[Fault]) -> str:
    """Say why nothing can be compared, and the way out."""
    return "\n".join(for_terminal(_fault(fault)) for fault in faults)


def _fault(fault: Fault) -> str:
    return f"  {fault.path} {fault.message} — {fault.hint}"


def _line(step: Leave | Replace | Remove | Merged) -> str:
    return next(_lines(step))


def _lines(step: Leave | Replace | Remove | Merged) -> Iterator[str]:
    match step:
        case Leave():
            yield f"  = {step.path} {step.reason}"
        case Replace(is_new=True):
            yield f"  + {step.path}"
        case Replace():
            yield f"  ~ {step.path}"
        case Remove():
            yield f"  - {step.path} is no longer part of this version, and you did not change it"
        case Merged(conflicts=()):
            yield f"  ~ {step.path}, with your changes"
        case Merged():
            yield f"  ! {step.path}, with your changes and {count(len(step.conflicts), 'conflict')}"
