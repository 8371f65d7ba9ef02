"""A copy of the product that can be changed, and a process that runs tests with it."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mutants.mutant import Edit, Mutant

ROOT = Path(__file__).parents[2]
# A source is compiled again if its time is another than when it was compiled, so each change has a time of its own.
_A_DAY = 86_400
# What a mutant must not fail with: it would be a slip of the pen, and no missing guard.
_SLIPS = ("NameError", "UnboundLocalError", "SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """How pytest ended, and what it printed."""

    __test__ = False

    code: int
    output: str

    @property
    def passed(self) -> bool:
        """Say whether all tests passed."""
        return self.code == 0

    @property
    def failed(self) -> bool:
        """Say whether a test ran and failed, for a reason that a missing guard can be."""
        return self.code == 1 and not any(f"E   {slip}" in self.output for slip in _SLIPS)


class TextNotFoundError(Exception):
    """A text that a mutant replaces is not in its file, or is there more than once: the table must follow the code."""


class Package:
    """The copy, in a folder that comes first on the import path of the process that runs the tests."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "scripts"
        source = ROOT / "scripts/groundctl"
        shutil.copytree(source, self.folder / "groundctl", ignore=shutil.ignore_patterns("__pycache__"))
        # The product looks for its schemas beside scripts/.
        (folder / "schemas").symlink_to(ROOT / "schemas")
        compileall.compile_dir(self.folder / "groundctl", quiet=2)
        self._runner: subprocess.Popen[str] | None = None
        self._changes = 0

    def __enter__(self) -> Self:
        """Start the process."""
        self._runner = subprocess.Popen(
            [sys.executable, "-m", "mutants.runner", str(self.folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        if self._runner:
            self._runner.communicate()

    def run(self, tests: Sequence[str]) -> TestRun:
        """Run tests with the copy as it is now."""
        runner = self._runner
        assert runner
        assert runner.stdin
        assert runner.stdout
        runner.stdin.write(json.dumps(list(tests)) + "\n")
        runner.stdin.flush()
        line = runner.stdout.readline()
        assert line, "the process that runs the tests has ended"
        return TestRun(**json.loads(line))

    @contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        """Change the copy, and change it back."""
        try:
            for edit in mutant.edits:
                self._write(edit)
            yield
        finally:
            for edit in mutant.edits:
                shutil.copy2(ROOT / "scripts/groundctl" / edit.file, self.folder / "groundctl" / edit.file)

    def _write(self, edit: Edit) -> None:
        path = self.folder / "groundctl" / edit.file
        source = path.read_text(encoding="utf-8")
        if source.count(edit.text) != 1:
            message = f"{edit.file} has this text {source.count(edit.text)} times, not once:\n{edit.text}"
            raise TextNotFoundError(message)
        before = path.stat()
        path.write_text(source.replace(edit.text, edit.replacement), encoding="utf-8")
        self._changes += 1
        os.utime(path, (before.st_atime, before.st_mtime - self._changes * _A_DAY))
