"""Two runs, step by step: a port whose calls let others act before or after them, or end the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

Port = TypeVar("Port")
Act = Callable[[], object]


class RunEndsError(BaseException):
    """The run is killed here. Nothing in the product may catch it."""


def ends() -> None:
    """End the run."""
    raise RunEndsError


def stepping(port: Port, *, before: Mapping[str, Act] | None = None, after: Mapping[str, Act] | None = None) -> Port:
    """Wrap a port: the first call of each named method lets something happen before it, or after it."""
    return cast(Port, _Stepping(port, dict(before or {}), dict(after or {})))


class _Stepping:
    def __init__(self, port: object, before: dict[str, Act], after: dict[str, Act]) -> None:
        self._port, self._before, self._after = port, before, after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        def stepped(*args: Any, **named: Any) -> Any:
            if act := self._before.pop(name, None):
                act()
            result = call(*args, **named)
            if act := self._after.pop(name, None):
                act()
            return result

        return stepped
