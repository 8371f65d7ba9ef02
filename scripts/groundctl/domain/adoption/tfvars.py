"""Reads settings of Terraform that are written as literals: .tfvars and .tfbackend files.

Terraform itself reads them only in an initialized folder, and only its own types. What is no literal, such as a call of a
function, Terraform does not accept in these files either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from groundctl.domain.canonical_json import JsonObject

_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
    |(?P<line>\n)
    |(?P<heredoc><<-?(?P<end>\w+)[ \t\r]*\n(?P<body>.*?)^[ \t]*(?P=end)[ \t\r]*$)
    |(?P<text>"(?:[^"\\\n]|\\.)*")
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[^\W\d][\w-]*)
    |(?P<mark>[={}\[\],:()])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_WORDS = {"true": True, "false": False, "null": None}
_CLOSING = {"{": "}", "[": "]", "(": ")"}
# Deeper than any setting, and shallower than Python's own limit.
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that cannot be read, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


class _NoLiteralError(Exception):
    """Something that is no literal."""


def read_tfvars(raw: bytes) -> JsonObject | Unreadable:
    """Read the settings of a file."""
    try:
        reader = _Reader(list(_tokens(raw.decode("utf-8-sig"))))
        return reader.members("")
    except UnicodeDecodeError:
        return Unreadable(why="it is not UTF-8")
    except _NoLiteralError as error:
        return Unreadable(why=str(error))


def _tokens(text: str) -> Iterator[_Token]:
    place, line = 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _NoLiteralError(f"line {line} is not a setting of Terraform")
        kind = next(
            name for name in ("skip", "line", "heredoc", "text", "number", "name", "mark") if match[name] is not None
        )
        if kind == "heredoc":
            yield _Token("heredoc", match["body"], line)
        elif kind != "skip":
            yield _Token(kind, match.group(), line)
        line += match.group().count("\n")
        place = match.end()
    yield _Token("end", "", line)


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def members(self, closing: str) -> dict[str, Any]:
        """Read `name = value` up to a closing bracket, or to the end."""
        found: dict[str, Any] = {}
        while True:
            self._skip(",")
            token = self._next()
            if token.text == closing and token.kind in {"mark", "end"}:
                return found
            if token.kind not in {"name", "text", "number"}:
                raise _NoLiteralError(f"line {token.line} has no name before {token.text or 'the end'!r}")
            name = _text(token) if token.kind == "text" else token.text
            sign = self._next()
            if sign.text not in {"=", ":"}:
                raise _NoLiteralError(f"line {sign.line}: {name} has no value")
            if name in found:
                raise _NoLiteralError(f"line {token.line}: {name} is set twice")
            found[name] = self._value()

    def _value(self) -> Any:
        self._skip("")
        token = self._next()
        if token.text in _CLOSING and token.kind == "mark":
            self._depth += 1
            if self._depth > _MAX_DEPTH:
                raise _NoLiteralError(f"line {token.line} is nested too deeply")
            value = self.members("}") if token.text == "{" else self._entries(_CLOSING[token.text])
            self._depth -= 1
            return value[0] if token.text == "(" and isinstance(value, list) and len(value) == 1 else value
        match token.kind:
            case "text":
                return _text(token)
            case "heredoc":
                return token.text
            case "number":
                return float(token.text) if re.search(r"[.eE]", token.text) else int(token.text)
            case "name" if token.text in _WORDS:
                return _WORDS[token.text]
            case _:
                raise _NoLiteralError(f"line {token.line}: {token.text or 'the end'} is not a literal value")

    def _entries(self, closing: str) -> list[Any]:
        found: list[Any] = []
        while True:
            self._skip(",")
            if self._tokens[self._at].text == closing:
                self._at += 1
                return found
            found.append(self._value())

    def _skip(self, marks: str) -> None:
        while (token := self._tokens[self._at]).kind == "line" or (
            token.kind == "mark" and token.text in marks.split()
        ):
            self._at += 1

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _text(token: _Token) -> str:
    if re.search(r"(?<!\$)\$\{|(?<!%)%\{", token.text):
        raise _NoLiteralError(f"line {token.line} has a template, which a settings file cannot have")
    try:
        value: str = json.loads(token.text)
    except ValueError:
        raise _NoLiteralError(f"line {token.line} has an escape that cannot be read") from None
    return value.replace("$${", "${").replace("%%{", "%{")
