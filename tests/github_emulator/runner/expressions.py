"""GitHub's expressions, as far as our workflows use them, with its way of comparing.

What matters here is what surprises: values of two kinds are compared as numbers, a missing value is nought, text that is no number equals
nothing, and case does not count. The source is GitHub's page "Evaluate expressions in workflows and actions".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Value = None | bool | float | str | Mapping[str, "Value"]
Function = Callable[..., Value]

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||==|!=|[!().,]))"
)
WORDS: Mapping[str, Value] = {"true": True, "false": False, "null": None}
INSIDE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


@dataclass(slots=True)
class Reader:
    """Reads one expression from the left, evaluating as it goes."""

    context: Mapping[str, Value]
    functions: Mapping[str, Function]
    tokens: list[tuple[str, str]]
    place: int = field(default=0)

    def peek(self) -> str:
        """Say which sign comes next, or nothing."""
        kind, text = self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")
        return text if kind == "sign" else ""

    def take(self) -> tuple[str, str]:
        """Give the next token and go past it."""
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, sign: str) -> None:
        """Go past a sign that must stand here."""
        if self.take()[1] != sign:
            raise ValueError(f"{sign} expected in {self.tokens}")

    def either(self) -> Value:
        """Read `a || b`: the first that is something, else the last."""
        left = self.both()
        while self.peek() == "||":
            self.take()
            right = self.both()
            left = left if truth(left) else right
        return left

    def both(self) -> Value:
        """Read `a && b`: the first that is nothing, else the last."""
        left = self.comparison()
        while self.peek() == "&&":
            self.take()
            right = self.comparison()
            left = right if truth(left) else left
        return left

    def comparison(self) -> Value:
        """Read `a == b` and `a != b`."""
        left = self.single()
        while (sign := self.peek()) in {"==", "!="}:
            self.take()
            left = equal(left, self.single()) == (sign == "==")
        return left

    def single(self) -> Value:
        """Read one value: negated, in brackets, a literal, a call, or a path into the contexts."""
        kind, text = self.take()
        match kind, text:
            case "sign", "!":
                return not truth(self.single())
            case "sign", "(":
                value = self.either()
                self.expect(")")
                return value
            case "text", _:
                return text[1:-1].replace("''", "'")
            case "number", _:
                return float(text)
            case "name", _ if self.peek() == "(":
                return self.call(text)
            case "name", _:
                return WORDS[text] if text in WORDS else self.path(self.context.get(text))
        raise ValueError(f"cannot read {text!r} in {self.tokens}")

    def call(self, name: str) -> Value:
        """Read the arguments of a function and call it."""
        self.expect("(")
        arguments: list[Value] = []
        while self.peek() != ")":
            arguments.append(self.either())
            if self.peek() == ",":
                self.take()
        self.expect(")")
        return self.functions[name](*arguments)

    def path(self, value: Value) -> Value:
        """Follow `.name.name` from a value; what is not there is nothing, and so is all below it."""
        while self.peek() == ".":
            self.take()
            name = self.take()[1]
            value = value.get(name) if isinstance(value, Mapping) else None
        return value


def truth(value: Value) -> bool:
    """Say whether a value counts as true in a condition."""
    return not (value is None or value is False or value == 0 or value == "")


def number(value: Value) -> float:
    """Turn a value into the number GitHub compares it as."""
    match value:
        case None | "":
            return 0.0
        case bool():
            return float(value)
        case float():
            return value
        case str() if re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", value):
            return float(value)
    return math.nan


def equal(left: Value, right: Value) -> bool:
    """Compare as GitHub does: text without case, and values of two kinds as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if type(left) is type(right) and not isinstance(left, Mapping):
        return left == right
    return number(left) == number(right)


def evaluate(expression: str, context: Mapping[str, Value], functions: Mapping[str, Function]) -> Value:
    """Evaluate one expression, in `${{ }}` or bare as in an `if`."""
    bare = expression.strip().removeprefix("${{").removesuffix("}}").strip()
    tokens, place = [], 0
    while place < len(bare):
        found = TOKEN.match(bare, place)
        if found is None or found.lastgroup is None:
            raise ValueError(f"cannot read {bare[place:]!r}")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    reader = Reader(context, functions, tokens)
    value = reader.either()
    if reader.place != len(tokens):
        raise ValueError(f"something is left over in {bare!r}")
    return value


def text(value: Value) -> str:
    """Write a value the way GitHub puts it into a text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}"
    return str(value)


def fill(words: str, context: Mapping[str, Value], functions: Mapping[str, Function]) -> str:
    """Replace each `${{ }}` in a text by its value."""
    return INSIDE.sub(lambda found: text(evaluate(found[1], context, functions)), words)
