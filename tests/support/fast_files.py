"""A place for files that are made and removed quickly."""

from __future__ import annotations

import os
from pathlib import Path

BYTES = 4 << 30
SHARED_MEMORY = Path("/dev/shm")


def folder_in_memory(place: Path = SHARED_MEMORY, *, room: int = BYTES) -> str | None:
    """Return a file system in memory where programs can run and where there is room; None if there is none.

    Where many files were deleted lately, ext4 searches long for a number for each new one: most of the time of a test that
    plays workflows. Containers often get 64 MiB of shared memory from which nothing can be started.
    """
    if not (place.is_dir() and os.access(place, os.W_OK)):
        return None
    found = os.statvfs(place)
    runs_programs = not found.f_flag & getattr(os, "ST_NOEXEC", 0)
    return str(place) if runs_programs and found.f_bavail * found.f_frsize >= room else None
