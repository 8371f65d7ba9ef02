"""The simulator as a server: moto's own server behind the middleware, with the control API beside it."""

from __future__ import annotations

import argparse
import io
import os
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

from groundtruth_simulator.control.faults import FaultKind
from groundtruth_simulator.control.request_log import identify_call
from groundtruth_simulator.control_api import PREFIX, handle_control_request
from groundtruth_simulator.installation import install
from groundtruth_simulator.middleware import FaultResponse, NoResponseError, handle_request
from groundtruth_simulator.simulator import Simulator, current_simulator

LOOPBACK = "127.0.0.1"
DEFAULT_TIMEOUT = 65.0  # seconds; longer than botocore waits by default
CLOCK_INTERVAL = 0.2  # real seconds between checks for what is due, while time runs
FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"


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
        call = identify_call(Request(environ.copy()), _form_body(environ))
        head: list[Any] = []

        def proceed() -> Iterable[bytes]:
            def keep_head(*arguments: Any) -> None:
                head[:] = arguments

            return self._from_moto(environ, keep_head)

        response = handle_request(self._simulator, call, proceed, lambda _: int(head[0].split()[0]))
        if isinstance(response, FaultResponse):
            start_response(
                f"{response.status} Fault", [*response.headers.items(), ("Content-Length", str(len(response.body)))]
            )
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]
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

    def connection_dropped(self, *_: Any) -> None:
        """Close the connection, which would otherwise wait for the next request."""
        self.close_connection = True

    def log(self, *_: Any) -> None:
        """Print nothing; GET /groundtruth-simulator/requests returns more."""


def _form_body(environ: dict[str, Any]) -> bytes:
    """Return the body of a form, whose Action is the operation, and restore the input stream."""
    if not environ.get("CONTENT_TYPE", "").startswith(FORM_CONTENT_TYPE):
        return b""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="groundtruth-simulator", description="Simulate Amazon SageMaker Ground Truth on this machine."
    )
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free port)")
    parser.add_argument("--seed", type=int, default=7, help="seed of all random values (default: %(default)s)")
    parser.add_argument("--accuracy", type=float, default=0.9, help="share of correct answers (default: %(default)s)")
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
    parser.add_argument("--start", type=_start_time, help="simulated start time in ISO 8601 (default: now)")
    return parser.parse_args(arguments)


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
    with SimulatorServer(**options) as simulator:
        simulator.add_routes(routes)
        sys.stdout.write(f"Ground Truth simulator ready at {simulator.url}\n")
        sys.stdout.flush()
        done.wait()
    return 0


def _clear_aws_environment() -> None:
    # moto opens botocore sessions of its own, and a profile that does not exist breaks them during a request.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


def _route(text: str) -> tuple[str, str]:
    address, separator, local_url = text.partition("=")
    if not separator or not local_url.startswith("http://"):
        raise argparse.ArgumentTypeError("a route is ADDRESS=LOCAL-URL, and LOCAL-URL starts with http://")
    return address, local_url


def _start_time(text: str) -> datetime:
    start = datetime.fromisoformat(text)
    return start if start.tzinfo else start.replace(tzinfo=UTC)


if __name__ == "__main__":
    raise SystemExit(main())
