"""The wire: a port of this machine, on which answers are given, or broken off when that was ordered."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from github_emulator.emulator import LOOPBACK
from github_emulator.exchange import Answer, Incoming
from github_emulator.faults import Kind, NoAnswerError

SILENCE = 60.0  # seconds


class Server:
    """Serves one function from threads, on a free port of loopback."""

    def __init__(self, answer: Callable[[Incoming], Answer]) -> None:
        """Take the port; nothing is answered before `start`."""
        self._answer = answer
        self._stopping = threading.Event()
        self._server: BaseWSGIServer = make_server(
            LOOPBACK, 0, self._application, threaded=True, request_handler=_QuietHandler
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://{LOOPBACK}:{self._server.server_port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; requests that a fault holds up are let go."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        incoming = Incoming(
            method=request.method,
            path=request.path,
            query=request.args.to_dict(),
            raw=request.get_data(),
            authorization=request.headers.get("Authorization", ""),
        )
        try:
            answer = self._answer(incoming)
        except NoAnswerError as broken:
            self._hang_up(environ, broken)
            raise ConnectionResetError from broken  # werkzeug then drops the connection without an answer
        return _response(answer)(environ, start_response)

    def _hang_up(self, environ: Mapping[str, Any], broken: NoAnswerError) -> None:
        if broken.fault.kind is Kind.TIMEOUT:
            self._stopping.wait(broken.fault.seconds or SILENCE)
        elif connection := environ.get("werkzeug.socket"):
            # Linger 0 makes the close a reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class _QuietHandler(WSGIRequestHandler):
    """werkzeug's handler without a line for each request, which really hangs up when told to."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002 - werkzeug's signature
        """Close a connection that would otherwise wait for the next request."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's signature
        """Say nothing; `requests` tells more."""


def _response(answer: Answer) -> Response:
    if isinstance(answer.body, bytes):
        return Response(answer.body, answer.status, headers=dict(answer.headers))
    if answer.body is None:
        return Response(None, answer.status, headers=dict(answer.headers))
    return Response(
        json.dumps(answer.body), answer.status, dict(answer.headers), content_type="application/json; charset=utf-8"
    )
