"""The registry of rules, and the function that runs them.

A rule is a function that takes a Case and yields Diagnostics. It declares what it reads, as JSON Pointers:

reads   values that must all fit the schema; if one is at fault, the rule does not run
each    values that it checks separately, skipping those that are AT_FAULT; `/task/labels/*` stands for every item
given   fields that it only checks for presence, whatever their values; if one is only guessed, the rule does not run

A rule of the policy judges a job that does not exist yet, and no other. It also declares

policy  the members of jobs/policy.yaml that permit something; if one is at fault, what it permits is unknown

A file of an imported job describes what exists and creates nothing, so only rules with of_imported judge it.

So a fault in one part of a file never hides a fault in another part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.declarations.policy import Allowed, Policy, team_folder
from groundctl.domain.declarations.rules.partial_spec import NO_FAULTS, Faults
from groundctl.domain.declarations.sources import ObjectsInput, Source
from groundctl.domain.declarations.spec import AT_FAULT, JobSpec

SourceKind = TypeVar("SourceKind", bound=Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A declaration, and everything that a rule may read."""

    path: str
    spec: JobSpec
    allowed: Allowed = field(default_factory=lambda: Allowed(folder=""))

    @property
    def folder(self) -> str:
        """Return the team's folder."""
        return team_folder(self.path)

    def labels(self) -> Iterator[tuple[int, str]]:
        """Yield the index and the name of every label that can be read."""
        for index, label in enumerate(self.spec.labels):
            if label.name is not AT_FAULT:
                yield index, label.name

    def source(self, kind: type[SourceKind]) -> SourceKind | None:
        """Return the source of a kind, even if the declaration names others too."""
        for source in self.spec.sources:
            if isinstance(source, kind):
                return source
        return None

    def clips(self) -> Iterator[tuple[int, str]]:
        """Yield the index and the S3 URI of every listed clip that can be read."""
        if listed := self.source(ObjectsInput):
            for index, clip in enumerate(listed.objects):
                if clip["source-ref"] is not AT_FAULT:
                    yield index, clip["source-ref"]


Rule = Callable[[Case], Iterable[Diagnostic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule's function, and the parts of a declaration that it reads."""

    rule: str
    run: Rule
    reads: tuple[str, ...]
    each: tuple[str, ...]
    given: tuple[str, ...]
    policy: tuple[str, ...] | None
    of_imported: bool = False

    def can_run(self, faults: Faults) -> bool:
        """Return whether everything that the check reads is free of faults."""
        return (
            not any(faults.touch(pointer) for pointer in self.reads)
            and not any(faults.at_or_above(_container(pointer)) or faults.is_guess(pointer) for pointer in self.given)
            and (not self.each or any(_can_be_checked(pointer, faults) for pointer in self.each))
        )


CHECKS: list[Check] = []
# The functions alone, for the many declarations without faults.
_RUNS: list[Rule] = []
_OF_IMPORTED: list[Check] = []
_OF_POLICY: list[Check] = []


def rule(
    name: str,
    *,
    reads: Iterable[str] = (),
    each: Iterable[str] = (),
    given: Iterable[str] = (),
    policy: tuple[str, ...] | None = None,
    of_imported: bool = False,
) -> Callable[[Rule], Rule]:
    """Register a function under its rule's ID; the first docstring of an ID is the rule's sentence in the reference."""

    def enter(run: Rule) -> Rule:
        check = Check(
            rule=name,
            run=run,
            reads=tuple(reads),
            each=tuple(each),
            given=tuple(given),
            policy=policy,
            of_imported=of_imported,
        )
        CHECKS.append(check)
        if of_imported:
            _OF_IMPORTED.append(check)
        if policy is None:
            _RUNS.append(run)
        else:
            _OF_POLICY.append(check)
        return run

    return enter


def sentences() -> dict[str, str]:
    """Return each rule's sentence by ID."""
    return {check.rule: (check.run.__doc__ or "").partition("\n")[0] for check in reversed(CHECKS)}


def check_rules(case: Case, faults: Faults = NO_FAULTS) -> tuple[Diagnostic, ...]:
    """Run every rule about the declaration itself that reads no part at fault."""
    if case.spec.imported is not None:
        runs = [check.run for check in _OF_IMPORTED if check.can_run(faults)]
    else:
        runs = [check.run for check in CHECKS if check.policy is None and check.can_run(faults)] if faults else _RUNS
    found: list[Diagnostic] = []
    for run in runs:
        found += run(case)
    return tuple(found)


def check_policy_rules(case: Case, policy: Policy, faults: Faults = NO_FAULTS) -> tuple[Diagnostic, ...]:
    """Run every rule of the policy that reads no part at fault, of the declaration or of the policy."""
    found: list[Diagnostic] = []
    for check in _OF_POLICY:
        if check.can_run(faults) and policy.can_tell(check.policy or (), case.folder):
            found += check.run(case)
    return tuple(found)


def error(rule: str, pointer: str, message: str, hint: str, *, at_key: bool = False) -> Diagnostic:
    """Return an error."""
    return Diagnostic(rule=rule, pointer=pointer, message=message, hint=hint, at_key=at_key)


def warning(rule: str, pointer: str, message: str, hint: str) -> Diagnostic:
    """Return a warning."""
    return Diagnostic(rule=rule, pointer=pointer, message=message, hint=hint, severity=Severity.WARNING)


def whole_numbers(*numbers: tuple[str, int | None]) -> list[Diagnostic]:
    """Yield a diagnostic for each whole number that is written with a decimal point."""
    return [
        error("GT230", pointer, f"is {number}, not a whole number", f"write {number:.0f}")
        for pointer, number in numbers
        if isinstance(number, float)
    ]


def _can_be_checked(pointer: str, faults: Faults) -> bool:
    """Return whether a rule sees that a value is at fault; of a list at fault it sees no items."""
    return not (pointer.endswith("*") and faults.at_or_above(_container(pointer)))


def _container(pointer: str) -> str:
    return pointer.rpartition("/")[0]
