"""The command groundtruth-simulator; it says what to install where the packages that it needs are missing."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from groundtruth_simulator import MISSING_EXTRA


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    try:
        from groundtruth_simulator import server
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("groundtruth_simulator"):
            raise
        sys.stderr.write(f"{MISSING_EXTRA}\n")
        return 2
    return server.main(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
