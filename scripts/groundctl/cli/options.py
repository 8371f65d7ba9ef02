"""The options of a command: fields of a frozen dataclass, each declared once with its help.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class PlanOptions:
        out: Annotated[str | None, Option("--out", "also write the plan as JSON", metavar="FILE")] = None

The type of a field determines how it is parsed: a bool is a flag, an enumeration is a choice, and a tuple takes any
number of values. Only one function here uses an argparse Namespace.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from groundctl.cli.commands import HELP_WIDTH, HelpFormatter
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional argument: its name in help, and its description."""

    metavar: str
    help: str


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its flag, its description, and the name of its value in help."""

    flag: str
    help: str
    metavar: str | None = None


# The only option that several commands share.
InfrastructureFile = Annotated[
    str | None,
    Option(
        "--infrastructure",
        "read the infrastructure from this JSON file, as written by `terraform output -json infrastructure`;"
        " by default GROUNDCTL_INFRASTRUCTURE, or Terraform's own output",
        metavar="FILE",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[Options]):
    """A command: its description, its examples, its options, and the function that runs it."""

    description: str
    examples: tuple[str, ...]
    options: type[Options]
    run: Callable[[Options], ExitCode]

    def __call__(self, prog: str, arguments: list[str]) -> ExitCode:
        """Parse the arguments and run the command; invalid arguments and --help end the program, as in argparse."""
        return self.run(_read(self.options, self.parser(prog).parse_args(arguments)))

    def parser(self, prog: str) -> argparse.ArgumentParser:
        """Create the argument parser."""
        parser = _Parser(
            prog=prog,
            description=self.description,
            epilog="\n".join(["examples:", *(f"  {example}" for example in self.examples)]),
            formatter_class=HelpFormatter,
            # A part of a word must not stand for an option that costs money.
            allow_abbrev=False,
        )
        for field, kind, declared in _declarations(self.options):
            settings = _reading(field, kind) | ({"metavar": declared.metavar} if declared.metavar else {})
            if isinstance(declared, Argument):
                if field.default is not MISSING:
                    settings.setdefault("nargs", "?")
                parser.add_argument(field.name, help=declared.help, **settings)
            else:
                required = field.default is MISSING
                parser.add_argument(declared.flag, dest=field.name, help=declared.help, required=required, **settings)
        return parser


class _Parser(argparse.ArgumentParser):
    """Wraps the description only for help: a run does not wait for textwrap."""

    def format_help(self) -> str:
        import textwrap

        self.description = textwrap.fill(self.description or "", HELP_WIDTH)
        return super().format_help()


def _read(options: type[Options], parsed: argparse.Namespace) -> Options:
    """Convert parsed arguments into the options of a command."""
    values = {field.name: getattr(parsed, field.name) for field, _, _ in _declarations(options)}
    for field, _, declared in _declarations(options):
        if "" in (values[field.name], *_several(values[field.name])):
            name = declared.flag if isinstance(declared, Option) else declared.metavar
            # An unset variable of a script would otherwise count as an option that was not given.
            raise UsageError(f"{name} is empty", hint=f"give {name} a value, or leave it out")
    return options(**{field.name: _typed(kind, values[field.name]) for field, kind, _ in _declarations(options)})


def _several(value: Any) -> list[str]:
    return value if isinstance(value, list) else []


def _declarations(options: type[DataclassInstance]) -> Iterator[tuple[Field[Any], Any, Argument | Option]]:
    hints = get_type_hints(options, include_extras=True)
    for field in fields(options):
        kind, declared = get_args(hints[field.name])
        yield field, _without_none(kind), declared


def _without_none(kind: Any) -> Any:
    kinds = [member for member in get_args(kind) if member is not NoneType]
    return kinds[0] if len(kinds) == 1 and get_origin(kind) is not tuple else kind


def _reading(field: Field[Any], kind: Any) -> dict[str, Any]:
    """Return the argparse settings for a type."""
    default = None if field.default is MISSING else field.default
    if kind is bool:
        return {"action": "store_true"}
    if get_origin(kind) is tuple:
        return {"nargs": "*"}
    if kind is int:
        return {"type": int, "default": default}
    if issubclass(kind, StrEnum):
        return {"choices": [str(member) for member in kind], "default": default}
    return {"default": default}


def _typed(kind: Any, value: Any) -> Any:
    if get_origin(kind) is tuple:
        return tuple(value)
    if isinstance(value, str) and issubclass(kind, StrEnum):
        return kind(value)
    return value
