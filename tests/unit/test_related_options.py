"""No option is ignored: each says which others it needs and excludes, and each pair without a relation is used together."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, get_origin

import pytest

from groundctl.cli.options import Argument, Command, Declared, Given, Option, declarations, in_words
from groundctl.errors import UsageError
from support.builders import ROOT
from unit.test_command_line import EVERY, command

# What a field of a command may hold in a test; the others take a word.
SAMPLES = {"names": "a-job", "job": "a-job", "paths": "jobs"}


def sample(name: str, kind: Any, *, excluded: Collection[object] = ()) -> str:
    """Give a value that differs from the default, and that no other option of the line excludes."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return str([one for one in kind if one not in excluded][-1])
    return "7" if kind is int else SAMPLES.get(name, "x")


class Line:
    """A command line that is written field by field."""

    def __init__(self, found: Command[Any]) -> None:
        self.command = found
        self.fields = {field.name: (field, kind, each) for field, kind, each in declarations(found.options)}
        self.declared: dict[str, Declared] = {name: each for name, (_, _, each) in self.fields.items()}

    def words(self, given: dict[str, Any], *, without: str = "") -> list[str]:
        """Write these fields, with one choice of each group, and what is required; not with one field."""
        chosen = set(given)
        given = {**self._required(given, without), **given}
        options, arguments = [], []
        for name, value in given.items():
            _, kind, each = self.fields[name]
            excluded = [one for other in given for one in self._excluded_values(other, name) if name not in chosen]
            text = str(value if value is not None else sample(name, kind, excluded=excluded))
            if isinstance(each, Argument):
                arguments.append(text)
            else:
                options += [each.flag] if kind is bool else [each.flag, text]
        return [*options, *(["--", *arguments] if arguments else [])]

    def _excluded_values(self, name: str, other: str) -> Iterator[object]:
        declared = self.declared[name]
        if isinstance(declared, Option):
            yield from (one for each in declared.excludes if each.field == other for one in each.values)

    def _required(self, given: dict[str, Any], without: str) -> dict[str, Any]:
        needed = {name: None for name, (field, _, _) in self.fields.items() if field.default is MISSING}
        for name in list(given):
            each = self.declared[name]
            ways = [one.field for one in _all_needs(each)]
            if ways and without not in ways and not any(way in given for way in ways):
                needed[ways[0]] = None
        for group in self.command.one_of:
            if not any(name in {**needed, **given} for name in group):
                # The one that nothing of this line excludes.
                free = [
                    name
                    for name in group
                    if name != without and not any(excludes(self, other, name) for other in given)
                ]
                needed[free[0]] = None
        return needed

    def read(self, given: dict[str, Any]) -> Any:
        return self.command.read("groundctl x", self.words(given))


def _all_needs(declared: Declared) -> list[Given]:
    if not isinstance(declared, Option):
        return []
    return [*declared.needs, *(one for _, needs in declared.value_needs for one in needs)]


def excludes(line: Line, one: str, other: str) -> bool:
    declared = line.declared[one]
    return isinstance(declared, Option) and any(each.field == other and not each.values for each in declared.excludes)


def related() -> Iterator[tuple[str, str, str, Given]]:
    """Give each declared relation: command, field, what it is, condition."""
    for name in EVERY:
        for field, declared in Line(command(name)).declared.items():
            if isinstance(declared, Option):
                yield from ((name, field, "needs", each) for each in declared.needs)
                yield from ((name, field, "excludes", each) for each in declared.excludes)


@pytest.mark.parametrize(("name", "field", "relation", "condition"), [*related()])
def test_a_declared_relation_is_kept_and_is_in_the_help(name: str, field: str, relation: str, condition: Given):
    line = Line(command(name))
    option = line.declared[field]
    value = condition.values[0] if condition.values else None
    wrong = {field: None} if relation == "needs" else {field: None, condition.field: value}
    words = line.words(wrong, without=condition.field if relation == "needs" else "")

    with pytest.raises(UsageError, match=f"^{option.name} has no effect (without|beside) ") as fault:
        line.command.read("groundctl x", words)

    assert fault.value.hint
    assert line.declared[condition.field].name in fault.value.message or str(value) in fault.value.message
    shown = in_words(condition, line.declared).split()[0]
    assert shown in option.help or str(value) in option.help


def pairs() -> Iterator[tuple[str, str, str]]:
    for name in EVERY:
        known = [field.name for field in fields(command(name).options)]
        yield from ((name, one, other) for number, one in enumerate(known) for other in known[number + 1 :])


@pytest.mark.parametrize(("name", "one", "other"), [*pairs()])
def test_two_options_are_both_taken_or_refused_by_name(name: str, one: str, other: str):
    line = Line(command(name))
    words = line.words({one: None, other: None})
    options, said = read(line, words)

    if options is None:
        named = [line.declared[each].name for each in (one, other)]
        assert any(each in said or is_value_of(line, each, said) for each in named), said
    else:
        defaults = {field.name: field.default for field in fields(options)}
        assert all(getattr(options, each) != defaults[each] for each in (one, other)), shlex.join(words)


def read(line: Line, words: list[str]) -> tuple[Any, str]:
    try:
        return line.command.read("groundctl x", words), ""
    except UsageError as error:
        return None, error.message


def is_value_of(line: Line, name: str, message: str) -> bool:
    """Say whether a message names an argument by its value, as `apply`."""
    return any(
        each.name == name
        and isinstance(kind, type)
        and issubclass(kind, StrEnum)
        and any(one in message for one in kind)
        for _, kind, each in line.fields.values()
    )


def test_a_value_of_an_option_can_have_needs_of_its_own():
    with pytest.raises(UsageError, match="--format json has no effect without --plan FILE or --auto-approve"):
        command("apply").read("groundctl apply", ["--format", "json"])

    assert command("apply").read("groundctl apply", ["--format", "json", "--auto-approve"])


def test_every_field_that_a_relation_names_exists():
    for name in EVERY:
        known = {field.name for field in fields(command(name).options)}
        named = {condition.field for own, _, _, condition in related() if own == name}
        assert named | {each for group in command(name).one_of for each in group} <= known


def test_a_field_without_a_relation_is_read_by_its_command():
    """An option that no line of the command reads would be ignored in every case."""
    import inspect
    import sys

    for name in EVERY:
        found = command(name)
        source = inspect.getsource(sys.modules[found.run.__module__])
        if "groundctl.cli.set_up" in source:  # which takes the options as a whole
            folder = ROOT / "scripts/groundctl/cli/set_up"
            source += "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
        chosen = {each for group in found.one_of for each in group}  # what is not chosen is the other one
        for field in fields(found.options):
            assert field.name in chosen or re.search(
                rf"(options|given)\.{field.name}\b|\b{field.name}\b", source.partition("def run(")[2]
            ), (
                name,
                field.name,
            )


def test_a_tuple_takes_several():
    assert get_origin(tuple[str, ...]) is tuple
    assert command("status").read("groundctl status", ["a", "b"]).names == ("a", "b")
