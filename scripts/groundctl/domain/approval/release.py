"""Which pull requests may release a job: those that change its files, or what applies to all jobs, or that name a plan."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import POLICY_PATH

# What applies to all jobs: a pull request that changes one of these may also release jobs of other pull requests.
RELEASING = (POLICY_PATH, "schemas", "terraform")
_APPROVED_FOLDER = "jobs/approved"


def files_of(declaration: Declaration) -> tuple[str, ...]:
    """List the files that a declaration consists of."""
    folder = posixpath.dirname(declaration.path)
    # As Git names them: a declaration may write ./help.md.
    return (declaration.path, *(posixpath.normpath(posixpath.join(folder, name)) for name in declaration.texts))


def approving_file(digest: str) -> str:
    """Return the path of the file that approves the plan of a digest when it is merged."""
    return f"{_APPROVED_FOLDER}/{digest}"


def changes_files_of(declaration: Declaration, changed: Iterable[str]) -> bool:
    """Return whether one of the changed paths is a file of a declaration."""
    return not set(files_of(declaration)).isdisjoint(changed)


def changes_all_jobs(changed: Iterable[str]) -> bool:
    """Return whether one of the changed paths applies to all jobs."""
    return any(path == place or path.startswith(f"{place}/") for path in changed for place in RELEASING)
