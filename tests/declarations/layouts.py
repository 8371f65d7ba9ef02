"""Writes data as YAML in the ways that people and programs do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml
from hypothesis import strategies as st

_LAYOUTS: tuple[dict[str, Any], ...] = (
    {},
    {"default_flow_style": True},
    {"allow_unicode": True},
    {"allow_unicode": True, "width": 10**9},
)
# PyYAML's own writer and libyaml's differ in where they break lines, and in what they escape. Its own is ten times slower,
# so that it gets the last quarter of the ways: hypothesis prefers small numbers.
_WAYS = 4 * len(_LAYOUTS)
WAYS = st.integers(0, _WAYS - 1)


def _dumper(base: Any) -> Any:
    """Make a writer without aliases, and with texts always in quotes: PyYAML and YAML 1.2 disagree on what is text."""
    made: Any = type("Dumper", (base,), {"ignore_aliases": lambda *_: True})
    made.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
    return made


_OWN = _dumper(yaml.SafeDumper)
_LIBYAML = _dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper))


def written(data: Any, way: int = 0) -> str:
    """Write data as YAML in one of several ways; numbers and texts come back as what they were."""
    dumper = _LIBYAML if way % _WAYS < 3 * len(_LAYOUTS) else _OWN
    return str(yaml.dump(_plain(data), Dumper=dumper, sort_keys=False, **_LAYOUTS[way % len(_LAYOUTS)]))


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return float(data) if isinstance(data, Decimal) else data
