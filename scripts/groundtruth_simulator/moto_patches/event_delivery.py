"""EventBridge delivery to topics, state machines and API destinations, and to a dead-letter queue for what they refuse.

moto raises for a topic and a state machine, and calls an API destination without a body or a credential. No request leaves
this machine: an external address is called only if a route maps it to a local URL. Each delivery is tried once; AWS retries
for a day.
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

from groundtruth_simulator.simulator import current_simulator

Deliverer = Callable[[Any, Mapping[str, Any], Any], None]  # rule, target, event

LOGGER = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5  # real seconds; EventBridge waits this long for an API destination
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# EventBridge's error codes on a message in a dead-letter queue.
HTTP_ERROR = "HTTP_STATUS_CODE"
NO_RESPONSE = "NO_RESPONSE"


class DeliveryError(Exception):
    """A target did not accept an event."""

    def __init__(self, code: str, message: str) -> None:
        """Store EventBridge's error code with the message."""
        super().__init__(message)
        self.code = code


def deliver_events_to_topics_and_destinations() -> None:
    """Deliver to SNS, Step Functions and API destinations, with body and API key; send failures to the dead-letter queue."""
    if '"sns"' in inspect.getsource(Rule.send_to_targets):
        return
    original = Rule.send_to_targets

    @wraps(original)
    def send_to_targets(self: Any, original_event: Any, transform_input: bool = True) -> None:
        if not self.event_pattern.get_pattern():
            return  # the rule has only a schedule; moto would match every event
        patched = [(target, deliverer) for target in self.targets if (deliverer := _deliverer(target["Arn"]))]
        rest = copy.copy(self)
        rest.targets = [target for target in self.targets if not _deliverer(target["Arn"])]
        original(rest, original_event, transform_input)
        if self.event_pattern.matches_event(original_event):
            for target, deliverer in patched:
                event = _transform(target, original_event) if transform_input else original_event
                _deliver(deliverer, self, target, event, original_event)

    Rule.send_to_targets = send_to_targets  # type: ignore[method-assign]  # a patch replaces the method


def _deliverer(arn: str) -> Deliverer | None:
    service, kind = arn.split(":")[2], arn.split(":", 5)[5]
    if service == "sns":
        return _publish_to_topic
    if service == "states":
        return _start_state_machine
    return _call_api_destination if service == "events" and kind.startswith("api-destination/") else None


def _transform(target: Mapping[str, Any], event: Any) -> Any:
    transformer = target.get("InputTransformer", {})
    return EventTemplateParser.parse(
        input_template=transformer.get("InputTemplate"),
        input_paths_map=transformer.get("InputPathsMap", {}),
        event=event,
    )


def _deliver(deliverer: Deliverer, rule: Any, target: Mapping[str, Any], event: Any, original_event: Any) -> None:
    # EventBridge delivers asynchronously: the sender of an event never sees a target's error.
    try:
        deliverer(rule, target, event)
    except (DeliveryError, ServiceException, KeyError) as error:
        LOGGER.warning("EventBridge could not deliver to %s: %s", target["Arn"], error)
        _send_to_dead_letter_queue(rule, target, original_event, error)


def _send_to_dead_letter_queue(rule: Any, target: Mapping[str, Any], event: Any, error: Exception) -> None:
    queue = target.get("DeadLetterConfig", {}).get("Arn")
    if queue is None:
        return
    *_, region, account, name = queue.split(":")
    code = error.code if isinstance(error, DeliveryError) else "SDK_CLIENT_ERROR"
    values = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": str(error),
        "RETRY_ATTEMPTS": "0",
    }
    attributes = {key: {"DataType": "String", "StringValue": value} for key, value in values.items()}
    try:
        sqs_backends[account][region].send_message(name, json.dumps(event), message_attributes=attributes)
    except ServiceException:
        LOGGER.warning("the dead-letter queue %s did not accept the event", queue, exc_info=True)


def _publish_to_topic(rule: Any, target: Mapping[str, Any], event: Any) -> None:
    message = event if isinstance(event, str) else json.dumps(event)
    sns_backends[rule.account_id][rule.region_name].publish(message=message, arn=target["Arn"])


def _start_state_machine(rule: Any, target: Mapping[str, Any], event: Any) -> None:
    # moto records the execution and runs none of its steps.
    backend = stepfunctions_backends[rule.account_id][rule.region_name]
    backend.start_execution(target["Arn"], name="", execution_input=json.dumps(event))


def _call_api_destination(rule: Any, target: Mapping[str, Any], event: Any) -> None:
    backend = events_backends[rule.account_id][rule.region_name]
    destination = backend.destinations[target["Arn"].split("/")[1]]
    connection = backend.connections[destination.connection_arn.split("/")[1]]
    key = connection.auth_parameters.get("ApiKeyAuthParameters")
    http = target.get("HttpParameters", {})
    headers = {**http.get("HeaderParameters", {}), **({key["ApiKeyName"]: key["ApiKeyValue"]} if key else {})}
    try:
        response = requests.request(
            destination.http_method,
            _local_url(destination.invocation_endpoint),
            params=http.get("QueryStringParameters"),
            headers=headers,
            json=event,
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException as error:
        raise DeliveryError(NO_RESPONSE, str(error)) from error
    if not response.ok:
        raise DeliveryError(HTTP_ERROR, f"{response.status_code} from {destination.invocation_endpoint}")


def _local_url(address: str) -> str:
    """Return the URL on this machine to call for an address."""
    if urlsplit(address).hostname in LOOPBACK:
        return address
    for prefix, local_url in current_simulator().routes.items():
        if address == prefix or address.startswith(f"{prefix}/"):
            return local_url + address.removeprefix(prefix)
    raise DeliveryError(NO_RESPONSE, f"no route leads to {address}, and it is not on this machine")
