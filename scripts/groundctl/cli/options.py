"""The options of a command: fields of a frozen dataclass, each declared once with its help.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class PlanOptions:
        out: Annotated[str | None, Option("--out", "also write the plan as JSON", metavar="FILE")] = None

The type of a field determines how it is parsed: a bool is a flag, an enumeration is a choice, and a tuple takes any
number of values. An option that has an effect only beside another one, or none beside another one, says so in `needs` and
`excludes`, and is refused otherwise: no option is ignored. Only one function here uses an argparse Namespace.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Generic, NoReturn, TypeVar, get_args, get_origin, get_type_hints

from groundctl.cli.commands import HelpFormatter, help_width
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Given:
    """A condition on another field of the options: it is given, or it is given as one of some values."""

    field: str
    values: tuple[object, ...] = ()


Conditions = tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional argument: its name in help, and its description."""

    metavar: str
    help: str

    @property
    def name(self) -> str:
        """Return how messages name it."""
        return self.metavar


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its flag, its description, the name of its value in help, and the options that it depends on.

    It has an effect only if one of `needs` holds, and only if none of `excludes` does. Of an enumeration, a single value
    can have needs of its own. repeat says that an option of several values takes one each time; else it takes all that
    follow it.
    """

    flag: str
    help: str
    metavar: str | None = None
    repeat: bool = False
    needs: Conditions = ()
    excludes: Conditions = ()
    value_needs: tuple[tuple[object, Conditions], ...] = ()

    @property
    def name(self) -> str:
        """Return how messages name it."""
        return self.flag


Declared = Argument | Option

# The options that several commands share.
InfrastructureFile = Annotated[
    str | None,
    Option(
        "--infrastructure",
        "read the infrastructure from this JSON file, as written by `terraform output -json infrastructure`;"
        " by default GROUNDCTL_INFRASTRUCTURE, or Terraform's own output",
        metavar="FILE",
    ),
]


EnvironmentName = Annotated[
    str | None,
    Option(
        "--environment",
        "only this environment of jobs/policy.yaml, with its folders and infrastructure; by default"
        " GROUNDCTL_ENVIRONMENT, or the only one",
        metavar="ENVIRONMENT",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[Options]):
    """A command: its description, its examples, its options, and the function that runs it.

    Of each group in one_of, exactly one field must be given.
    """

    description: str
    examples: tuple[str, ...]
    options: type[Options]
    run: Callable[[Options], ExitCode]
    one_of: tuple[tuple[str, ...], ...] = ()

    def __call__(self, prog: str, arguments: list[str]) -> ExitCode:
        """Parse the arguments and run the command; invalid arguments and --help end the program, as in argparse."""
        return self.run(self.read(prog, arguments))

    def read(self, prog: str, arguments: list[str]) -> Options:
        """Convert arguments into options, and refuse options that would have no effect."""
        parser = self.parser(prog)
        parsed, unknown = parser.parse_known_args(arguments)
        if unknown:
            parser.refuse(unknown)
        declared = [(field, kind, each) for field, kind, each in declarations(self.options)]
        values = {field.name: getattr(parsed, field.name) for field, _, _ in declared}
        for field, _, each in declared:
            if "" in (values[field.name], *_several(values[field.name])):
                # An unset variable of a script would otherwise count as an option that was not given.
                raise UsageError(f"{each.name} is empty", hint=f"give {each.name} a value, or leave it out")
        options = self.options(**{field.name: _typed(kind, values[field.name]) for field, kind, _ in declared})
        if self.one_of or any(isinstance(each, Option) and _depends(each) for _, _, each in declared):
            check_relations(options, {field.name: each for field, _, each in declared}, self.one_of)
        return options

    def parser(self, prog: str) -> Parser:
        """Create the argument parser."""
        parser = Parser(
            prog=prog,
            description=self.description,
            epilog="\n".join(["examples:", *(f"  {example}" for example in self.examples)]),
            formatter_class=HelpFormatter,
            # A part of a word must not stand for an option that costs money.
            allow_abbrev=False,
        )
        for field, kind, declared in declarations(self.options):
            settings = _reading(field, kind, declared) | ({"metavar": declared.metavar} if declared.metavar else {})
            if isinstance(declared, Argument):
                if field.default is not MISSING:
                    settings.setdefault("nargs", "?")
                parser.add_argument(field.name, help=declared.help, **settings)
            else:
                required = field.default is MISSING
                parser.add_argument(declared.flag, dest=field.name, help=declared.help, required=required, **settings)
        return parser


class Parser(argparse.ArgumentParser):
    """Wraps the description only for help: a run does not wait for textwrap. Wrong words are answered with near ones."""

    def format_help(self) -> str:
        """Write the help."""
        import textwrap

        self.description = textwrap.fill(self.description or "", help_width())
        return super().format_help()

    def refuse(self, unknown: list[str]) -> NoReturn:
        """End with a message about an argument that the command does not have."""
        from groundctl.presentation.near_names import meant

        word = unknown[0].partition("=")[0]
        if word.startswith("-"):
            flags = [flag for action in self._actions for flag in action.option_strings]
            if word in flags:
                self.error(f"{word} stands after `--`, where no options are: write it before")
            self.error(f"there is no option {word}{meant(word, flags)}")
        takes = [str(action.metavar) for action in self._actions if not action.option_strings]
        self.error(f"{unknown[0]} is one argument too many: this command takes {' and '.join(takes) or 'none'}")


def declarations(options: type[DataclassInstance]) -> Iterator[tuple[Field[Any], Any, Declared]]:
    """Yield each field of a command's options with its type and its declaration."""
    hints = get_type_hints(options, include_extras=True)
    for field in fields(options):
        kind, declared = get_args(hints[field.name])
        yield field, _without_none(kind), declared


def _depends(option: Option) -> bool:
    return bool(option.needs or option.excludes or option.value_needs)


def _several(value: Any) -> list[str]:
    return value if isinstance(value, list) else []


def _without_none(kind: Any) -> Any:
    kinds = [member for member in get_args(kind) if member is not NoneType]
    return kinds[0] if len(kinds) == 1 and get_origin(kind) is not tuple else kind


def _reading(field: Field[Any], kind: Any, declared: Argument | Option) -> dict[str, Any]:
    """Return the argparse settings for a type."""
    default = None if field.default is MISSING else field.default
    if kind is bool:
        return {"action": "store_true"}
    if get_origin(kind) is tuple:
        if isinstance(declared, Argument):
            return {"nargs": "*", "default": []}
        # The last of several must not replace the others.
        return {"default": []} | ({"action": "append"} if declared.repeat else {"nargs": "*", "action": "extend"})
    if kind is int:
        return {"type": _whole_number, "default": default}
    if issubclass(kind, StrEnum):
        choices = [str(member) for member in kind]
        return {"type": _Choice(choices), "default": default, "metavar": f"{{{','.join(choices)}}}"}
    return {"default": default}


def whole_number(text: str) -> int | None:
    """Read a whole number; None if the text is none."""
    try:
        return int(text)
    except ValueError:
        return None


def _whole_number(text: str) -> int:
    if (number := whole_number(text)) is None:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number")
    return number


class _Choice:
    """One of several words; argparse's own choices name no near one."""

    def __init__(self, choices: list[str]) -> None:
        self.choices = choices

    def __call__(self, text: str) -> str:
        if text in self.choices or not text:  # an empty value has a message of its own
            return text
        from groundctl.presentation.near_names import meant

        near = meant(text, self.choices) or f"; choose from {', '.join(self.choices)}"
        raise argparse.ArgumentTypeError(f"there is no {text}{near}")


def _typed(kind: Any, value: Any) -> Any:
    if get_origin(kind) is tuple:
        return tuple(value)
    if isinstance(value, str) and issubclass(kind, StrEnum):
        return kind(value)
    return value


def check_relations(
    options: DataclassInstance, declared: Mapping[str, Declared], one_of: Sequence[Sequence[str]] = ()
) -> None:
    """Raise for the first option that would be ignored, and for a choice that is not made."""
    given = {field.name: getattr(options, field.name) for field in fields(options) if _is_given(options, field)}
    for group in one_of:
        _check_choice([name for name in group if name in given], group, declared)
    for name, value in given.items():
        option = declared[name]
        if isinstance(option, Option):
            for condition in option.excludes:
                if _holds(condition, given):
                    _refuse(option, condition, given, declared)
            _check_needs(option.flag, option.needs, given, declared)
            _check_needs(f"{option.flag} {value}", dict(option.value_needs).get(value, ()), given, declared)


def _check_choice(found: Sequence[str], group: Sequence[str], declared: Mapping[str, Declared]) -> None:
    names = [declared[name].name for name in group]
    if not found:
        raise UsageError(f"give {_or(names)}", hint="`--help` says what each of them does")
    if len(found) > 1:
        one, other = (declared[name].name for name in found[:2])
        raise UsageError(f"{one} has no effect beside {other}", hint="leave out one of them")


def _check_needs(what: str, needs: Sequence[Given], given: Mapping[str, Any], declared: Mapping[str, Declared]) -> None:
    if needs and not any(_holds(condition, given) for condition in needs):
        ways = _or([in_words(condition, declared) for condition in needs])
        raise UsageError(f"{what} has no effect without {ways}", hint=f"add {ways}, or leave out {what}")


def _refuse(option: Option, condition: Given, given: Mapping[str, Any], declared: Mapping[str, Declared]) -> None:
    other, value = declared[condition.field], given[condition.field]
    beside = other.name
    if condition.values:
        beside = f"{other.name} {value}" if isinstance(other, Option) else str(value)
    raise UsageError(f"{option.flag} has no effect beside {beside}", hint="leave out one of them")


def in_words(condition: Given, declared: Mapping[str, Declared]) -> str:
    """Write what must be given."""
    other = declared[condition.field]
    if not condition.values:
        return f"{other.name} {other.metavar}" if isinstance(other, Option) and other.metavar else other.name
    values = _or([str(value) for value in condition.values])
    return f"{other.name} {values}" if isinstance(other, Option) else values


def _holds(condition: Given, given: Mapping[str, Any]) -> bool:
    if condition.field not in given:
        return False
    return not condition.values or given[condition.field] in condition.values


def _is_given(options: DataclassInstance, field: Any) -> bool:
    """Return whether a field differs from its default: an option with its default value asks for nothing."""
    return field.default is MISSING or getattr(options, field.name) != field.default


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
