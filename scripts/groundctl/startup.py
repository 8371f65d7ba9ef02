"""How a process starts and ends: every optimization of start-up time, with its reason.

A short command spends most of its time starting Python, so small costs matter. `make bench` measures the result
(goal 5), and tests/contract/test_imports_stay_light.py checks it by counting imports.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys

# Type checkers treat this as typing.TYPE_CHECKING; importing typing takes a tenth of the time of `--help`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import NoReturn


def collect_garbage_rarely() -> None:
    """Run the garbage collector once per 200,000 new objects instead of once per 700.

    A command keeps its objects until it ends, so a collection finds no garbage; collections took a sixth of the time of a
    plan. Worker processes call this too, because a spawned process starts with Python's default threshold.
    """
    gc.set_threshold(200_000)


def load_command(name: str) -> ModuleType:
    """Import the module of a command, such as `ci.plan`, when it is called.

    So `--help` imports no command, and `validate` never waits for boto3.
    """
    return importlib.import_module(f"groundctl.cli.{name}")


def end_process(code: int) -> NoReturn:
    """End this process immediately.

    A normal exit frees every object first, which takes an eighth of the time of a small command.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
