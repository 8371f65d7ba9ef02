"""How a process starts and ends: every setting that is there for speed, each with its reason.

A short command spends most of its time in Python's own start, so small things count. `make bench` measures the result
(goal 5), and tests/unit/test_imports_stay_light.py holds it by counting imports.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys

# Type checkers take this for typing.TYPE_CHECKING; importing typing takes a tenth of the time of `--help`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import NoReturn


def collect_garbage_rarely() -> None:
    """Let the garbage collector run once for 200,000 new objects, in place of once for 700.

    A command keeps what it makes until it ends, so looking for garbage finds none; it took a sixth of the time of a
    plan. Worker processes call this too, because a spawned process starts with Python's own threshold.
    """
    gc.set_threshold(200_000)


def load_command(name: str) -> ModuleType:
    """Import the module of one command, such as `ci.plan`, at the moment it is called.

    So `--help` imports no command, and `validate` never waits for boto3.
    """
    return importlib.import_module(f"groundctl.cli.{name}")


def end_process(code: int) -> NoReturn:
    """End this process at once.

    Python would first take every object apart, which is an eighth of the time of a small command.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
