"""The two steps that need no network, load and validate: for one file, for all of them, on one core or on several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from groundctl.domain.declarations.cross_file import DeclarationSummary, check_together
from groundctl.domain.declarations.declaration import Declaration, locate
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, in_reading_order
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.validator import Validator, check_policy
from groundctl.domain.declarations.yaml_loader import Document, load_document

if TYPE_CHECKING:
    from groundctl.domain.planning.plan import Change, Plan
    from groundctl.ports import Files  # which would bring what only an online command needs

# Fewer files are checked by the time that other processes are up.
WORTH_SHARING = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """All declarations that were asked about: the good ones, the number looked at, and every problem."""

    declarations: tuple[Declaration, ...]
    problems: tuple[LocatedDiagnostic, ...]
    files: int
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What came out of some of the files, each looked at by itself."""

    problems: tuple[LocatedDiagnostic, ...]
    summaries: tuple[DeclarationSummary, ...]
    declarations: tuple[Declaration, ...]


def validate(files: Files, given: Iterable[str] = (), *, processes: int = 1, keep: bool = True) -> Validated:
    """Check declarations without credentials or network; without `keep`, tell their problems only."""
    return begin_to_validate(files, given, processes=processes, keep=keep)()


def begin_to_validate(
    files: Files, given: Iterable[str] = (), *, processes: int = 1, keep: bool = True
) -> Callable[[], Validated]:
    """Have other processes begin to check if there are enough files; the function given back does the rest, and ends it."""
    policy, policy_problems = load_policy(files)
    paths = files.declarations(given)
    shares = _check_all(partial(check_files, files, policy, keep=keep), paths, processes)
    return partial(_put_together, files, policy, policy_problems, paths, shares)


def load_policy(files: Files) -> tuple[Policy, tuple[LocatedDiagnostic, ...]]:
    """Read the repository's policy; where there is none or it is broken, the strict defaults hold."""
    raw = files.read_policy()
    if raw is None:
        return Policy(), ()
    policy = check_policy(files.policy_path, raw, SchemaCheck(files.schema("policy")))
    return (policy, ()) if isinstance(policy, Policy) else (Policy(), policy)


def check_files(files: Files, policy: Policy, paths: Sequence[str], *, keep: bool) -> Share:
    """Check each of some files by itself."""
    schema = SchemaCheck(files.schema("labeling-job"))
    validator = Validator(schema=schema, policy=policy, read_text=files.read_text_beside)
    problems: list[LocatedDiagnostic] = []
    summaries: list[DeclarationSummary] = []
    declarations: list[Declaration] = []
    for path in paths:
        checked = validator.check(path, files.read(path))
        problems += checked.problems
        if checked.summary:
            summaries.append(checked.summary)
        if checked.declaration and keep:
            declarations.append(checked.declaration)
    return Share(problems=tuple(problems), summaries=tuple(summaries), declarations=tuple(declarations))


def refusals(files: Files, plan: Plan) -> tuple[LocatedDiagnostic, ...]:
    """Put what a plan refuses on the lines of the files that ask for it; only those are read again."""
    refused = (
        (change, _findings(change)) for change in plan.changes if change.path and change.action.requires_attention
    )
    return in_reading_order(
        problem
        for change, findings in refused
        if isinstance(document := load_document(change.path, files.read(change.path)), Document)
        for problem in locate(document, findings)
    )


def _findings(change: Change) -> list[Diagnostic]:
    return [
        Diagnostic(rule=one.rule, pointer=one.pointer, message=one.message, hint=one.hint) for one in change.reasons
    ]


def _check_all(check: partial[Share], paths: Sequence[str], processes: int) -> Iterator[Share]:
    if processes > 1 and len(paths) >= WORTH_SHARING:
        from groundctl.app.sharing import map_processes

        return map_processes(check, paths, processes)
    return map(check, [paths])


def _put_together(
    files: Files,
    policy: Policy,
    policy_problems: Sequence[LocatedDiagnostic],
    paths: Sequence[str],
    shares: Iterator[Share],
) -> Validated:
    summaries: list[DeclarationSummary] = []
    problems = [*policy_problems]
    declarations: list[Declaration] = []
    for share in shares:
        summaries += share.summaries
        problems += share.problems
        declarations += share.declarations
    return Validated(
        declarations=tuple(declarations),
        problems=in_reading_order([*problems, *_between_files(summaries, files)]),
        files=len(paths),
        policy=policy,
    )


def _between_files(summaries: Sequence[DeclarationSummary], files: Files) -> Iterator[LocatedDiagnostic]:
    """Find what is wrong between files that are each right; only those are read again, for the lines."""
    for summary, finding in check_together(summaries):
        document = load_document(summary.path, files.read(summary.path))
        if isinstance(document, Document):
            yield from locate(document, [finding])
