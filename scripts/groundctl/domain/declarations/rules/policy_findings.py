"""What jobs/policy.yaml does not allow in a declaration. It is found here, for `validate` and for the plan alike.

The policy judges what is not bought yet. `validate` knows no jobs, so it reports a finding as a warning; a plan refuses the
job if it does not exist, and says nothing about one that does. `validate` knows no date either: what it says about an
exception is the same on every day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, Severity, TextPlace
from groundctl.domain.declarations.policy import Allowed, Policy, PolicyException
from groundctl.domain.declarations.rules.partial_spec import NO_FAULTS, Faults
from groundctl.domain.declarations.rules.registry import Case, check_policy_rules
from groundctl.domain.declarations.spec import AT_FAULT, JobSpec, is_file_name
from groundctl.domain.declarations.templates.addresses import FOREIGN_PICTURE
from groundctl.domain.declarations.templates.faults import Refusal, place_at
from groundctl.domain.declarations.worker_template import (
    LONGEST_TRIED,
    longest_html,
    markdown_to_html,
    refused_addresses,
)
from groundctl.domain.near_names import DID_YOU_MEAN

Found = TypeVar("Found", Diagnostic, LocatedDiagnostic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment(Generic[Found]):
    """What is not allowed, and what only an exception allows."""

    refused: tuple[Found, ...]
    excepted: tuple[tuple[Found, PolicyException], ...] = ()


def judge(
    find: Callable[[Allowed], Iterable[Found]],
    policy: Policy,
    *,
    folder: str,
    job: JobKey | None,
    today: date | None = None,
) -> Judgment[Found]:
    """Compare a declaration with what is allowed to it; without a date, every exception counts."""
    exceptions = policy.exceptions_for(folder, job)
    if not exceptions:
        return Judgment(refused=tuple(find(policy.allowed(folder))))

    def found_with(given: Iterable[PolicyException]) -> dict[tuple[object, ...], Found]:
        return {_key(one): one for one in find(policy.allowed(folder, given))}

    in_force: list[PolicyException] = [each for each in exceptions if not each.has_ended(today)]
    refused = found_with(in_force)
    alone = {id(each): found_with((*in_force, each) if each.has_ended(today) else (each,)) for each in exceptions}
    excepted = [
        (one, next((each for each in in_force if key not in alone[id(each)]), in_force[-1]))
        for key, one in found_with(()).items()
        if key not in refused
    ]
    ended = [each for each in exceptions if each.has_ended(today)]
    return Judgment(
        refused=tuple(
            _after_the_end(one, next((each for each in ended if key not in alone[id(each)]), None))
            for key, one in refused.items()
        ),
        excepted=tuple(excepted),
    )


def offline(judgment: Judgment[Found]) -> Iterator[Found]:
    """Say what `validate` can say about findings: it knows neither jobs nor the date."""
    for one in judgment.refused:
        message = f"{one.message}; a plan refuses this job, unless it exists already"
        yield replace(one, message=message, severity=Severity.WARNING)
    for one, exception in judgment.excepted:
        message = f"{one.message}; an exception for {exception.whom} allows it until {exception.until}"
        hint = f"from the next day on, a plan refuses this job, unless it exists already: {one.hint}"
        yield replace(one, message=message, hint=hint, severity=Severity.WARNING)


def without_misspelled(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Leave out that the policy does not allow a work team whose name is only misspelled."""
    problems = tuple(problems)
    misspelled = {one.pointer for one in problems if one.rule == "GT602" and one.hint.startswith(DID_YOU_MEAN)}
    return tuple(one for one in problems if one.rule != "GT505" or one.pointer not in misspelled)


def findings(
    path: str, spec: JobSpec, texts: Mapping[str, str], policy: Policy, allowed: Allowed, faults: Faults = NO_FAULTS
) -> Iterator[Diagnostic]:
    """Find what is not allowed in a declaration and in the instructions of its worker page."""
    yield from check_policy_rules(Case(path=path, spec=spec, allowed=allowed), policy, faults)
    if spec.template is None:
        for part in instructions(spec, texts):
            for refusal in refused_addresses(markdown_to_html(part.text), allowed.picture_hosts):
                if refusal.rule == FOREIGN_PICTURE:
                    yield part.problem(refusal)


def template_findings(path: str, text: str, allowed: Allowed) -> tuple[LocatedDiagnostic, ...]:
    """Find the pictures and media in a worker template that come from a host which is not allowed."""
    if "//" not in text:
        return ()
    # Parsers of HTML are slow to import.
    from groundctl.domain.declarations.template_lint import lint_template

    return tuple(one for one in lint_template(path, text, allowed.picture_hosts) if one.rule == FOREIGN_PICTURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """The Markdown of one part of the instructions; file names the file that holds it, if it is not in the declaration."""

    text: str
    file: str | None = None

    def problem(self, refusal: Refusal) -> Diagnostic:
        """Place a refused address on its line, if it is in a file."""
        index = self.text.find(refusal.address)
        line, column = place_at(self.text, max(index, 0))
        return Diagnostic(
            rule=refusal.rule,
            pointer="/task/instructions",
            message=refusal.message,
            hint=refusal.hint,
            beside=TextPlace(name=self.file, line=line, column=column) if self.file else None,
        )


def instructions(spec: JobSpec, texts: Mapping[str, str]) -> Iterator[Instructions]:
    """Yield the Markdown of each part of the instructions that can be read and that has a link or a picture."""
    for part in (spec.short_instructions, spec.full_instructions):
        if part is None or part is AT_FAULT:
            continue
        file = part.strip() if is_file_name(part) else None
        text = texts.get(file) if file else part
        # Every link and picture in Markdown has one of these.
        if text and ("](" in text or "]:" in text) and longest_html(text) <= LONGEST_TRIED:
            yield Instructions(text=text, file=file)


def _after_the_end(one: Found, exception: PolicyException | None) -> Found:
    if exception is None:
        return one
    return replace(one, message=f"{one.message}; the exception for {exception.whom} ended on {exception.until}")


def _key(one: Diagnostic | LocatedDiagnostic) -> tuple[object, ...]:
    # The message may contain a limit that another exception changes.
    place = (one.path, one.line, one.column) if isinstance(one, LocatedDiagnostic) else ()
    return one.rule, one.pointer, *place
