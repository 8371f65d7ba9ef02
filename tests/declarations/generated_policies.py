"""Policies made by machines from the policy's own schema, so that every field is reached."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from support.builders import CHECKOUT

SCHEMA = CHECKOUT.schema("policy")
# Letters that YAML, Markdown and AWS read in their own way.
LETTERS = string.ascii_letters + string.digits + " -_.:/#'\"&*{}[]?!%@`<>|,~ßé漢½\u200d🏆"


@st.composite
def policies(draw: DrawFn) -> dict[str, Any]:
    """Make data that fits the policy's schema; rules beyond it may still object."""
    made = draw(_values(SCHEMA))
    assert isinstance(made, dict)
    return made


def _values(given: dict[str, Any]) -> SearchStrategy[Any]:
    field = {**SCHEMA["$defs"].get(given.get("$ref", "").rpartition("/")[2], {}), **given}
    if "enum" in field:
        return st.sampled_from(field["enum"])
    match field["type"]:
        case "object":
            return _mappings(field)
        case "array":
            most = min(field.get("maxItems", 4), 4)
            least, unique = field.get("minItems", 0), bool(field.get("uniqueItems"))
            return st.lists(_values(field["items"]), min_size=least, max_size=most, unique=unique)
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(field["minimum"], field["maximum"])
        case "number":
            places = st.integers(field["minimum"] * 100, field["maximum"] * 100)
            return places.map(lambda cents: cents / 100)
        case _:
            return _texts(field)


def _mappings(field: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    if "properties" not in field:
        keys = _texts(field.get("propertyNames", {"minLength": 1, "maxLength": 30}))
        return st.dictionaries(
            keys, _values(field["additionalProperties"]), min_size=field.get("minProperties", 0), max_size=3
        )
    names = field["properties"]
    required = {name: _values(names[name]) for name in field.get("required", ())}
    optional = {name: _later(each) for name, each in names.items() if name not in required}
    made = st.fixed_dictionaries(required, optional=optional)
    return made.filter(lambda value: len(value) >= field.get("minProperties", 0))


def _later(field: dict[str, Any]) -> SearchStrategy[Any]:
    return st.deferred(lambda: _values(field))


def _texts(field: dict[str, Any]) -> SearchStrategy[str]:
    least, most = field.get("minLength", 0), field.get("maxLength", 60)
    if pattern := field.get("pattern"):
        # \Z and not $, which Python also finds before a last line break.
        found = st.from_regex(pattern.removesuffix("$") + r"\Z", fullmatch=True)
        return found.filter(lambda text: least <= len(text) <= most)
    return st.text(LETTERS, min_size=least, max_size=min(most, 40))
