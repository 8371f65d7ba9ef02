"""The proxy as an HTTP server: reads requests, names what they ask for, and writes answers or breaks connections."""

from __future__ import annotations

import os
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from chaos import faults
from chaos.answers import Answer
from chaos.proxy import OF_ONE_HOP, Proxy, Request
from chaos.simulated_time import RUN_HEADER, SLEEP_PATH

_RUN = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/")


@contextmanager
def serving(proxy: Proxy) -> Iterator[Proxy]:
    """Serve a proxy in threads."""

    class Handler(_Handler):
        """Handles the requests to this proxy."""

        behind = proxy

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Print nothing when a run that has ended closes its connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    behind: Proxy

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith(SLEEP_PATH):
            run, seconds = self.headers[RUN_HEADER], float(self.path.partition("?")[2])
            with self.behind.turns.turn(run):
                self.behind.wait(run, seconds)
            self._send(Answer(200, (), b""))
            return
        request = _read(self, body)
        try:
            with self.behind.turns.turn(request.run):
                answer = self.behind.handle(request)
        except Exception as error:
            self.behind.failures.append(f"the harness failed: {type(error).__name__}: {error}")
            raise
        if answer is None:
            self._break()
        else:
            self._send(answer)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815 - the names http.server calls

    def _send(self, answer: Answer) -> None:
        try:
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            length = len(answer.body) if answer.length is None else answer.length
            self.send_header("Content-Length", str(length + 7 * answer.cut))
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
            self.close_connection = self.close_connection or answer.cut
        except OSError:
            self.close_connection = True  # the run has ended meanwhile

    def _break(self) -> None:
        # Linger 0 makes the close a reset instead of an orderly end; a detached socket is not shut down in an orderly way.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        os.close(self.connection.detach())


def _read(handler: BaseHTTPRequestHandler, body: bytes) -> Request:
    headers = {name: value for name, value in handler.headers.items() if name.lower() not in OF_ONE_HOP}
    scope = _RUN.search(headers.get("Authorization", ""))
    signed = headers.get("X-Amz-Date")
    operation, target = _identify(handler.command, handler.path, headers, body)
    return Request(
        run=scope[1] if scope else "",
        region=scope[2] if scope else "",
        operation=operation,
        target=target,
        method=handler.command,
        path=handler.path,
        headers=headers,
        body=body,
        signed_at=datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if signed else None,
    )


def _identify(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[str, str]:
    """Name the operation, and the job or the object that it is about."""
    if action := headers.get("X-Amz-Target"):
        name = re.search(rb'"LabelingJobName": ?"([^"]+)"', body)
        return action.rpartition(".")[2], name[1].decode() if name else ""
    if body.startswith(b"Action="):
        return parse_qs(body.decode())["Action"][0], ""
    address = urlsplit(path)
    if "list-type=2" in address.query:
        return faults.LIST_OBJECTS, address.path
    if setting := faults.SETTINGS_OF_BUCKETS.get(address.query):
        return setting, address.path
    return {"HEAD": faults.HEAD, "PUT": faults.PUT, "GET": faults.GET}.get(method, method), unquote(
        address.path
    ).lstrip("/")
