"""The simulator as a server: moto's own, behind the gate, with the control interface beside it."""

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

from groundtruth_simulator.control import PREFIX, answer_control
from groundtruth_simulator.faults import Kind
from groundtruth_simulator.gate import NoAnswerError, Reply, pass_through
from groundtruth_simulator.installation import install
from groundtruth_simulator.simulator import Simulator, current
from groundtruth_simulator.traffic import name_call

LOOPBACK = "127.0.0.1"
SILENCE = 65.0  # seconds; longer than botocore waits by default
HEARTBEAT = 0.2  # real seconds between looks at what is due, while time runs
FORM = "application/x-www-form-urlencoded"


class SimulatorServer:
    """Serves one simulator from a thread: `with SimulatorServer(frozen=True) as simulator: simulator.url`.

    moto keeps its state once per process, so only one server can run at a time in a process.
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
        """Choose address (port 0: any free one), clock and settings (see `Settings`)."""
        self._address = (host, port)
        self._begin = {"start": start, "speed": speed, "frozen": frozen, **settings}
        self._stopping = threading.Event()
        self._server: BaseWSGIServer | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> Simulator:
        """Begin to serve with no AWS resources; return the simulator, whose `url` is set."""
        if not self._running.acquire(blocking=False):
            raise RuntimeError("a simulator server is already running in this process")
        try:
            simulator = install(**self._begin)
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
            threading.Thread(target=self._beat, args=(simulator,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return simulator

    def stop(self) -> None:
        """Stop serving; requests held up by a fault are let go."""
        if self._server is None:
            return
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self._server = None
        current().url = None
        self._running.release()

    def __enter__(self) -> Simulator:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _beat(self, simulator: Simulator) -> None:
        while not self._stopping.wait(HEARTBEAT):
            if not simulator.clock.frozen:
                simulator.settle()


class _Application:
    """The WSGI application: control interface, gate, moto."""

    def __init__(self, simulator: Simulator, stopping: threading.Event) -> None:
        self._simulator = simulator
        self._stopping = stopping
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            return answer_control(self._simulator, environ, start_response)
        if path.startswith("/moto-api"):
            return self._from_moto(environ, start_response)
        try:
            return self._from_aws(environ, start_response)
        except NoAnswerError as broken:
            self._hang_up(environ, broken)
            raise ConnectionResetError from broken  # werkzeug then drops the connection without an answer

    def _from_aws(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        call = name_call(Request(environ.copy()), _form(environ))
        head: list[Any] = []

        def proceed() -> Iterable[bytes]:
            def remember(*given: Any) -> None:
                head[:] = given

            return self._from_moto(environ, remember)

        answer = pass_through(self._simulator, call, proceed, lambda _: int(head[0].split()[0]))
        if isinstance(answer, Reply):
            start_response(
                f"{answer.status} Fault", [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
            )
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]
        start_response(*head)
        return list(answer)

    def _from_moto(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer

    def _hang_up(self, environ: dict[str, Any], broken: NoAnswerError) -> None:
        if broken.fault.kind is Kind.TIMEOUT:
            self._stopping.wait(broken.fault.seconds or SILENCE)
        elif connection := environ.get("werkzeug.socket"):
            # Linger 0 makes the close a reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class _QuietHandler(MotoRequestHandler):
    """moto's handler without a line for each request, which really hangs up when told to."""

    def connection_dropped(self, *_: Any) -> None:
        """Close a connection that would otherwise wait for the next request."""
        self.close_connection = True

    def log(self, *_: Any) -> None:
        """Say nothing; GET /groundtruth-simulator/requests tells more."""


def _form(environ: dict[str, Any]) -> bytes:
    """Return the body of a form, which names the operation in its Action, and put it back."""
    if not environ.get("CONTENT_TYPE", "").startswith(FORM):
        return b""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="groundtruth-simulator", description="Amazon SageMaker Ground Truth, simulated on this machine."
    )
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--seed", type=int, default=7, help="what chance is drawn from (default: %(default)s)")
    parser.add_argument("--accuracy", type=float, default=0.9, help="share of right answers (default: %(default)s)")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="simulated seconds per real one (default: %(default)s)"
    )
    parser.add_argument("--frozen", action="store_true", help="let time move only on request")
    parser.add_argument(
        "--route",
        action="append",
        default=[],
        type=_route,
        metavar="ADDRESS=STAND-IN",
        help="call STAND-IN on this machine where an EventBridge API destination calls ADDRESS elsewhere, "
        "such as https://api.github.com=http://127.0.0.1:5642; may be given several times",
    )
    parser.add_argument("--start", type=_moment, help="simulated time to begin at, ISO 8601 (default: now)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    options = vars(parse_arguments(arguments))
    routes = dict(options.pop("route"))
    _forget_aws_settings()
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


def _forget_aws_settings() -> None:
    # moto opens botocore sessions of its own, and a profile that is not there breaks them in the middle of a request.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


def _route(text: str) -> tuple[str, str]:
    address, separator, stand_in = text.partition("=")
    if not separator or not stand_in.startswith("http://"):
        raise argparse.ArgumentTypeError("a route is ADDRESS=STAND-IN, and the stand-in begins with http://")
    return address, stand_in


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    raise SystemExit(main())
