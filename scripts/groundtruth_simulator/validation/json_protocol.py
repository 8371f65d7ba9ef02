"""What AWS's JSON 1.1 protocol requires of a request, before the service looks at its values.

Types are those of botocore's model. AWS documents the codes; the wording is that of other services with the same protocol.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from moto.core.utils import get_service_model

from groundtruth_simulator.exceptions import RequestEntityTooLarge, SerializationException, UnknownOperationException

TARGET = re.compile(r"SageMaker\.(?P<operation>[A-Za-z0-9]+)")
MAX_BODY = 6 * 1024 * 1024  # inferred; the largest request that the model allows is far smaller
INTEGERS = {"integer": 2**31, "long": 2**63}
# Seconds since the epoch, for the years 2 to 9998: no time zone moves them out of what a date can hold.
MIN_TIME, MAX_TIME = -62_104_060_800, 253_370_764_800


def check_protocol(method: str, target: str, body: bytes) -> None:
    """Raise the error for a request that is not a well-formed call of an operation."""
    match = TARGET.fullmatch(target)
    model = get_service_model("sagemaker")
    if method != "POST" or match is None or match["operation"] not in model.operation_names:
        raise UnknownOperationException(f"Unknown operation: {target or 'no X-Amz-Target'}")
    if len(body) > MAX_BODY:
        raise too_large()
    value = _parse(body)
    shape = model.operation_model(match["operation"]).input_shape
    if shape is not None:
        _check(shape, value)
    elif not isinstance(value, dict):
        raise SerializationException(_unexpected(value))


def too_large() -> RequestEntityTooLarge:
    """Return the error for a body that is too long."""
    return RequestEntityTooLarge(f"Request size exceeded {MAX_BODY} bytes")


def _parse(body: bytes) -> Any:
    if not body:
        return {}  # the protocol's tests accept no body for operations without input; here, members are then missing
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # half of a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise SerializationException("Unable to parse the request body as JSON") from error
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _check(shape: Any, value: Any) -> None:
    if value is None:
        return
    if shape.type_name == "structure":
        _check_object(value)
        for name, member in shape.members.items():
            _check(member, value.get(name))
    elif shape.type_name == "map":
        _check_object(value)
        for item in value.values():
            _check(shape.value, item)
    elif shape.type_name == "list":
        if not isinstance(value, list):
            raise SerializationException(_unexpected(value) if isinstance(value, dict) else "Expected list or null")
        for item in value:
            _check(shape.member, item)
    elif problem := next(_scalar_problems(shape.type_name, value), None):
        raise SerializationException(problem)


def _check_object(value: Any) -> None:
    if not isinstance(value, Mapping):
        raise SerializationException(
            _unexpected(value) if isinstance(value, list) else "Expected structure or map, or null"
        )


def _scalar_problems(expected: str, value: Any) -> Iterator[str]:
    if isinstance(value, list | dict):
        yield _unexpected(value)
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if expected == "string" and not isinstance(value, str):
        yield f"{_token(value)} can not be converted to a String"
    if expected == "boolean" and not isinstance(value, bool):
        yield f"{_token(value)} can not be converted to a Boolean"
    if expected == "timestamp" and not (number and MIN_TIME <= value <= MAX_TIME):
        yield f"{_token(value)} can not be converted to milliseconds since epoch"
    if limit := INTEGERS.get(expected):
        name = "an Integer" if expected == "integer" else "a Long"
        if not number or value != value // 1 or not -limit <= value < limit:
            yield f"{_token(value)} can not be converted to {name}"


def _unexpected(value: Any) -> str:
    if isinstance(value, list):
        return "Start of list found where not expected"
    if isinstance(value, dict):
        return "Start of structure or map found where not expected"
    return f"{_token(value)} found where not expected"


def _token(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return "NULL_VALUE" if value is None else "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"
