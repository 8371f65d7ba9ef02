"""State machine operations that Terraform calls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.responses import StepFunctionResponse

from groundtruth_simulator.moto_patches.methods import set_method

STATE_TYPES = ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")


def add_state_machine_operations() -> None:
    """Add the operations that Terraform calls for a state machine: validation of its definition, and its versions."""
    for operation in (_validate_state_machine_definition, _list_state_machine_versions):
        if not hasattr(StepFunctionResponse, operation.__name__.removeprefix("_")):
            set_method(StepFunctionResponse, operation)


def _list_state_machine_versions(self: Any) -> ActionResult:
    machine = self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
    versions = sorted(machine.versions.values(), key=lambda version: version.version, reverse=True)
    return ActionResult(
        {
            "stateMachineVersions": [
                {"stateMachineVersionArn": version.arn, "creationDate": version.creation_date} for version in versions
            ]
        }
    )


def _validate_state_machine_definition(self: Any) -> ActionResult:
    diagnostics = [
        {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": message, "location": location}
        for location, message in _definition_errors(self._get_param("definition"))
    ]
    return ActionResult({"result": "FAIL" if diagnostics else "OK", "diagnostics": diagnostics, "truncated": False})


def _definition_errors(definition: str) -> Iterator[tuple[str, str]]:
    try:
        machine = json.loads(definition)
        states: Mapping[str, Any] = machine["States"]
        transitions = {"/StartAt": machine["StartAt"]}
    except (ValueError, KeyError, TypeError):
        yield "/", "The definition is a JSON object with StartAt and States."
        return
    for name, state in states.items():
        if state.get("Type") not in STATE_TYPES:
            yield f"/States/{name}/Type", f"The type is one of {', '.join(STATE_TYPES)}."
        transitions |= {f"/States/{name}/{member}": state[member] for member in ("Next", "Default") if member in state}
        for number, choice in enumerate(state.get("Choices", ())):
            transitions[f"/States/{name}/Choices/{number}/Next"] = choice.get("Next")
    yield from (
        (location, f"There is no state {target!r}.") for location, target in transitions.items() if target not in states
    )
