"""What `groundctl import` writes and leaves alone, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from groundctl.domain.adoption.import_result import ImportResult, ImportStatus, ImportTally, LedgerStatus
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.terminal.ledger import wrapped
from groundctl.presentation.text import count


def import_question(jobs: int, infrastructure: Infrastructure) -> tuple[str, str]:
    """Say what a yes does, and ask for it."""
    shown = [
        *wrapped(
            f"Import {count(jobs, 'labeling job')}: read each from AWS, and write a declaration for it below jobs/."
        ),
        *wrapped(
            f"Each is entered into the purchase ledger in {infrastructure.ledger_bucket}, from which nothing is removed:"
            " its clips count as bought. That is the only change in AWS. No labeling job is created, changed, or stopped."
        ),
    ]
    question = for_terminal(f"Do this with the jobs of {infrastructure.target}? Only `yes` is accepted: ")
    return "\n".join(shown), question


def result_text(result: ImportResult, *, is_rehearsal: bool) -> str:
    """Say what became of one job."""
    return "\n".join(_lines(result, is_rehearsal=is_rehearsal))


def _lines(result: ImportResult, *, is_rehearsal: bool) -> Iterator[str]:
    entered = _ENTERED[is_rehearsal] if result.ledger is LedgerStatus.ENTERED else ""
    match result.status:
        case ImportStatus.IMPORTED:
            beside = "".join(f" and {each.rpartition('/')[2]}" for each in result.texts)
            yield from _item(f"{result.name}: {_WROTE[is_rehearsal]} {result.path}{beside}{entered}")
        case ImportStatus.UNCHANGED:
            yield from _item(f"{result.name}: unchanged, as it has {result.path}{entered}")
        case ImportStatus.NOT_IMPORTED:
            yield from _item(f"{result.name}: not imported: {result.why}{entered}")
            yield from wrapped(f"hint: {result.hint}", first="  ", rest="        ")
    for remark in result.remarks:
        yield from wrapped(f"note: {remark}", first="  ", rest="        ")
    if result.ledger is LedgerStatus.NOT_ENTERED:
        yield from wrapped(f"not in the ledger: {result.ledger_why}", first="  ", rest="    ")


_WROTE = {False: "wrote", True: "would write"}
_ENTERED = {False: "; entered into the ledger", True: "; would be entered into the ledger"}


def _item(text: str) -> list[str]:
    return wrapped(text, first="- ", rest="  ")


def tally_text(summary: ImportTally, infrastructure: Infrastructure, *, is_rehearsal: bool) -> str:
    """Count what was done, and say what is next."""
    if not summary.imported + summary.unchanged + summary.not_imported:
        return "\n".join(wrapped(f"There is no labeling job to import in {infrastructure.target}."))
    done = f"{'Would write' if is_rehearsal else 'Wrote'} {count(summary.imported, 'declaration')}"
    parts = [done, f"{summary.unchanged:,} had one already", f"{summary.not_imported:,} not imported"]
    lines = wrapped(f"{', '.join(parts)}; {_in_ledger(summary, is_rehearsal=is_rehearsal)}.")
    return "\n".join([*lines, *_next(summary, is_rehearsal=is_rehearsal)])


def _in_ledger(summary: ImportTally, *, is_rehearsal: bool) -> str:
    verb = "would be entered" if is_rehearsal else "entered"
    return f"{count(summary.entered, 'job')} {verb} into the purchase ledger"


def _next(summary: ImportTally, *, is_rehearsal: bool) -> Iterable[str]:
    if is_rehearsal:
        return wrapped("Nothing was written. Without --dry-run, this is done.")
    if not summary.imported and not summary.entered:
        return wrapped("Nothing was changed.")
    steps: Sequence[str] = (
        "look at the files, then commit them: `git add jobs`",
        "`groundctl plan` says `exists` for each of them, and `groundctl status` and `groundctl results` read them",
        "for a new job like one of them: `groundctl clone NAME NEW`",
    )
    return ["", "next:", *(line for step in steps for line in wrapped(step, first="- ", rest="  "))]
