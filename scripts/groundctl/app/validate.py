"""Reads and checks declarations offline, one file or many, on one core or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.cross_file import DeclarationSummary, check_together
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, in_reading_order, locate
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.validator import Validator, check_policy
from groundctl.domain.declarations.yaml_loader import load_document, read_document

if TYPE_CHECKING:
    from groundctl.domain.planning.plan import Plan
    from groundctl.ports import Files  # imports of ports that only online commands need

# Below this number, checking is faster than starting processes.
MIN_FILES_FOR_PROCESSES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The result for all requested declarations: the valid ones, the number of files, and every problem.

    declared holds the keys of the jobs that any of the files declares, also one with errors: by the file's name, and by
    the name in it.
    """

    declarations: tuple[Declaration, ...]
    declared: frozenset[JobKey]
    summaries: tuple[DeclarationSummary, ...]
    problems: tuple[LocatedDiagnostic, ...]
    files: int
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFiles:
    """The result for a chunk of files, each checked separately."""

    problems: tuple[LocatedDiagnostic, ...]
    summaries: tuple[DeclarationSummary, ...]
    declarations: tuple[Declaration, ...]


def validate(
    files: Files, given: Iterable[str] = (), *, processes: int = 1, keep: bool = True, beside_all: bool = False
) -> Validated:
    """Check declarations offline; without `keep`, return their problems only.

    beside_all also finds conflicts of the given files with all others, whose own problems are not reported.
    """
    validated = start_validation(files, given, processes=processes, keep=keep)()
    others = sorted({*files.declarations()} - {*files.declarations(given)}) if beside_all else []
    if not others:
        return validated
    checked = check_files(files, validated.policy, others, keep=False)
    between = _between_files((*validated.summaries, *checked.summaries), files)
    return replace(
        validated,
        declared=validated.declared | _declared(others, checked.summaries),
        problems=in_reading_order([*validated.problems, *(one for one in between if one.path not in others)]),
    )


def start_validation(
    files: Files, given: Iterable[str] = (), *, processes: int = 1, keep: bool = True
) -> Callable[[], Validated]:
    """Start checking, in other processes if there are enough files; return a function that waits for the result."""
    policy, policy_problems = load_policy(files)
    paths = files.declarations(given)
    chunks = _check_all(partial(check_files, files, policy, keep=keep), paths, processes)
    return partial(_combine, files, policy, policy_problems, paths, chunks)


def load_policy(files: Files) -> tuple[Policy, tuple[LocatedDiagnostic, ...]]:
    """Read the repository's policy; without one, the strict defaults apply; of a broken one, what can be read."""
    raw = files.read_policy()
    if raw is None:
        return Policy(), ()
    return check_policy(files.policy_path, raw, SchemaCheck(files.schema("policy")))


def check_files(files: Files, policy: Policy, paths: Sequence[str], *, keep: bool) -> CheckedFiles:
    """Check each file of a chunk separately."""
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
    return CheckedFiles(problems=tuple(problems), summaries=tuple(summaries), declarations=tuple(declarations))


def refusals(files: Files, plan: Plan) -> tuple[LocatedDiagnostic, ...]:
    """Locate a plan's refusals on the lines of the files that cause them; only these files are read again."""
    refused = (change for change in plan.changes if change.path and change.action.requires_attention)
    return in_reading_order(
        problem
        for change in refused
        if isinstance(document := load_document(change.path, files.read(change.path)), Document)
        for problem in locate(document, change.reasons)
    )


def _check_all(check: partial[CheckedFiles], paths: Sequence[str], processes: int) -> Iterator[CheckedFiles]:
    if processes > 1 and len(paths) >= MIN_FILES_FOR_PROCESSES:
        from groundctl.app.concurrency import map_processes

        return map_processes(check, paths, processes)
    return map(check, [paths])


def _combine(
    files: Files,
    policy: Policy,
    policy_problems: Sequence[LocatedDiagnostic],
    paths: Sequence[str],
    chunks: Iterator[CheckedFiles],
) -> Validated:
    summaries: list[DeclarationSummary] = []
    problems = [*policy_problems]
    declarations: list[Declaration] = []
    for chunk in chunks:
        summaries += chunk.summaries
        problems += chunk.problems
        declarations += chunk.declarations
    return Validated(
        declarations=tuple(declarations),
        declared=_declared(paths, summaries),
        summaries=tuple(summaries),
        problems=in_reading_order([*problems, *_between_files(summaries, files)]),
        files=len(paths),
        policy=policy,
    )


def _declared(paths: Iterable[str], summaries: Iterable[DeclarationSummary]) -> frozenset[JobKey]:
    return frozenset({job_key(PurePosixPath(path).stem) for path in paths} | {summary.key for summary in summaries})


def _between_files(summaries: Sequence[DeclarationSummary], files: Files) -> Iterator[LocatedDiagnostic]:
    """Find conflicts between files; only the files in conflict are read again, for their line numbers."""
    for summary, diagnostic in check_together(summaries):
        document = read_document(summary.path, files.read(summary.path)).document
        if document:
            yield from locate(document, [diagnostic])
