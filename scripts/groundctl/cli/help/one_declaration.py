"""Finds the one declaration that a person names: by its job or by its file."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from groundctl.domain.aws.job_names import job_key
from groundctl.errors import UsageError
from groundctl.ports import Repository
from groundctl.presentation.near_names import meant

MAX_NAMED = 3
ENDINGS = (".yaml", ".yml")
HINT = "name a declared job, or its file, such as jobs/TEAM/NAME.yaml; `groundctl plan` shows all jobs"


def find_declaration(name: str, checkout: Repository) -> str:
    """Return the path of one declaration; raise, with the ways to name one, if none or several are meant."""
    path = Path(name)
    if path.is_dir():
        raise _folder(name, checkout)
    if os.path.lexists(path):
        return _file(name, checkout)
    by_job = {job_key(PurePosixPath(file).stem): file for file in _declared(checkout)}
    if found := by_job.get(job_key(name)):
        # Paths are relative to the current folder, which may be below the checkout's.
        return os.path.relpath(checkout.root / found)
    jobs = [PurePosixPath(file).stem for file in by_job.values()]
    if path.suffix in ENDINGS or len(path.parts) > 1:
        raise UsageError(f"there is no file {name}{meant(path.stem, jobs)}", hint=HINT)
    raise UsageError(f"no file under jobs/ declares a job {name}{meant(name, jobs)}", hint=HINT)


def _declared(checkout: Repository) -> tuple[str, ...]:
    return checkout.declarations() if (checkout.root / "jobs").is_dir() else ()


def _folder(name: str, checkout: Repository) -> UsageError:
    below = checkout.declarations([name])
    if not below:
        return UsageError(f"{name} is a folder without declarations, and show takes one job", hint=HINT)
    more = f", and {len(below) - MAX_NAMED:,} more" if len(below) > MAX_NAMED else ""
    names = ", ".join(PurePosixPath(file).stem for file in below[:MAX_NAMED])
    hint = f"name one of {names}{more}; `groundctl plan` shows all of them"
    return UsageError(f"{name} is a folder, and show takes one job", hint=hint)


def _file(name: str, checkout: Repository) -> str:
    if not name.endswith(ENDINGS):
        raise UsageError(f"{name} is no declaration: these are files that end in .yaml", hint=HINT)
    if not checkout.declarations([name]):
        raise UsageError(f"{name} declares no job", hint=HINT)
    return name
