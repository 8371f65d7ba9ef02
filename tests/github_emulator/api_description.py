"""Checks every request and response against GitHub's OpenAPI description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

EXTRACT = Path(__file__).parent / "openapi" / "github.json"
JSON = "application/json"
BODY = "body"  # how a fault begins that GitHub refuses; other faults of a request it passes over
# Answers that GitHub gives anywhere, and so does not list everywhere.
GENERAL = frozenset({401, 403, 404, 422, 429, 500, 502, 503})
ERROR = {"$ref": "#/components/schemas/basic-error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one path, as the description defines it."""

    name: str
    pattern: re.Pattern[str]
    method: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One difference between a message and the description."""

    operation: str
    where: str  # request, or answer with its status
    what: str


class Description:
    """The parsed extract of GitHub's description."""

    def __init__(self, extract: Path = EXTRACT) -> None:
        """Read the extract."""
        self._whole: dict[str, Any] = nulls_spelled_out(json.loads(extract.read_text(encoding="utf-8")))
        found = [
            Operation(
                name=definition["operationId"], pattern=_pattern(path), method=method.upper(), definition=definition
            )
            for path, item in self._whole["paths"].items()
            for method, definition in item.items()
        ]
        # A path without parameters in a place goes before one with.
        self._operations = sorted(found, key=lambda each: each.pattern.groups)

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation that a request addresses, and its path parameters."""
        for each in self._operations:
            if each.method == method and (match := each.pattern.fullmatch(path)):
                return each, {name: value.replace("%2F", "/") for name, value in match.groupdict().items()}
        return None

    def check_request(
        self, operation: Operation, parameters: Mapping[str, str], query: Mapping[str, str], raw: bytes
    ) -> Iterator[Violation]:
        """Yield the violations in a request. Stricter than GitHub, which ignores unknown names."""
        for what in self._request_faults(operation, parameters, query, raw):
            yield Violation(operation=operation.name, where="request", what=what)

    def check_answer(self, operation: Operation, status: int, body: Any) -> Iterator[Violation]:
        """Yield the violations in a response."""
        for what in self._answer_faults(operation, status, body):
            yield Violation(operation=operation.name, where=f"answer {status}", what=what)

    def _request_faults(
        self, operation: Operation, parameters: Mapping[str, str], query: Mapping[str, str], raw: bytes
    ) -> Iterator[str]:
        known = {
            (each["in"], each["name"]): each for each in map(self._follow, operation.definition.get("parameters", []))
        }
        for where, given in (("path", parameters), ("query", query)):
            for name, value in given.items():
                if (where, name) not in known:
                    yield f"there is no parameter {name} in the {where}"
                    continue
                schema = known[where, name]["schema"]
                yield from (f"{name} in the {where}: {each}" for each in self._faults(schema, _typed(schema, value)))
        content = self._follow(operation.definition.get("requestBody", {})).get("content", {})
        if not content:
            if raw:
                yield "takes no body"
            return
        try:
            body = json.loads(raw or b"{}")
        except ValueError as error:
            yield f"the body is not JSON: {error}"
            return
        schema = content[JSON]["schema"]
        yield from (f"{BODY} {each}" for each in self._faults(schema, body))
        yield from (f"there is no member {each} in the body" for each in self._unknown(schema, body, ""))

    def _answer_faults(self, operation: Operation, status: int, body: Any) -> Iterator[str]:
        definition = operation.definition["responses"].get(str(status))
        if definition is None and status not in GENERAL:
            yield f"there is no answer {status}"
            return
        content = self._follow(definition or {}).get("content", {})
        if JSON in content:
            yield from self._faults(content[JSON]["schema"], body)
        elif status >= 400:
            yield from self._faults(ERROR, body)
        elif body is not None:
            yield "should have no body"

    def _faults(self, schema: Mapping[str, Any], value: Any) -> Iterator[str]:
        for error in self._validator(json.dumps(schema, sort_keys=True)).iter_errors(value):
            place = "".join(f"/{each}" for each in error.instance_path)
            yield f"{place or '/'}: {_worded(error)}"[:500]

    @cache  # noqa: B019 - one description a process
    def _validator(self, schema: str) -> jsonschema_rs.Draft202012Validator:
        whole = {**json.loads(schema), "components": self._whole["components"]}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)

    def _unknown(self, schema: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
        schema = self._follow(schema)
        if isinstance(value, list) and "items" in schema:
            for each in value:
                yield from self._unknown(schema["items"], each, f"{place}[]")
        members = schema.get("properties")
        if isinstance(value, dict) and members:
            for name, each in value.items():
                if name in members:
                    yield from self._unknown(members[name], each, f"{place}.{name}")
                else:
                    yield f"{place}.{name}"

    def _follow(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in value:
            _, *steps = value["$ref"].split("/")
            value = self._whole
            for step in steps:
                value = value[step]
        return value


def nulls_spelled_out(value: Any) -> Any:
    """Rewrite OpenAPI 3.0's `nullable` as JSON Schema."""
    if isinstance(value, list):
        return [nulls_spelled_out(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {key: nulls_spelled_out(each) for key, each in value.items() if key != "nullable"}
    if value.get("nullable") is not True:
        return {**plain, "nullable": nulls_spelled_out(value["nullable"])} if "nullable" in value else plain
    return {"anyOf": [{"type": "null"}, plain]}


def _pattern(path: str) -> re.Pattern[str]:
    # A ref may hold slashes; nothing else may.
    pieces = re.split(r"\{(\w+)\}", path)
    spelled = [
        re.escape(piece) if at % 2 == 0 else f"(?P<{piece}>{'.+' if piece == 'ref' else '[^/]+'})"
        for at, piece in enumerate(pieces)
    ]
    return re.compile("".join(spelled))


def _worded(error: jsonschema_rs.ValidationError) -> str:
    # GitHub's wording, where it is known from its clients: the gateway refuses with them.
    match error.kind, error.instance:
        case jsonschema_rs.ValidationErrorKind.MaxItems(limit=limit), list(items):
            return f"No more than {limit} items are allowed; {len(items)} were supplied."
        case jsonschema_rs.ValidationErrorKind.MaxLength(limit=limit), str(text):
            return f"Only {limit} characters are allowed; {len(text)} were supplied."
    return error.message


def _typed(schema: Mapping[str, Any], value: str) -> Any:
    # A path or query carries text only; the description says what it stands for.
    kinds = {each.get("type") for each in (schema, *schema.get("oneOf", ()), *schema.get("anyOf", ()))}
    if "integer" in kinds and value.lstrip("-").isdigit():
        return int(value)
    if "boolean" in kinds and value in ("true", "false"):
        return value == "true"
    return value
