"""Decides whether a new declaration may be written at a path: inside jobs/, and under a name that is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import basename, splitext

from groundctl.domain.aws.job_names import JOB_NAME, JobKey, job_key
from groundctl.domain.declarations.policy import POLICY_PATH

MAX_NAME_LENGTH = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why no declaration is written at a path, and what to do."""

    message: str
    hint: str


def refuse_path(path: str) -> Refused | None:
    """Return why a path from the root of the repository is no place for a declaration."""
    parts = path.split("/")
    if parts[0] != "jobs" or ".." in parts or len(parts) == 1:
        return Refused(message=f"{path} is not in jobs/ of this repository", hint=f"write jobs/TEAM/{_example(path)}")
    if path == POLICY_PATH:
        return Refused(message=f"{path} is the policy, and no declaration", hint="choose another name or folder")
    hidden = next((part for part in parts if part.startswith(".")), None)
    if hidden is not None:
        hint = "choose a name without the dot"
        return Refused(message=f"{path} would not be read: names that start with a dot are skipped", hint=hint)
    if not all(part.isprintable() for part in parts):
        return Refused(message="the path has characters that cannot be seen", hint="choose another folder")
    return _refuse_name(path)


def _refuse_name(path: str) -> Refused | None:
    stem, ending = splitext(basename(path))
    if ending != ".yaml":
        what = "would not be read" if ending != ".yml" else "does not end in .yaml"
        hint = f"write {path.removesuffix(ending)}.yaml"
        return Refused(message=f"{path} {what}: a declaration ends in .yaml", hint=hint)
    if not JOB_NAME.fullmatch(stem) or len(stem) > MAX_NAME_LENGTH:
        hint = "use 1-63 letters, digits, or inner hyphens, followed by .yaml"
        return Refused(message=f"{basename(path)} is not a valid name for a declaration", hint=hint)
    return None


def _example(path: str) -> str:
    stem, ending = splitext(basename(path))
    return basename(path) if ending == ".yaml" and JOB_NAME.fullmatch(stem) else "NAME.yaml"


def namesake(path: str, others: Iterable[str]) -> str | None:
    """Return the file that already declares a job of this name; AWS compares names ignoring case."""
    key = _key(path)
    return next((other for other in others if other != path and _key(other) == key), None)


def _key(path: str) -> JobKey:
    return job_key(splitext(basename(path))[0])
