"""The middleware in front of moto: it identifies, delays, fails (if a fault is due) and logs every AWS request."""

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

from groundtruth_simulator.control.faults import Fault, FaultKind
from groundtruth_simulator.control.request_log import Call, identify_call
from groundtruth_simulator.simulator import Simulator, current_simulator


class NoResponseError(Exception):
    """The client gets no response: a timeout, or a broken connection."""

    def __init__(self, fault: Fault) -> None:
        """Store the fault."""
        super().__init__(fault.kind)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class FaultResponse:
    """The HTTP response of a fault."""

    status: int
    headers: dict[str, str]
    body: bytes


def handle_request(
    simulator: Simulator, call: Call, proceed: Callable[[], Any], status_of: Callable[[Any], int]
) -> Any:
    """Respond through `proceed` or with the fault that is due; raise NoResponseError for a fault without a response."""
    if simulator.settings.latency:
        time.sleep(simulator.settings.latency)
    fault = simulator.faults.take(call.service, call.operation)
    status: int | None = None
    try:
        if fault is None or fault.when == "after":
            response = proceed()
            status = status_of(response)
        if fault is not None:
            status = None
            response = _fault_response(fault, call)
            status = response.status
    except NoResponseError:
        raise
    except Exception:
        status = 500  # an error in moto or in this package, not an injected fault
        raise
    else:
        return response
    finally:
        simulator.log.add(call, simulator.clock.now(), status=status, fault=fault.kind.value if fault else None)


def wrap_mock_aws() -> None:
    """Put the middleware in front of moto's in-process stub."""
    original = BotocoreStubber.__call__

    @wraps(original)
    def wrapped(stubber: Any, event_name: str, request: Any, **kwargs: Any) -> Any:
        # A request to a server on this machine passes that server's own middleware.
        if not stubber.enabled or ".amazonaws.com" not in request.url:
            return original(stubber, event_name, request, **kwargs)
        call = _identify(request)

        def proceed() -> Any:
            return original(stubber, event_name, request, **kwargs)

        try:
            response = handle_request(
                current_simulator(), call, proceed, lambda response: response.status_code if response else 0
            )
        except NoResponseError as error:
            raise _client_error(error.fault, request.url) from error
        if isinstance(response, FaultResponse):
            headers = HTTPHeaders.from_dict(response.headers)
            return AWSResponse(request.url, response.status, headers, MockRawResponse(response.body))
        return response

    setattr(BotocoreStubber, "__call__", wrapped)  # noqa: B010 - mypy forbids the plain assignment


def _identify(request: AWSPreparedRequest) -> Call:
    body = request.body.encode() if isinstance(request.body, str) else request.body
    # The body may be a stream, and reading it here would leave nothing for moto.
    bare = AWSPreparedRequest(request.method, request.url, request.headers, b"", False)
    return identify_call(normalize_request(bare), body if isinstance(body, bytes) else b"")


def _client_error(fault: Fault, url: str) -> Exception:
    # What botocore itself raises when a server does not respond or closes the connection.
    if fault.kind is FaultKind.TIMEOUT:
        return ReadTimeoutError(endpoint_url=url)
    return ConnectionClosedError(endpoint_url=url)


def _fault_response(fault: Fault, call: Call) -> FaultResponse:
    if fault.kind in (FaultKind.TIMEOUT, FaultKind.RESET):
        raise NoResponseError(fault)
    status, code, message = fault.error(call.service, call.operation)
    return error_response(call, status, code, message)


def error_response(call: Call, status: int, code: str = "", message: str = "") -> FaultResponse:
    """Return an error in the form of the service; without a code, the one that goes with the status."""
    code = code or ("InternalFailure" if status >= 500 else "UnknownOperationException")
    message = message or f"{call.service}:{call.operation}"
    if call.json:
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
        return FaultResponse(status, headers, _json_error(code, message))
    return FaultResponse(status, {"Content-Type": "application/xml"}, _xml_error(call.service, code, message))


def _json_error(code: str, message: str) -> bytes:
    return json.dumps({"__type": code, "message": message}).encode()


def _xml_error(service: str, code: str, message: str) -> bytes:
    error = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    return (error if service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>").encode()
