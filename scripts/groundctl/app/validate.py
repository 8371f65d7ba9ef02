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
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, in_reading_order, locate
from groundctl.domain.declarations.policy import Policy, owner_of_path
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.declarations.validator import CheckNames, ManifestFile, Validator, check_policy, manifest_files
from groundctl.domain.declarations.yaml_loader import read_document

if TYPE_CHECKING:
    from groundctl.domain.jobs.infrastructure import Infrastructure
    from groundctl.ports import Files  # an import of ports that only online commands need

ReadManifest = Callable[[str, str], bytes | Diagnostic]

# Below this number, checking is faster than starting processes.
MIN_FILES_FOR_PROCESSES = 1_000
# More warnings of one kind than this are one, which names a few more files.
MAX_ALIKE = 10
MAX_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The result for all requested declarations: the valid ones, the number of files, and every problem.

    declared holds the keys of the jobs that any of the files declares, also one with errors: by the file's name, and by
    the name in it. infrastructure is what jobs/infrastructure.json holds, if it can be read. read_manifest reads an input
    manifest beside a declaration again, which is not kept in memory.
    """

    declarations: tuple[Declaration, ...]
    declared: frozenset[JobKey]
    summaries: tuple[DeclarationSummary, ...]
    problems: tuple[LocatedDiagnostic, ...]
    files: int
    policy: Policy
    infrastructure: Infrastructure | None = None
    read_manifest: ReadManifest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFiles:
    """The result for a chunk of files, each checked separately."""

    problems: tuple[LocatedDiagnostic, ...]
    summaries: tuple[DeclarationSummary, ...]
    declarations: tuple[Declaration, ...]


def validate(
    files: Files,
    given: Iterable[str] = (),
    *,
    processes: int = 1,
    keep: bool = True,
    beside_all: bool = False,
    names: bool = False,
) -> Validated:
    """Check declarations offline; without `keep`, return their problems only.

    beside_all also finds conflicts of the given files with all others, whose own problems are not reported. names also
    checks names by jobs/infrastructure.json; a plan does not, because a job that has ended may name what is gone.
    """
    validated = start_validation(files, given, processes=processes, keep=keep, names=names)()
    others = sorted({*files.declarations()} - {*files.declarations(given)}) if beside_all else []
    if not others:
        return validated
    checked = check_files(files, validated.policy, others, keep=False)
    between = _between_files((*validated.summaries, *checked.summaries), files, validated.policy)
    return replace(
        validated,
        declared=validated.declared | _declared(others, checked.summaries),
        problems=in_reading_order([*validated.problems, *(one for one in between if one.path not in others)]),
    )


def start_validation(
    files: Files,
    given: Iterable[str] = (),
    *,
    processes: int = 1,
    keep: bool = True,
    names: bool = False,
    environment: str | None = None,
) -> Callable[[], Validated]:
    """Start checking, in other processes if there are enough files; return a function that waits for the result.

    environment names the one whose declarations are checked, if the policy has several.
    """
    policy, policy_problems = load_policy(files)
    kept, kept_problems = _load_infrastructure(files)
    paths = [path for path in files.declarations(given) if is_in_environment(path, policy, environment)]
    check = partial(check_files, files, policy, keep=keep, infrastructure=kept if names else None)
    chunks = _check_all(check, paths, processes)
    problems = (*policy_problems, *(kept_problems if names else ()), *together(files.unread(given)))
    known = _Known(policy=policy, infrastructure=kept, problems=problems)
    return partial(_combine, files, known, paths, chunks)


def is_in_environment(path: str, policy: Policy, environment: str | None) -> bool:
    """Return whether an environment has a declaration; every environment has those that none has, as a problem."""
    if environment is None or not policy.environments:
        return True
    owner = owner_of_path(path, policy)
    return policy.environments_are_known if owner is None else owner.name == environment


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What declarations are checked against, with its own problems."""

    policy: Policy
    infrastructure: Infrastructure | None
    problems: tuple[LocatedDiagnostic, ...]


def _load_infrastructure(files: Files) -> tuple[Infrastructure | None, tuple[LocatedDiagnostic, ...]]:
    raw = files.read_kept_infrastructure()
    if raw is None:
        return None, ()
    # Imported here because few repositories keep the file, and a check of one file takes a tenth of a second.
    from groundctl.app.kept_infrastructure import parse_kept_infrastructure

    parsed = parse_kept_infrastructure(files, raw)
    return (None, (parsed,)) if isinstance(parsed, LocatedDiagnostic) else (parsed, ())


def together(warnings: Iterable[LocatedDiagnostic]) -> tuple[LocatedDiagnostic, ...]:
    """Make one warning of those that say the same, where there are many."""
    warnings = tuple(warnings)
    if len(warnings) <= MAX_ALIKE:
        return warnings
    groups: dict[str, list[LocatedDiagnostic]] = {}
    for warning in warnings:
        groups.setdefault(warning.message, []).append(warning)
    return tuple(_as_one(group) for group in groups.values())


def _as_one(group: Sequence[LocatedDiagnostic]) -> LocatedDiagnostic:
    first, others = group[0], group[1:]
    if not others:
        return first
    named = ", ".join(PurePosixPath(other.path).name for other in others[:MAX_NAMED])
    more = f" and {len(others) - MAX_NAMED:,} more" if len(others) > MAX_NAMED else ""
    return replace(first, message=f"{first.message}; the same is true of {named}{more}")


def load_policy(files: Files) -> tuple[Policy, tuple[LocatedDiagnostic, ...]]:
    """Read the repository's policy; without one, the strict defaults apply; of a broken one, what can be read."""
    raw = files.read_policy()
    if raw is None:
        return Policy(), ()
    return check_policy(files.policy_path, raw, SchemaCheck(files.schema("policy")))


def check_files(
    files: Files, policy: Policy, paths: Sequence[str], *, keep: bool, infrastructure: Infrastructure | None = None
) -> CheckedFiles:
    """Check each file of a chunk separately; with an infrastructure, also what the files of its environment name."""
    schema = SchemaCheck(files.schema("labeling-job"))
    validator = Validator(
        schema=schema,
        policy=policy,
        read_text=files.read_text_beside,
        check_manifest=partial(_check_manifest, files.read_manifest_beside),
    )
    with_names = replace(validator, check_names=_names_check(infrastructure)) if infrastructure else validator
    problems: list[LocatedDiagnostic] = []
    summaries: list[DeclarationSummary] = []
    declarations: list[Declaration] = []
    for path in paths:
        judge = with_names if infrastructure and _has_its_jobs(infrastructure, path, policy) else validator
        checked = judge.check(path, files.read(path))
        problems += checked.problems
        if checked.summary:
            summaries.append(checked.summary)
        if checked.declaration and keep:
            declarations.append(checked.declaration)
    return CheckedFiles(problems=tuple(problems), summaries=tuple(summaries), declarations=tuple(declarations))


def _has_its_jobs(infrastructure: Infrastructure, path: str, policy: Policy) -> bool:
    """Return whether a declaration's job is created in an infrastructure: that of another environment has other teams."""
    from groundctl.domain.jobs.infrastructure import is_same_place

    owner = owner_of_path(path, policy)
    return is_same_place(owner, infrastructure) if owner else not policy.environments


def _names_check(infrastructure: Infrastructure) -> CheckNames:
    from groundctl.domain.jobs.kept_infrastructure import check_kept_names

    return lambda spec, is_sound: check_kept_names(spec, infrastructure, is_sound=is_sound)


def _check_manifest(read: ReadManifest, path: str, spec: JobSpec) -> ManifestFile:
    # Few declarations have a manifest beside them, and what reads one is slow to import.
    from groundctl.domain.clips.manifest_file import check_manifest_file

    [name] = manifest_files(spec)
    content = read(path, name)
    if isinstance(content, Diagnostic):
        return ManifestFile(diagnostics=(replace(content, pointer="/input/manifest"),))
    return check_manifest_file(path, spec, content)


def _check_all(check: partial[CheckedFiles], paths: Sequence[str], processes: int) -> Iterator[CheckedFiles]:
    if processes > 1 and len(paths) >= MIN_FILES_FOR_PROCESSES:
        from groundctl.app.concurrency import map_processes

        return map_processes(check, paths, processes)
    return map(check, [paths])


def _combine(files: Files, known: _Known, paths: Sequence[str], chunks: Iterator[CheckedFiles]) -> Validated:
    summaries: list[DeclarationSummary] = []
    problems = [*known.problems]
    declarations: list[Declaration] = []
    for chunk in chunks:
        summaries += chunk.summaries
        problems += chunk.problems
        declarations += chunk.declarations
    return Validated(
        declarations=tuple(declarations),
        declared=_declared(paths, summaries),
        summaries=tuple(summaries),
        problems=in_reading_order([*problems, *_between_files(summaries, files, known.policy)]),
        files=len(paths),
        policy=known.policy,
        infrastructure=known.infrastructure,
        read_manifest=files.read_manifest_beside,
    )


def _declared(paths: Iterable[str], summaries: Iterable[DeclarationSummary]) -> frozenset[JobKey]:
    return frozenset({job_key(PurePosixPath(path).stem) for path in paths} | {summary.key for summary in summaries})


def _between_files(
    summaries: Sequence[DeclarationSummary], files: Files, policy: Policy
) -> Iterator[LocatedDiagnostic]:
    """Find conflicts between files; only the files in conflict are read again, for their line numbers."""
    for together in _by_place(summaries, policy):
        for summary, diagnostic in check_together(together):
            document = read_document(summary.path, files.read(summary.path)).document
            if document:
                yield from locate(document, [diagnostic])


def _by_place(summaries: Sequence[DeclarationSummary], policy: Policy) -> Iterable[Sequence[DeclarationSummary]]:
    """Group declarations by account and Region: a job tried in one place may have the same name in another."""
    if not policy.environments:
        return [summaries]
    places: dict[tuple[str, str] | None, list[DeclarationSummary]] = {}
    for summary in summaries:
        owner = owner_of_path(summary.path, policy)
        places.setdefault(owner.place if owner else None, []).append(summary)
    return places.values()
