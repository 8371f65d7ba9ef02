"""Where every AWS request passes: it is named, held up, broken if a fault is due, and written down."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.core.request import normalize_request

from groundtruth_simulator.faults import Fault, Kind
from groundtruth_simulator.simulator import Simulator, current
from groundtruth_simulator.traffic import Call, name_call


class NoAnswerError(Exception):
    """The client gets no answer at all: silence, or a broken connection."""

    def __init__(self, fault: Fault) -> None:
        """Keep which."""
        super().__init__(fault.kind)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def pass_through(simulator: Simulator, call: Call, proceed: Callable[[], Any], status_of: Callable[[Any], int]) -> Any:
    """Answer a request through `proceed` or by the fault that is due; raise NoAnswerError for one without an answer."""
    if simulator.settings.latency:
        time.sleep(simulator.settings.latency)
    fault = simulator.faults.take(call.service, call.operation)
    status: int | None = None
    try:
        if fault is None or fault.when == "after":
            answer = proceed()
            status = status_of(answer)
        if fault is not None:
            status = None
            answer = _broken(fault, call)
            status = answer.status
    except NoAnswerError:
        raise
    except Exception:
        status = 500  # a fault of moto's or ours, not one on order
        raise
    else:
        return answer
    finally:
        simulator.log.add(call, simulator.clock.now(), status=status, fault=fault.kind.value if fault else None)


def guard_mock_aws() -> None:
    """Put the gate in front of moto's in-process stub."""
    original = BotocoreStubber.__call__

    @wraps(original)
    def guarded(stubber: Any, event_name: str, request: Any, **kwargs: Any) -> Any:
        # A request to a server on this machine passes that server's own gate.
        if not stubber.enabled or ".amazonaws.com" not in request.url:
            return original(stubber, event_name, request, **kwargs)
        call = _name(request)

        def proceed() -> Any:
            return original(stubber, event_name, request, **kwargs)

        try:
            answer = pass_through(current(), call, proceed, lambda made: made.status_code if made else 0)
        except NoAnswerError as broken:
            raise _client_error(broken.fault, request.url) from broken
        if isinstance(answer, Reply):
            headers = HTTPHeaders.from_dict(answer.headers)
            return AWSResponse(request.url, answer.status, headers, MockRawResponse(answer.body))
        return answer

    setattr(BotocoreStubber, "__call__", guarded)  # noqa: B010 - mypy forbids the plain assignment


def _name(request: AWSPreparedRequest) -> Call:
    body = request.body.encode() if isinstance(request.body, str) else request.body
    # The body may be a stream, and reading it here would leave nothing for moto.
    bare = AWSPreparedRequest(request.method, request.url, request.headers, b"", False)
    return name_call(normalize_request(bare), body if isinstance(body, bytes) else b"")


def _client_error(fault: Fault, url: str) -> Exception:
    # What botocore itself raises when a server is silent or hangs up.
    if fault.kind is Kind.TIMEOUT:
        return ReadTimeoutError(endpoint_url=url)
    return ConnectionClosedError(endpoint_url=url)


def _broken(fault: Fault, call: Call) -> Reply:
    if fault.kind in (Kind.TIMEOUT, Kind.RESET):
        raise NoAnswerError(fault)
    status, code, message = fault.error(call.service, call.operation)
    if call.json:
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
        return Reply(status, headers, _json_error(code, message))
    return Reply(status, {"Content-Type": "application/xml"}, _xml_error(call.service, code, message))


def _json_error(code: str, message: str) -> bytes:
    return json.dumps({"__type": code, "message": message}).encode()


def _xml_error(service: str, code: str, message: str) -> bytes:
    error = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    return (error if service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>").encode()
