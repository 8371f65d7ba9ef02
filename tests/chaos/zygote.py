"""A process that has imported groundctl and the AWS SDK, and forks a child for each run of a command.

Starting Python and importing takes ten times as long as a short run. A forked child is a process of its own: it can be
killed or interrupted at any request, and has its own folder, settings and output.

It reads commands from its standard input, one JSON object a line, and writes {"pid"} and later {"pid", "code"} lines.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from chaos.simulated_time import SharedClock, live_in


def main(clock_file: str) -> None:
    """Serve until the standard input ends."""
    live_in(SharedClock(Path(clock_file)))
    _prepare()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _say({"ready": True})
    _serve(reading)


def _serve(woken: int) -> None:
    import select

    buffer = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _report_ended()
        if 0 not in ready:
            continue
        chunk = os.read(0, 1 << 16)
        if not chunk:
            return
        *lines, buffer = (buffer + chunk).split(b"\n")
        for line in lines:
            _start(json.loads(line))


def _start(command: dict[str, Any]) -> None:
    if command["warm"]:
        _warm_up(command)
    pid = os.fork()
    if pid == 0:
        _run(command)
    _say({"pid": pid})


def _warm_up(command: dict[str, Any]) -> None:
    """Run a command in this process once, so that what it imports and compiles is there in every child."""
    from groundctl.cli.main import main as groundctl

    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["settings"])
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        groundctl(command["arguments"])
    os.chdir("/")
    gc.collect()
    gc.freeze()  # so that children do not touch, and thereby copy, the pages of what is kept


def _report_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _run(command: dict[str, Any]) -> None:
    """Become the process of one command."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(command["folder"])
        os.environ.clear()
        os.environ.update(command["settings"])
        _redirect(command["out"], command["err"])
        faulthandler.enable(2)
        code = _command(command["arguments"], command["flaw"])
    except SystemExit as end:
        code = int(end.code or 0)
    except KeyboardInterrupt:
        traceback.print_exc()
        code = 130
    except BaseException:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _command(arguments: list[str], flaw: str) -> int:
    if flaw:
        from chaos.flaws import apply_with

        return apply_with(flaw, arguments)
    from groundctl.cli.main import main as groundctl

    sys.argv = ["groundctl", *arguments]
    return groundctl()


def _redirect(out: str, err: str) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115


def _prepare() -> None:
    """Let all clients share what the SDK has made of the services' descriptions, which never change."""
    from botocore import loaders

    shared = loaders.create_loader()
    setattr(loaders, "create_loader", lambda search_path_string=None: shared)  # noqa: ARG005, B010 - botocore's signature

    from botocore.client import ClientCreator

    for name in ("_load_service_model", "_create_client_class"):
        setattr(ClientCreator, name, _made_once(getattr(ClientCreator, name)))


def _made_once(make: Callable[..., Any]) -> Callable[..., Any]:
    """Make something for each service once."""
    made: dict[str, Any] = {}

    def give(creator: Any, service_name: str, *rest: Any, **options: Any) -> Any:
        if service_name not in made:
            made[service_name] = make(creator, service_name, *rest, **options)
        return made[service_name]

    return give


def _say(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
