"""Walks through a JSONata state machine with the state types that ours use (Pass, Task, Choice); the test answers its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import jsonata
from botocore.session import get_session
from botocore.validate import ParamValidator

Call = Callable[[Mapping[str, Any]], Mapping[str, Any]]

MAX_STEPS = 50  # steps, so that a loop ends


def walk(machine: Mapping[str, Any], calls: Mapping[str, Call], *, now: datetime) -> list[str]:
    """Walk from start to end at a fixed time and return the states on the way; `calls` answers each `service:action`."""
    values: dict[str, Any] = {}
    way: list[str] = []
    name = machine["StartAt"]
    while len(way) < MAX_STEPS:
        way.append(name)
        state = machine["States"][name]
        result: Any = {}
        if state["Type"] == "Task":
            result = _call(state, values, calls, now)
        seen = values | {"states": {"result": result}}
        # All expressions see the values from before: none sees another's assignment.
        values |= {each: _evaluated(value, seen, now) for each, value in state.get("Assign", {}).items()}
        if state.get("End"):
            return way
        ways = (choice["Next"] for choice in state.get("Choices", ()) if _evaluated(choice["Condition"], values, now))
        name = next(ways, state.get("Default", state.get("Next")))
    raise AssertionError(f"it loops: {way}")


def _call(
    state: Mapping[str, Any], values: Mapping[str, Any], calls: Mapping[str, Call], now: datetime
) -> Mapping[str, Any]:
    service, action = state["Resource"].partition(":aws-sdk:")[2].split(":")
    arguments = _evaluated(state["Arguments"], values, now)
    operation = get_session().get_service_model(service).operation_model(action[0].upper() + action[1:])
    assert operation.input_shape
    report = ParamValidator().validate(arguments, operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    return calls[f"{service}:{action}"](arguments)


def _evaluated(value: Any, values: Mapping[str, Any], now: datetime) -> Any:
    """Evaluate every text between {% and %}, at any depth."""
    if isinstance(value, dict):
        return {name: _evaluated(each, values, now) for name, each in value.items()}
    if isinstance(value, list):
        return [_evaluated(each, values, now) for each in value]
    if not (isinstance(value, str) and value.startswith("{%") and value.endswith("%}")):
        return value
    expression = jsonata.Jsonata(value[2:-2])
    expression.register_lambda("millis", lambda: int(now.timestamp() * 1000))
    frame = expression.create_frame()
    for name, each in values.items():
        frame.bind(name, each)
    return expression.evaluate({}, frame)
