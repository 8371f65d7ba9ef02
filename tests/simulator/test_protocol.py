"""Requests that no AWS SDK sends: wrong JSON types, no JSON at all, unknown operations, bodies that are too long."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.base_backend import BackendDict
from werkzeug.test import Client

from groundtruth_simulator.control.clock import Clock
from groundtruth_simulator.installation import install
from groundtruth_simulator.server import _Application
from groundtruth_simulator.validation.json_protocol import MAX_BODY
from simulator.served_operations import OPERATIONS, Member, input_shape, members, sample, with_value
from simulator.world import START, World

WRONG: dict[str, list[Any]] = {
    "string": [7, 1.5, True, [], {}],
    "integer": ["7", 1.5, 2**31, True, [], {}],
    "long": ["7", 1.5, 2**63, False, [], {}],
    "boolean": ["true", 1, 0, [], {}],
    "timestamp": ["2026-11-20T09:00:00Z", True, [], {}, 1e300],
    "list": [{}, "text", 7, True],
    "structure": [[], "text", 7, False],
    "map": [[], "text", 7, True],
}
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=testing/20261120/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0"
)


class Wire:
    """Sends bytes to the server's application, without a socket."""

    def __init__(self) -> None:
        simulator = install(start=START, frozen=True)
        BackendDict.reset()  # moto's accounts are those of the process
        self._client = Client(_Application(simulator, threading.Event()))

    def send(self, operation: str, body: bytes | str, *, method: str = "POST", **headers: str) -> tuple[int, Any]:
        """Return status and JSON of the answer; a page for people is a failure."""
        answer = self._client.open(
            "/",
            method=method,
            data=body,
            headers={
                "Authorization": AUTHORIZATION,
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": operation,
            }
            | headers,
        )
        assert "html" not in answer.content_type, answer.get_data(as_text=True)[:300]
        body = json.loads(answer.get_data() or b"null")
        if isinstance(body, dict) and "Message" in body:
            body["message"] = body.pop("Message")  # AWS writes both, and SDKs read both
        return answer.status_code, body

    def call(self, operation: str, params: Any) -> tuple[int, Any]:
        return self.send(f"SageMaker.{operation}", json.dumps(params))


@pytest.fixture
def wire() -> Wire:
    return Wire()


def every_member() -> Iterator[tuple[str, Member]]:
    for operation in OPERATIONS:
        for member in members(input_shape(operation)):
            yield operation, member


def test_every_member_of_every_operation_refuses_every_wrong_json_type(wire: Wire) -> None:
    answers: list[str] = []
    sent = 0
    for operation, member in every_member():
        for wrong in WRONG[member.shape.type_name]:
            status, body = wire.call(operation, with_value(sample(input_shape(operation)), member.path, wrong))
            sent += 1
            if (status, body["__type"]) != (400, "SerializationException") or not body["message"]:
                answers.append(f"{operation} {member.path} {wrong!r}: {status} {body}")

    assert answers == []
    assert sent > 1000


def test_every_required_member_of_every_operation_is_named_when_it_is_missing(wire: Wire) -> None:
    for operation in OPERATIONS:
        required = input_shape(operation).required_members
        for body in ("{}", ""):
            status, answer = wire.send(f"SageMaker.{operation}", body)
            if required:
                assert (status, answer["__type"]) == (400, "ValidationException"), operation
                for name in required:
                    assert f"Value null at '{name[0].lower()}{name[1:]}' failed" in answer["message"]
            else:
                assert status == 200, (operation, answer)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "7",
        '"text"',
        "true",
        '{"MaxResults": NaN}',
        '{"MaxResults": 1e999}',
        '{"MaxResults": ' + "9" * 5000 + "}",
        '{"NameContains": "\\ud800"}',
        '{"NameContains": ' + "[" * 100_000,
        b"\xff\xfe{\x00}\x00",
        b'{"NameContains": "\xff"}',
        "<xml/>",
        "NameContains=x&Action=ListLabelingJobs",
    ],
    ids=lambda body: repr(body[:24]),
)
@pytest.mark.parametrize("content_type", ["application/x-amz-json-1.1", "application/x-www-form-urlencoded"])
def test_a_body_that_is_no_json_object_is_refused(wire: Wire, body: str | bytes, content_type: str) -> None:
    status, answer = wire.send("SageMaker.ListLabelingJobs", body, **{"Content-Type": content_type})

    assert (status, answer["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    ("target", "method"),
    [
        ("SageMaker.DeleteLabelingJob", "POST"),
        ("SageMaker.", "POST"),
        ("ListLabelingJobs", "POST"),
        ("Sagemaker.ListLabelingJobs", "POST"),
        ("DynamoDB_20120810.ListTables", "POST"),
        ("", "POST"),
        ("SageMaker.ListLabelingJobs", "GET"),
        ("SageMaker.ListLabelingJobs", "PUT"),
        ("SageMaker.\u00fc", "POST"),
    ],
)
def test_an_unknown_operation_is_refused(wire: Wire, target: str, method: str) -> None:
    status, answer = wire.send(target, "{}", method=method)

    assert (status, answer["__type"]) == (404, "UnknownOperationException")


def test_unknown_members_and_null_members_are_ignored(wire: Wire) -> None:
    assert wire.call("ListLabelingJobs", {"Colour": "red", "NameContains": None}) == (
        200,
        {"LabelingJobSummaryList": []},
    )


def test_null_in_a_list_is_refused(wire: Wire) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/one"
    for operation, name, value in (("AddTags", "Tags", [None]), ("DeleteTags", "TagKeys", ["a", None])):
        status, answer = wire.call(operation, {"ResourceArn": arn, name: value})

        assert (status, answer["__type"]) == (400, "ValidationException")
        assert "Member must not be null" in answer["message"]


def test_a_body_that_is_too_long_is_refused_and_the_connection_goes_on(served_world: World) -> None:
    headers = {"Authorization": AUTHORIZATION, "X-Amz-Target": "SageMaker.ListLabelingJobs"}
    with requests.Session() as session:
        long = session.post(str(served_world.url), data=b" " * (MAX_BODY + 1), headers=headers, timeout=30)
        short = session.post(str(served_world.url), data=b"{}", headers=headers, timeout=30)

    assert (long.status_code, long.json()["__type"]) == (413, "RequestEntityTooLargeException")
    assert (short.status_code, short.json()) == (200, {"LabelingJobSummaryList": []})


@pytest.mark.parametrize(
    ("service", "target", "body"),
    [
        ("kms", "TrentService.CreateKey", "{"),
        ("kms", "TrentService.Nothing", "{}"),
        ("cognito-idp", "AWSCognitoIdentityProviderService.CreateUserPool", "{}"),
        ("events", "AWSEvents.PutRule", "[]"),
    ],
)
def test_other_services_answer_json_clients_in_json_too(wire: Wire, service: str, target: str, body: str) -> None:
    status, answer = wire.send(target, body, Authorization=AUTHORIZATION.replace("/sagemaker/", f"/{service}/"))

    assert status >= 400
    assert answer["__type"]


def test_the_date_of_responses_is_the_simulated_time(either_world: World) -> None:
    for answer in (either_world.sagemaker.list_labeling_jobs(), either_world.client("s3").list_buckets()):
        assert answer["ResponseMetadata"]["HTTPHeaders"]["date"] == "Fri, 20 Nov 2026 09:00:00 GMT"

    either_world.simulator.advance(3600)

    later = either_world.sagemaker.list_labeling_jobs()
    assert later["ResponseMetadata"]["HTTPHeaders"]["date"] == "Fri, 20 Nov 2026 10:00:00 GMT"


def broken_values(shape: Any) -> Iterator[Any]:
    """Give values of the right type that the model does not allow."""
    limits = shape.metadata
    if shape.type_name == "string":
        if limits.get("min"):
            yield ""
        if "max" in limits:
            yield "a" * (limits["max"] + 1)
        if "enum" in limits:
            yield "nothing"
        if r"[\S\s]" not in limits.get("pattern", r"[\S\s]") and limits["pattern"] != ".*":
            yield "\u0000\n{}"
    elif shape.type_name in ("integer", "long"):
        yield from [limits["min"] - 1] if "min" in limits else []
        yield from [limits["max"] + 1] if "max" in limits else []
    elif shape.type_name == "list":
        yield from [[]] if limits.get("min") else []
        yield from [[sample(shape.member)] * (limits["max"] + 1)] if "max" in limits else []


def test_every_constraint_of_every_member_is_checked_and_the_member_named(wire: Wire) -> None:
    answers: list[str] = []
    sent = 0
    for operation, member in every_member():
        names = [step for step in member.path if isinstance(step, str)]
        for broken in broken_values(member.shape):
            status, body = wire.call(operation, with_value(sample(input_shape(operation)), member.path, broken))
            sent += 1
            named = names[-1] == "key" or f"{names[-1][0].lower()}{names[-1][1:]}" in body.get("message", "")
            if (status, body.get("__type")) != (400, "ValidationException") or not named:
                answers.append(f"{operation} {member.path} {broken!r:.40}: {status} {body}")

    assert answers == []
    assert sent > 200


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    [
        "arn:",
        "arn:aws:kms:x",
        "s3://",
        "s3:///",
        "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/",
        "\u0000",
        "9" * 40,
    ]
)


def values(shape: Any) -> st.SearchStrategy[Any]:
    """Give values of the right types."""
    if shape.type_name == "structure":
        optional = {name: values(member) for name, member in shape.members.items()}
        required = {name: optional.pop(name) for name in shape.required_members}
        return st.fixed_dictionaries(required, optional=optional)
    if shape.type_name == "list":
        return st.lists(values(shape.member), min_size=1, max_size=2)
    if shape.type_name == "map":
        return st.dictionaries(TEXTS, values(shape.value), max_size=2)
    if shape.type_name == "string":
        enum = shape.metadata.get("enum")
        return st.sampled_from(enum) if enum else TEXTS
    limits = {"min_value": shape.metadata.get("min", -5), "max_value": min(shape.metadata.get("max", 10**6), 10**6)}
    return {"boolean": st.booleans(), "timestamp": st.integers(-(10**11), 10**11) | st.floats(-1e11, 1e11)}.get(
        shape.type_name, st.integers(**limits)
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_request_of_the_right_types_breaks_the_simulator(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(OPERATIONS))
    status, answer = Wire().call(operation, data.draw(values(input_shape(operation))))

    assert status in (200, 400), answer


def test_a_frozen_clock_that_began_now_shows_no_date_before_the_machines_time() -> None:
    clock = Clock(frozen=True)
    time.sleep(0.01)
    assert clock.now() < datetime.now(UTC) - timedelta(seconds=0.005)
    assert abs(clock.date() - datetime.now(UTC)) < timedelta(seconds=5)

    clock.advance(3600)

    assert clock.date() == clock.now()
    assert Clock(start=START, frozen=True).date() == START
