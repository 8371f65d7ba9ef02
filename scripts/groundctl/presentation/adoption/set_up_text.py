"""What `groundctl init` writes and what stays, for a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from groundctl.domain.adoption.repository.answers import TOOL_REPOSITORY
from groundctl.domain.adoption.repository.files import Blocked, Stay, Step, Write
from groundctl.domain.declarations.diagnostics import Diagnostic, field_name
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.text import count

# Without these, no pull request is planned and nothing is created.
_NEEDED = (".github/workflows/", "terraform/")
_SETTINGS = "terraform/environments/"
_MAX_LINES = 20
_FOR_UPGRADE = "Written by groundctl before, and different now. `groundctl init --upgrade` brings them here, and keeps your changes:"


def set_up_text(steps: Sequence[Step], *, folder: str, dry_run: bool) -> str:
    """List what is written, what is there already, and what is in the way."""
    writes = [step for step in steps if isinstance(step, Write)]
    verb = "Would write" if dry_run else "Writes"
    lines = [f"{verb} {count(len(writes), 'file')} into {folder}:" if writes else f"Nothing to write into {folder}."]
    lines += [f"  + {step.file.path}" for step in writes]
    stays = [step for step in steps if isinstance(step, Stay)]
    earlier = [step for step in stays if step.is_for_upgrade]
    others = [step for step in stays if not step.is_ours and not step.is_for_upgrade]
    ours = len(stays) - len(others) - len(earlier)
    lines += ["", f"{count(ours, 'file')} there already, as groundctl writes them."] * bool(ours)
    lines += ["", "There already, and stays as it is:"] * bool(others)
    lines += [line for step in others for line in _stay(step)]
    lines += ["", _FOR_UPGRADE] * bool(earlier)
    lines += [f"  ~ {step.path}" for step in earlier]
    blocked = [step for step in steps if isinstance(step, Blocked)]
    lines += ["", "Cannot be written:"] * bool(blocked)
    lines += [f"  ! {step.obstacle.reason} — {step.obstacle.hint}" for step in _one_of_each(blocked)]
    return "\n".join(for_terminal(line) for line in lines)


def next_text(*, folder: str | None, guide: str, tool: str, version: str) -> str:
    """Say what to do after the files are written."""
    where = f"`cd {shlex.quote(folder)}`, then " if folder else ""
    lines = [f"Next: {where}the steps of `The first hour` in {guide}"]
    if tool == TOOL_REPOSITORY:
        lines += [
            "",
            f"{TOOL_REPOSITORY} is not published yet, so GitHub and Terraform find no workflow and no module there. Push groundctl",
            f"with a tag v{version} to a repository of your company. Then run `groundctl init --tool-repository OWNER/NAME` and",
            "`groundctl init --upgrade` here. `validate`, `new` and `demo` need none of this.",
        ]
    return "\n".join(for_terminal(line) for line in lines)


def inside_text(repository: str) -> str:
    """Say that workflows are not read here."""
    return for_terminal(
        f"This folder is inside of the Git repository {repository}: GitHub reads workflows at its top only."
    )


def needs_attention(steps: Sequence[Step]) -> bool:
    """Return whether something that groundctl cannot do without could not be written."""
    return any(isinstance(step, Blocked) or is_in_the_way(step) for step in steps)


def is_in_the_way(step: Step) -> bool:
    """Return whether another file has the name of one that groundctl needs."""
    return (
        isinstance(step, Stay)
        and not step.is_ours
        and not step.is_for_upgrade
        and step.path.startswith(_NEEDED)
        and not step.path.startswith(_SETTINGS)
    )


def faults_text(faults: Sequence[Diagnostic]) -> str:
    """Write one line for each fault of answers that come from no file."""
    lines = [f"{field_name(fault.pointer) or 'answers'}: {fault.message} — {fault.hint}" for fault in faults]
    return "\n".join(for_terminal(line) for line in lines)


def _stay(step: Stay) -> Iterator[str]:
    if step.missing:
        yield f"  = {step.path}; add these lines yourself:"
        yield from (f"      {line}" for line in step.missing[:_MAX_LINES])
        if more := len(step.missing) - _MAX_LINES:
            yield from [f"      and {more} more"] * (more > 0)
    elif is_in_the_way(step):
        yield f"  ! {step.path} is yours, and groundctl needs a file of this name: rename yours, then run `groundctl init` again"
    elif step.path.startswith(_SETTINGS):
        yield f"  = {step.path}; no command changes it: edit it yourself where the answers are new"
    else:
        yield f"  = {step.path}"


def _one_of_each(blocked: Sequence[Blocked]) -> list[Blocked]:
    return list({step.obstacle: step for step in blocked}.values())
