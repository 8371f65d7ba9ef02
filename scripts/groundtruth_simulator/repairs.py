"""Gaps of moto 5.2.5 that Terraform's AWS provider and this service's events trip over.

Each repair first asks moto whether it still has the gap, and steps aside if it has been mended.
"""

from __future__ import annotations

import inspect
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from moto.athena.responses import AthenaResponse
from moto.budgets.responses import BudgetsResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.s3.responses import S3Response
from moto.stepfunctions.responses import StepFunctionResponse

from groundtruth_simulator.bucket_policies import let_access_logs_into_a_bucket_with_denials, weigh_a_conditional_deny
from groundtruth_simulator.deliveries import deliver_events_to_topics_and_destinations

STATE_TYPES = ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
TAGS = "_budget_tags"  # in a moto backend's __dict__, which its reset() empties


class NotImplementedByMotoError(ServiceException):
    """An operation that nobody simulates."""

    code = "NotImplementedByMoto"


def repair_moto() -> None:
    """Mend what is still broken."""
    for repair in (
        answer_at_once_what_is_missing,
        weigh_a_conditional_deny,
        read_back_bucket_events,
        deliver_events_to_topics_and_destinations,
        keep_budget_tags,
        delete_named_queries,
        complete_state_machines,
        let_access_logs_into_a_bucket_with_denials,
    ):
        repair()


def answer_at_once_what_is_missing() -> None:
    """Turn moto's 500 for a missing operation into a 400: SDKs retry a 500, Terraform's provider for minutes."""
    if "NotImplementedError" not in inspect.getsource(BaseResponse.call_action):
        return
    # moto finds no shape for this code, which is the point of it.
    warnings.filterwarnings("ignore", message=r".*NotImplementedByMoto does not match an error shape")
    original = BaseResponse.call_action

    @wraps(original)
    def call_action(self: Any) -> Any:
        try:
            return original(self)
        except NotImplementedError as missing:
            status, headers, body = self.serialized(ActionResult(NotImplementedByMotoError(str(missing))))
            return status, {**headers, "status": str(status)}, body

    _put(BaseResponse, call_action)


def read_back_bucket_events() -> None:
    """Show a bucket's EventBridge switch when it is read; moto keeps and uses it, and leaves it out of the answer."""
    original = S3Response.get_bucket_notification
    if "EventBridge" in inspect.getsource(original):
        return

    @wraps(original)
    def get_bucket_notification(self: Any) -> Any:
        kept = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if kept is not None and kept.event_bridge is not None:
            serialize = self.serialized
            # On this one response object only: what moto is about to write out gets the member it forgets.
            self.serialized = lambda answer: serialize(ActionResult({**answer.result, "EventBridgeConfiguration": {}}))
        return original(self)

    _put(S3Response, get_bucket_notification)


def _put(owner: type, method: Callable[..., Any]) -> None:
    setattr(owner, method.__name__.removeprefix("_"), method)


def keep_budget_tags() -> None:
    """Add the tag and subscriber calls that Terraform makes for every budget, and keep tags given at creation."""
    if hasattr(BudgetsResponse, "list_tags_for_resource"):
        return
    original = BudgetsResponse.create_budget

    @wraps(original)
    def create_budget(self: Any) -> Any:
        answer = original(self)
        arn = f"arn:{self.partition}:budgets::{self._get_param('AccountId')}:budget/{self._get_param('Budget')['BudgetName']}"
        _budget_tags(self, arn).update(_as_mapping(self._get_param("ResourceTags")))
        return answer

    _put(BudgetsResponse, create_budget)
    _put(BudgetsResponse, _list_tags_for_resource)
    _put(BudgetsResponse, _tag_resource)
    _put(BudgetsResponse, _untag_resource)
    _put(BudgetsResponse, _describe_subscribers_for_notification)


def _budget_tags(response: Any, arn: str) -> dict[str, str]:
    tags: dict[str, str] = response.backend.__dict__.setdefault(TAGS, {}).setdefault(arn, {})
    return tags


def _as_mapping(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def _list_tags_for_resource(self: Any) -> str:
    tags = _budget_tags(self, self._get_param("ResourceARN"))
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def _tag_resource(self: Any) -> str:
    _budget_tags(self, self._get_param("ResourceARN")).update(_as_mapping(self._get_param("ResourceTags")))
    return "{}"


def _untag_resource(self: Any) -> str:
    tags = _budget_tags(self, self._get_param("ResourceARN"))
    for key in self._get_param("ResourceTagKeys"):
        tags.pop(key, None)
    return "{}"


def _describe_subscribers_for_notification(self: Any) -> str:
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    wanted = self._get_param("Notification")
    for each in budget.notifications:
        if all(each.details.get(name) == wanted.get(name) for name in ("NotificationType", "Threshold")):
            return json.dumps({"Subscribers": each.subscribers})
    return json.dumps({"Subscribers": []})


def delete_named_queries() -> None:
    """Add the one call on Athena's named queries that moto lacks."""
    if not hasattr(AthenaResponse, "delete_named_query"):
        _put(AthenaResponse, _delete_named_query)


def _delete_named_query(self: Any) -> str:
    self.athena_backend.named_queries.pop(self._get_param("NamedQueryId"), None)
    return "{}"


def complete_state_machines() -> None:
    """Add what Terraform asks of a state machine: a check of its steps before it is planned, and its versions."""
    for operation in (_validate_state_machine_definition, _list_state_machine_versions):
        if not hasattr(StepFunctionResponse, operation.__name__.removeprefix("_")):
            _put(StepFunctionResponse, operation)


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
    found = [
        {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": message, "location": location}
        for location, message in _faults_of(self._get_param("definition"))
    ]
    return ActionResult({"result": "FAIL" if found else "OK", "diagnostics": found, "truncated": False})


def _faults_of(definition: str) -> Iterator[tuple[str, str]]:
    try:
        machine = json.loads(definition)
        states: Mapping[str, Any] = machine["States"]
        starts = {"/StartAt": machine["StartAt"]}
    except (ValueError, KeyError, TypeError):
        yield "/", "The definition is a JSON object with StartAt and States."
        return
    for name, state in states.items():
        if state.get("Type") not in STATE_TYPES:
            yield f"/States/{name}/Type", f"The type is one of {', '.join(STATE_TYPES)}."
        starts |= {f"/States/{name}/{member}": state[member] for member in ("Next", "Default") if member in state}
        for number, choice in enumerate(state.get("Choices", ())):
            starts[f"/States/{name}/Choices/{number}/Next"] = choice.get("Next")
    yield from ((place, f"There is no state {to!r}.") for place, to in starts.items() if to not in states)
