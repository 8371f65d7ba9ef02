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


def written(data: Any, way: int = 0) -> str:
    """Write data as YAML in one of several ways; numbers and texts come back as what they were."""
    dumper = _QuickDumper if way % _WAYS < 3 * len(_LAYOUTS) else _Dumper
    return str(yaml.dump(_plain(data), Dumper=dumper, sort_keys=False, **_LAYOUTS[way % len(_LAYOUTS)]))


class _Dumper(yaml.SafeDumper):
    """Writes without aliases, and texts always in quotes: PyYAML and YAML 1.2 disagree on what is text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


class _QuickDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc] - PyYAML may lack libyaml
    """Writes the same with libyaml."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


for _one in (_Dumper, _QuickDumper):
    _one.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return float(data) if isinstance(data, Decimal) else data
