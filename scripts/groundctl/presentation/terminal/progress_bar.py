"""A progress bar, shown only on a terminal."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Step = TypeVar("Step")


def progress(steps: Iterable[Step], *, total: int | None, doing: str) -> Iterator[Step]:
    """Pass steps through, and show on a terminal's standard error how many are done."""
    if not sys.stderr.isatty() or total == 0:
        yield from steps
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(steps, total=total, description=doing, console=Console(stderr=True), transient=True)
