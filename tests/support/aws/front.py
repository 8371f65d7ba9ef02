"""A small proxy before the simulator: it moves AWS's own time, and holds requests so that a process can be killed there."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_OF_ONE_HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}


class Front:
    """Passes requests on. ahead is how far AWS's Date header is ahead; holds selects the operations that get no answer."""

    def __init__(self, target: str) -> None:
        self.ahead = timedelta()
        self.holds: Callable[[str], bool] = lambda _: False
        self.is_holding = threading.Event()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, urlsplit(target).netloc))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def hold(self) -> None:
        """Keep a request until the end."""
        self.is_holding.set()
        self._closing.wait()

    @contextmanager
    def running(self) -> Iterator[Front]:
        """Serve in a thread."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def _handler(front: Front, target: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            operation = self.headers.get("X-Amz-Target", f"{self.command} {self.path}").rpartition(".")[2]
            if front.holds(operation):
                front.hold()
                self.close_connection = True
                return
            self._pass_on(body)

        def handle_expect_100(self) -> bool:
            return super().handle_expect_100()

        def _pass_on(self, body: bytes) -> None:
            connection = http.client.HTTPConnection(target)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_ONE_HOP:
                    self.send_header(name, value)
            self.send_header("Date", format_datetime(datetime.now(UTC) + front.ahead, usegmt=True))
            self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()
            self.close_connection = True

    return Handler
