"""The HTTP server of the emulator; it drops connections when a fault asks for it."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from werkzeug import Request, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from github_emulator.backend.emulate_process import LOOPBACK
from github_emulator.faults import Kind, NoResponseError
from github_emulator.http_messages import ApiResponse, IncomingRequest

DEFAULT_TIMEOUT = 60.0  # seconds


class Server:
    """Serves one function with threads on a free port of loopback."""

    def __init__(self, answer: Callable[[IncomingRequest], ApiResponse]) -> None:
        """Bind the port; requests are served after `start`."""
        self._answer = answer
        self._stopping = threading.Event()
        self._server: BaseWSGIServer = make_server(
            LOOPBACK, 0, self._application, threaded=True, request_handler=_QuietHandler
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://{LOOPBACK}:{self._server.server_port}"

    def start(self) -> None:
        """Start to serve requests."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and release requests that a fault delays."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        incoming = IncomingRequest(
            method=request.method,
            path=_path(request),
            query=request.args.to_dict(),
            raw=request.get_data(),
            authorization=request.headers.get("Authorization", ""),
        )
        try:
            response = self._answer(incoming)
        except NoResponseError as broken:
            self._hang_up(environ, broken)
            raise ConnectionResetError from broken  # werkzeug then drops the connection without an answer
        return _response(response)(environ, start_response)

    def _hang_up(self, environ: Mapping[str, Any], broken: NoResponseError) -> None:
        if broken.fault.kind is Kind.TIMEOUT:
            self._stopping.wait(broken.fault.seconds or DEFAULT_TIMEOUT)
        elif connection := environ.get("werkzeug.socket"):
            # Linger 0 makes the close a reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class _QuietHandler(WSGIRequestHandler):
    """werkzeug's handler without access log, which closes dropped connections."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002 - werkzeug's signature
        """Close the connection instead of waiting for another request."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's signature
        """Print nothing; `requests` has the log."""


def _path(request: Request) -> str:
    # A slash in a name is encoded, and separates nothing.
    raw = str(request.environ["REQUEST_URI"]).partition("?")[0]
    return unquote(raw.replace("%2F", "%252F").replace("%2f", "%252F"))


def _response(response: ApiResponse) -> Response:
    if isinstance(response.body, bytes):
        return Response(response.body, response.status, headers=dict(response.headers))
    if response.body is None:
        return Response(None, response.status, headers=dict(response.headers))
    return Response(
        json.dumps(response.body),
        response.status,
        dict(response.headers),
        content_type="application/json; charset=utf-8",
    )
