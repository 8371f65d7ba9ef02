"""The simulator as a server: moto's own server behind the middleware, with the control API beside it."""

from __future__ import annotations

import argparse
import io
import logging
import os
import re
import signal
import socket
import struct
import sys
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.request import Request
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from groundtruth_simulator.control.clock import checked_speed
from groundtruth_simulator.control.faults import FaultKind
from groundtruth_simulator.control.request_log import Call, identify_call
from groundtruth_simulator.control_api import PREFIX, handle_control_request
from groundtruth_simulator.installation import install
from groundtruth_simulator.middleware import FaultResponse, NoResponseError, error_response, handle_request
from groundtruth_simulator.settings import Settings
from groundtruth_simulator.simulator import Simulator, current_simulator

LOOPBACK = "127.0.0.1"
LAST_PORT = 65_535
# The settings that have an option.
_SETTINGS = ("seed", "account_id", "region", "accuracy", "existing_customer")
DEFAULT_TIMEOUT = 65.0  # seconds; longer than botocore waits by default
CLOCK_INTERVAL = 0.2  # real seconds between checks for what is due, while time runs
MAX_OBJECT = 5 * 1024**3  # bytes; what S3 takes in one request
UNKNOWN_CALL = Call(service="", operation="?", region="", json=True)
FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"


_log = logging.getLogger(__name__)


class SimulatorServer:
    """Serves one simulator in a thread: `with SimulatorServer(frozen=True) as simulator: simulator.url`.

    moto keeps its state once per process, so a process can run only one server at a time.
    """

    _running = threading.Lock()

    def __init__(
        self,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        start: datetime | None = None,
        speed: float = 1.0,
        frozen: bool = False,
        **settings: Any,
    ) -> None:
        """Configure address (port 0: any free port), clock and settings (see `Settings`)."""
        self._address = (host, port)
        self._options = {"start": start, "speed": speed, "frozen": frozen, **settings}
        self._stopping = threading.Event()
        self._server: BaseWSGIServer | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> Simulator:
        """Start to serve without AWS resources; return the simulator with its `url` set."""
        if not self._running.acquire(blocking=False):
            raise RuntimeError("a simulator server is already running in this process")
        try:
            simulator = install(**self._options)
            BackendDict.reset()
            self._server = make_server(
                *self._address, _Application(simulator, self._stopping), threaded=True, request_handler=_QuietHandler
            )
        except BaseException:
            self._running.release()
            raise
        host, port = self._server.server_address[:2]
        simulator.url = f"http://{host!s}:{port}"
        self._stopping.clear()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=self._run_clock, args=(simulator,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return simulator

    def stop(self) -> None:
        """Stop serving, and release requests that a fault delays."""
        if self._server is None:
            return
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self._server = None
        current_simulator().url = None
        self._running.release()

    def __enter__(self) -> Simulator:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _run_clock(self, simulator: Simulator) -> None:
        while not self._stopping.wait(CLOCK_INTERVAL):
            if not simulator.clock.frozen:
                simulator.process_due()


class _Application:
    """The WSGI application: control API, middleware, moto."""

    def __init__(self, simulator: Simulator, stopping: threading.Event) -> None:
        self._simulator = simulator
        self._stopping = stopping
        self._moto = _Dispatcher(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            return handle_control_request(self._simulator, environ, start_response)
        if path.startswith("/moto-api"):
            return self._from_moto(environ, start_response)
        try:
            return self._from_aws(environ, start_response)
        except NoResponseError as error:
            self._drop_connection(environ, error)
            raise ConnectionResetError from error  # werkzeug then drops the connection without a response

    def _from_aws(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if _body_length(environ) > MAX_OBJECT:
            return _respond(
                environ, start_response, error_response(UNKNOWN_CALL, 413, "RequestEntityTooLargeException")
            )
        call = identify_call(Request(environ.copy()), _form_body(environ))
        head: list[Any] = []

        def proceed() -> Iterable[bytes] | FaultResponse:
            def keep_head(*arguments: Any) -> None:
                head[:] = arguments

            try:
                body = self._from_moto(environ, keep_head)
            except Exception:  # noqa: BLE001 - AWS's clients get an answer in any case, and the log the cause
                _log.exception("%s:%s", call.service, call.operation)
                return error_response(call, 500, "InternalFailure")
            status = int(head[0].split()[0])
            return error_response(call, status) if _is_page(call, status, dict(head[1])) else body

        response = handle_request(self._simulator, call, proceed, lambda made: _status(made, head))
        if isinstance(response, FaultResponse):
            return _respond(environ, start_response, response)
        start_response(*head)
        return list(response)

    def _from_moto(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        response: Iterable[bytes] = self._moto(environ, start_response)
        return response

    def _drop_connection(self, environ: dict[str, Any], error: NoResponseError) -> None:
        if error.fault.kind is FaultKind.TIMEOUT:
            self._stopping.wait(error.fault.seconds or DEFAULT_TIMEOUT)
        elif connection := environ.get("werkzeug.socket"):
            # Linger 0 makes the close a reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _status(response: Any, head: list[Any]) -> int:
    return response.status if isinstance(response, FaultResponse) else int(head[0].split()[0])


def _is_page(call: Call, status: int, headers: dict[str, str]) -> bool:
    """Return whether moto's web framework answered with a page for people, which no AWS service does."""
    return status >= 400 and call.service != "s3" and headers.get("Content-Type", "").startswith("text/html")


def _respond(environ: dict[str, Any], start_response: Any, response: FaultResponse) -> list[bytes]:
    headers = [*response.headers.items(), ("Content-Length", str(len(response.body)))]
    start_response(f"{response.status} Fault", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, with a memory: moto lists its own folders for each request, which takes half of a request's time."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._services: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """Return the service that answers at a host name."""
        if host not in self._services:
            self._services[host] = super().get_backend_for_host(host)
        return self._services[host]


class _QuietHandler(MotoRequestHandler):
    """moto's handler without a log line for each request; it closes the connection when a fault drops it."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the simulated time for the Date header, which clients take as AWS's time."""
        return super().date_time_string(timestamp or current_simulator().clock.date().timestamp())

    def connection_dropped(self, *_: Any) -> None:
        """Close the connection, which would otherwise wait for the next request."""
        self.close_connection = True

    def log(self, *_: Any) -> None:
        """Print nothing; GET /groundtruth-simulator/requests returns more."""


def _body_length(environ: dict[str, Any]) -> int:
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _form_body(environ: dict[str, Any]) -> bytes:
    """Return the body of a form, whose Action is the operation, and restore the input stream."""
    if not environ.get("CONTENT_TYPE", "").startswith(FORM_CONTENT_TYPE):
        return b""
    body: bytes = environ["wsgi.input"].read(_body_length(environ))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="groundtruth-simulator",
        description="Simulate Amazon SageMaker Ground Truth on this machine. The settings that it prints point any"
        " AWS SDK, the AWS CLI and Terraform at it: copy them into a shell.",
    )
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: any free port)")
    parser.add_argument("--seed", type=int, default=7, help="seed of all random values (default: %(default)s)")
    _add_account_arguments(parser)
    parser.add_argument(
        "--speed", type=float, default=1.0, help="simulated seconds for each real second (default: %(default)s)"
    )
    parser.add_argument("--frozen", action="store_true", help="freeze the clock, so that time moves only on request")
    parser.add_argument(
        "--route",
        action="append",
        default=[],
        type=_route,
        metavar="ADDRESS=LOCAL-URL",
        help="call LOCAL-URL when an EventBridge API destination calls the external ADDRESS, "
        "for example https://api.github.com=http://127.0.0.1:5642; repeat for several routes",
    )
    parser.add_argument(
        "--until-input-ends",
        action="store_true",
        help="end when standard input is closed, so that no simulator outlives the program that started it",
    )
    parser.add_argument("--start", type=_start_time, help="simulated start time in ISO 8601 (default: now)")
    options = parser.parse_args(arguments)
    try:
        checked_speed(options.speed)
        Settings().changed({name: value for name, value in vars(options).items() if name in _SETTINGS})
    except ValueError as error:
        parser.error(str(error))
    return options


def _add_account_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--account-id",
        type=_account_id,
        default="123456789012",
        help="the account of clients that name no other (default: %(default)s)",
    )
    parser.add_argument(
        "--region", default="us-east-1", help="the Region of the settings that are printed (default: %(default)s)"
    )
    parser.add_argument("--accuracy", type=float, default=0.9, help="share of correct answers (default: %(default)s)")
    parser.add_argument(
        "--new-customer",
        action="store_false",
        dest="existing_customer",
        help="an account without Ground Truth from before AWS closed it to new customers",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    options = vars(parse_arguments(arguments))
    routes = dict(options.pop("route"))
    _clear_aws_environment()
    # Terraform may attach AWS-managed policies; moto loads them only when asked.
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    if options.pop("until_input_ends"):
        threading.Thread(target=_wait_for_end_of_input, args=(done,), daemon=True).start()
    with SimulatorServer(**options) as simulator:
        simulator.add_routes(routes)
        sys.stdout.write(f"Ground Truth simulator ready at {simulator.url}\n")
        for name, value in simulator.environment().items():
            sys.stdout.write(f"export {name}={value}\n")
        sys.stdout.flush()
        done.wait()
    return 0


def _wait_for_end_of_input(done: threading.Event) -> None:
    # Not through sys.stdin, whose lock a thread that still waits would hold at the end of the process.
    while os.read(0, 1024):
        pass
    done.set()


def _clear_aws_environment() -> None:
    # moto opens botocore sessions of its own, and a profile that does not exist breaks them during a request.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


def _port(text: str) -> int:
    # The system would take the rest of a larger number, and listen elsewhere.
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LAST_PORT}")
    return int(text)


def _account_id(text: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", text):
        raise argparse.ArgumentTypeError("an account id has twelve digits")
    return text


def _route(text: str) -> tuple[str, str]:
    address, separator, local_url = text.partition("=")
    if not separator or not local_url.startswith("http://"):
        raise argparse.ArgumentTypeError("a route is ADDRESS=LOCAL-URL, and LOCAL-URL starts with http://")
    return address, local_url


def _start_time(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a time is written as 2026-11-23T12:00") from None
    return start if start.tzinfo else start.replace(tzinfo=UTC)


if __name__ == "__main__":
    raise SystemExit(main())
