"""Runs tests with a copy of the product, each time in a new process: `python -m mutants.runner FOLDER`.

It reads node IDs from standard input, one JSON list a line, and writes how pytest ended. Everything that takes long to
import and is not the product is imported once; each run is a fork of that, which then imports the product.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from pathlib import Path

import boto3  # noqa: F401 - imported for the forks, as are the next ones
import hypothesis
import msgspec  # noqa: F401
import playwright.sync_api  # noqa: F401
import pytest

import groundtruth_simulator.server  # noqa: F401

# A run that hangs is ended. One of all named tests may take longer than one of a single test.
MAX_SECONDS, MAX_SECONDS_A_TEST = 120, 5
OPTIONS = (
    *("-q", "-x", "--tb=short", "--hypothesis-profile=mutants"),
    "--timeout=0",  # it would reset the alarm
    *("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:unraisableexception", "-p", "no:warnings"),
)


def main(folder: str) -> None:
    """Answer every line of standard input."""
    hypothesis.settings.register_profile("mutants", deadline=None, max_examples=50, derandomize=True, database=None)
    assert not [name for name in sys.modules if name.split(".")[0] == "groundctl"]
    gc.freeze()
    for line in sys.stdin:
        code, output = _run(folder, json.loads(line))
        print(json.dumps({"code": code, "output": output}), flush=True)


def _run(folder: str, tests: list[str]) -> tuple[int, str]:
    with tempfile.TemporaryDirectory() as place:
        output = Path(place, "output")
        child = os.fork()
        if not child:
            _test(folder, tests, output)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), output.read_text(encoding="utf-8", errors="replace")


def _test(folder: str, tests: list[str], output: Path) -> None:
    """Run tests in this process, and end it."""
    code = 3
    try:
        import signal

        signal.alarm(MAX_SECONDS + MAX_SECONDS_A_TEST * len(tests))
        with output.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        sys.path.insert(0, folder)
        code = int(pytest.main([*OPTIONS, *tests]))
        import groundctl

        if not str(groundctl.__file__).startswith(folder):
            print("the tests ran with another copy of the product")
            code = 3
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
