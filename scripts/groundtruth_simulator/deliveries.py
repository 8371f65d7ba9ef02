"""EventBridge's way to topics, state machines and API destinations, and to a dead-letter queue for what none of them took.

moto raises for a topic and a state machine, and calls an API destination without a body or a credential. Here nothing leaves the machine: an
address elsewhere is called only where a route names what stands in for it. One try each, where AWS tries for a day.
"""

from __future__ import annotations

import copy
import inspect
import json
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import requests
from moto.core.exceptions import ServiceException
from moto.events.models import Rule, events_backends
from moto.events.utils import EventTemplateParser
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.models import stepfunctions_backends

from groundtruth_simulator.simulator import current

Way = Callable[[Any, Mapping[str, Any], Any], None]  # rule, target, event

LOGGER = logging.getLogger(__name__)
PATIENCE = 5  # real seconds that EventBridge gives an API destination
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# EventBridge's words on a message that it gives up.
ANSWERED_NO = "HTTP_STATUS_CODE"
NO_ANSWER = "NO_RESPONSE"


class UndeliveredError(Exception):
    """A target did not take an event."""

    def __init__(self, code: str, message: str) -> None:
        """Keep EventBridge's code beside the message."""
        super().__init__(message)
        self.code = code


def deliver_events_to_topics_and_destinations() -> None:
    """Deliver to SNS, Step Functions and API destinations, with body and API key; put what fails into the target's queue."""
    if '"sns"' in inspect.getsource(Rule.send_to_targets):
        return
    original = Rule.send_to_targets

    @wraps(original)
    def send_to_targets(self: Any, original_event: Any, transform_input: bool = True) -> None:
        if not self.event_pattern.get_pattern():
            return  # it has a schedule alone; moto would give it every event
        ours = [(target, way) for target in self.targets if (way := _deliverer(target["Arn"]))]
        rest = copy.copy(self)
        rest.targets = [target for target in self.targets if not _deliverer(target["Arn"])]
        original(rest, original_event, transform_input)
        if self.event_pattern.matches_event(original_event):
            for target, way in ours:
                event = _shaped(target, original_event) if transform_input else original_event
                _deliver(way, self, target, event, original_event)

    Rule.send_to_targets = send_to_targets  # type: ignore[method-assign]  # that is what a repair is


def _deliverer(arn: str) -> Way | None:
    service, kind = arn.split(":")[2], arn.split(":", 5)[5]
    if service == "sns":
        return _to_topic
    if service == "states":
        return _to_state_machine
    return _to_destination if service == "events" and kind.startswith("api-destination/") else None


def _shaped(target: Mapping[str, Any], event: Any) -> Any:
    transformer = target.get("InputTransformer", {})
    return EventTemplateParser.parse(
        input_template=transformer.get("InputTemplate"),
        input_paths_map=transformer.get("InputPathsMap", {}),
        event=event,
    )


def _deliver(way: Way, rule: Any, target: Mapping[str, Any], event: Any, original_event: Any) -> None:
    # EventBridge delivers in its own time: whoever put the event never sees a target's trouble.
    try:
        way(rule, target, event)
    except (UndeliveredError, ServiceException, KeyError) as trouble:
        LOGGER.warning("EventBridge could not deliver to %s: %s", target["Arn"], trouble)
        _bury(rule, target, original_event, trouble)


def _bury(rule: Any, target: Mapping[str, Any], event: Any, trouble: Exception) -> None:
    queue = target.get("DeadLetterConfig", {}).get("Arn")
    if queue is None:
        return
    *_, region, account, name = queue.split(":")
    code = trouble.code if isinstance(trouble, UndeliveredError) else "SDK_CLIENT_ERROR"
    said = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": str(trouble),
        "RETRY_ATTEMPTS": "0",
    }
    attributes = {key: {"DataType": "String", "StringValue": value} for key, value in said.items()}
    try:
        sqs_backends[account][region].send_message(name, json.dumps(event), message_attributes=attributes)
    except ServiceException:
        LOGGER.warning("the dead-letter queue %s did not take it either", queue, exc_info=True)


def _to_topic(rule: Any, target: Mapping[str, Any], event: Any) -> None:
    message = event if isinstance(event, str) else json.dumps(event)
    sns_backends[rule.account_id][rule.region_name].publish(message=message, arn=target["Arn"])


def _to_state_machine(rule: Any, target: Mapping[str, Any], event: Any) -> None:
    # moto keeps the run and takes none of its steps.
    backend = stepfunctions_backends[rule.account_id][rule.region_name]
    backend.start_execution(target["Arn"], name="", execution_input=json.dumps(event))


def _to_destination(rule: Any, target: Mapping[str, Any], event: Any) -> None:
    backend = events_backends[rule.account_id][rule.region_name]
    destination = backend.destinations[target["Arn"].split("/")[1]]
    connection = backend.connections[destination.connection_arn.split("/")[1]]
    key = connection.auth_parameters.get("ApiKeyAuthParameters")
    http = target.get("HttpParameters", {})
    headers = {**http.get("HeaderParameters", {}), **({key["ApiKeyName"]: key["ApiKeyValue"]} if key else {})}
    try:
        answer = requests.request(
            destination.http_method,
            _on_this_machine(destination.invocation_endpoint),
            params=http.get("QueryStringParameters"),
            headers=headers,
            json=event,
            timeout=PATIENCE,
        )
    except requests.RequestException as silence:
        raise UndeliveredError(NO_ANSWER, str(silence)) from silence
    if not answer.ok:
        raise UndeliveredError(ANSWERED_NO, f"{answer.status_code} from {destination.invocation_endpoint}")


def _on_this_machine(address: str) -> str:
    """Return the address that answers for this one here."""
    if urlsplit(address).hostname in LOOPBACK:
        return address
    for start, stand_in in current().routes.items():
        if address == start or address.startswith(f"{start}/"):
            return stand_in + address.removeprefix(start)
    raise UndeliveredError(NO_ANSWER, f"no route leads to {address}, and it is not on this machine")
