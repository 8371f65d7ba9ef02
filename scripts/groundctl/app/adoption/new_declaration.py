"""Makes a new declaration that passes `validate` beside the repository's own policy, apart from its placeholders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from groundctl.app.environments import in_the_same_place
from groundctl.app.kept_infrastructure import parse_kept_infrastructure
from groundctl.app.validate import load_policy
from groundctl.domain.adoption.new.place import namesake, refuse_path
from groundctl.domain.adoption.new.starter import Given, Origin, Starter, Surroundings, choose_values
from groundctl.domain.adoption.new.text import fields_to_write, write_declaration
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity
from groundctl.domain.declarations.policy import team_folder
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.texts.text_problems import invisible_characters
from groundctl.domain.declarations.validator import Validator
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.kept_infrastructure import check_kept_names
from groundctl.errors import UsageError
from groundctl.ports import Files

# The flag of each value that an author can state.
FLAGS = {
    "/workforce/team": "--team",
    "/input/prefix": "--prefix",
    "/task/title": "--title",
    "/task/labels": "--label",
    "/workforce/workers_per_object": "--workers",
    "/owner": "--owner",
    "/budget/usd": "--budget",
}
_INVISIBLE = "GT010"
# What a plan refuses, and `validate` reports as a warning.
_OF_POLICY = ("GT5", "GT602", "GT215")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeclaration:
    """A file to write: its text, the fields that the author has to write, and what to know about the others."""

    path: str
    text: str
    to_write: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def look_around(files: Files, path: str, others: Iterable[str]) -> Surroundings:
    """Read what is beside a new declaration, given the others; refuse a path that is no place for one."""
    if refused := refuse_path(path):
        raise UsageError(refused.message, hint=refused.hint)
    policy, _ = load_policy(files)
    if other := namesake(path, in_the_same_place(others, path, policy)):
        raise UsageError(
            f"{other} already declares a job of this name; AWS compares names ignoring case",
            hint="choose another name: the name of a job can never be used again",
        )
    return Surroundings(folder=team_folder(path), policy=policy, infrastructure=_infrastructure(files))


def _infrastructure(files: Files) -> Infrastructure | None:
    raw = files.read_kept_infrastructure()
    parsed = parse_kept_infrastructure(files, raw) if raw is not None else None
    return None if isinstance(parsed, LocatedDiagnostic) else parsed


def new_declaration(
    files: Files, path: str, given: Given, beside: Surroundings, *, schema: str | None = None
) -> NewDeclaration:
    """Choose the values, and replace those that `validate` refuses; refuse what the author states wrongly."""
    name = path.rpartition("/")[2].removesuffix(".yaml")
    starter, remarks = choose_values(name, given, beside, schema=schema), list[str]()
    validator = _validator(files, beside)
    while True:
        text = write_declaration(starter)
        problems = [one for one in validator.check(path, _encoded(text)).problems if _counts(one)]
        replaced = next(_replacements(starter, problems), None)
        if replaced is None:
            break
        starter, problem = replaced
        remarks.append(f"a value of jobs/policy.yaml is not used: {problem.message}")
    remarks += (_remark(path, one) for one in problems if _at(starter, one) not in starter.placeholders)
    return NewDeclaration(
        path=path, text=text, to_write=fields_to_write(starter), remarks=tuple(dict.fromkeys(remarks))
    )


def _remark(path: str, problem: LocatedDiagnostic) -> str:
    subject = f"{path} " if problem.message.startswith("is ") else ""
    return f"{subject}{problem.message}: {problem.hint}"


def _validator(files: Files, beside: Surroundings) -> Validator:
    kept = beside.infrastructure
    return Validator(
        schema=SchemaCheck(files.schema("labeling-job")),
        policy=beside.policy,
        read_text=files.read_text_beside,
        check_names=None if kept is None else lambda spec, sound: check_kept_names(spec, kept, is_sound=sound),
    )


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        hint = "write the values of the options in UTF-8"
        raise UsageError("a value is not text that a file can hold", hint=hint) from None


def _counts(problem: LocatedDiagnostic) -> bool:
    return problem.severity is Severity.ERROR or problem.rule.startswith(_OF_POLICY)


def _replacements(
    starter: Starter, problems: Iterable[LocatedDiagnostic]
) -> Iterator[tuple[Starter, LocatedDiagnostic]]:
    """Yield the declaration without a value that is at fault; raise an error if the author stated it."""
    for problem in problems:
        pointer = _at(starter, problem)
        value = starter.values.get(pointer)
        if value is not None and value.origin is Origin.GIVEN:
            raise UsageError(f"{FLAGS[pointer]}: {problem.message}", hint=problem.hint)
        if (without := starter.without(pointer)) is not None:
            yield without, problem


def _at(starter: Starter, problem: LocatedDiagnostic) -> str:
    """Return the JSON Pointer of the value that a problem is about."""
    pointer = problem.pointer
    if problem.rule == _INVISIBLE:
        # It is found in the text of the file, before there are values.
        hidden = (at for at, value in starter.values.items() if any(invisible_characters("", str(value.data))))
        return next(hidden, "")
    while pointer and pointer not in starter.values:
        pointer = pointer.rpartition("/")[0]
    return pointer
