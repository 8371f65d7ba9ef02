"""Reads the repository's files: declarations, the texts beside them, the policy, and the schemas."""

import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from groundctl.adapters.local.package_files import schemas_folder
from groundctl.adapters.local.unread_files import ENDINGS, unread_files
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, Severity
from groundctl.domain.declarations.policy import INFRASTRUCTURE_PATH, POLICY_PATH
from groundctl.domain.declarations.yaml_loader import Link
from groundctl.errors import UsageError

MAX_TEXT = 128_000
# A reviewer looks at a manifest line by line, and GitHub shows no file of this size.
MAX_MANIFEST = 20_000_000


@dataclass(frozen=True)
class Checkout:
    """A folder that holds jobs/; all paths are relative to it, with forward slashes."""

    root: Path
    policy_path = POLICY_PATH

    @classmethod
    def around(cls, folder: Path) -> "Checkout":
        """Find the checkout of a folder: the nearest parent with jobs/, else the folder itself."""
        folder = folder.resolve()
        return cls(next((place for place in (folder, *folder.parents) if (place / "jobs").is_dir()), folder))

    @cached_property
    def _real_root(self) -> Path:
        return self.root.resolve()

    def declarations(self, given: Iterable[str] = (), *, start: Path | None = None) -> tuple[str, ...]:
        """List the declarations among the given files and folders; all of jobs/ by default.

        Names that start with a dot are skipped: editors and file systems use them for their own files.
        """
        self._refuse_linked_jobs()
        start = start or Path.cwd()
        chosen = [start / path for path in given] or [self.root / "jobs"]
        paths = {path for place in chosen for path in self._yaml_files(place)}
        for path in paths:
            _refuse_unwritable(path)
        return tuple(sorted(paths - {self.policy_path}))

    def unread(self, given: Iterable[str] = (), *, start: Path | None = None) -> Iterator[LocatedDiagnostic]:
        """Warn of files in the given folders, by default in jobs/, that look like declarations and are not read."""
        folders = [(start or Path.cwd()) / path for path in given] or [self.root / "jobs"]
        for folder in folders:
            for path, message, hint in unread_files(folder):
                yield LocatedDiagnostic(
                    path=_shown(self._name(path)),
                    line=1,
                    column=1,
                    rule="GT013",
                    pointer="",
                    message=message,
                    hint=hint,
                    severity=Severity.WARNING,
                )

    def read(self, path: str) -> bytes:
        """Read one file of the checkout, without following a link."""
        # Not with pathlib, which takes longer to join two names than to read the file.
        place = os.path.join(self.root, path)  # noqa: PTH118 - see above
        try:
            with open(place, "rb", opener=_open_no_link) as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return file.read()
        except OSError as error:
            if os.path.islink(place):  # noqa: PTH114 - see above
                return Link(os.fsencode(os.readlink(place)))  # noqa: PTH115 - see above
            raise _unreadable(path, error) from error
        raise UsageError(f"{path} is not a regular file", hint="replace it with a file, or remove it")

    def read_policy(self) -> bytes | None:
        """Read jobs/policy.yaml, if there is one."""
        self._refuse_linked_jobs()
        place = self.root / self.policy_path
        # Anything else than a file is reported: without a policy, less is checked.
        return self.read(self.policy_path) if os.path.lexists(place) else None

    def read_kept_infrastructure(self) -> bytes | None:
        """Read jobs/infrastructure.json, if there is one."""
        return self.read(INFRASTRUCTURE_PATH) if os.path.lexists(self.root / INFRASTRUCTURE_PATH) else None

    def read_text_beside(self, declaration: str, name: str) -> str | Diagnostic:
        """Read a text file beside a declaration; return a diagnostic if it must not be read."""
        raw = self._read_beside(declaration, name, most=MAX_TEXT, hint="shorten the file")
        if isinstance(raw, Diagnostic):
            return raw
        try:
            return raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return _finding("GT402", f"`{name}` is not UTF-8", "save the file as UTF-8")

    def read_manifest_beside(self, declaration: str, name: str) -> bytes | Diagnostic:
        """Read an input manifest beside a declaration; return a diagnostic if it must not be read."""
        hint = "put the manifest on S3, and write its URI"
        return self._read_beside(declaration, name, most=MAX_MANIFEST, hint=hint)

    def _read_beside(self, declaration: str, name: str, *, most: int, hint: str) -> bytes | Diagnostic:
        folder = (self.root / declaration).parent
        path = folder / name
        if refusal := self._refusal(folder, path, name):
            return _finding("GT401", *refusal)
        try:
            with path.open("rb") as file:
                raw = file.read(most + 1)
                size = os.fstat(file.fileno()).st_size
        except OSError as error:
            return _finding("GT401", f"`{name}` cannot be read: {error.strerror}", "check the file's permissions")
        if len(raw) > most:
            return _finding("GT402", f"`{name}` has {size:,} bytes; at most {most:,} are allowed", hint)
        return raw

    def schema(self, name: str) -> dict[str, Any]:
        """Load one of the tool's JSON Schemas by its short name, such as labeling-job."""
        loaded: dict[str, Any] = json.loads((schemas_folder() / f"{name}.schema.json").read_bytes())
        return loaded

    def _refusal(self, folder: Path, path: Path, name: str) -> tuple[str, str] | None:
        if name.startswith(("/", "~")) or ".." in Path(name).parts or "\\" in name or "\0" in name:
            return f"`{name}` is outside the declaration's folder", "keep the file beside the declaration"
        try:
            mode = os.lstat(path).st_mode
            inside = path.resolve(strict=True).is_relative_to(folder.resolve()) and path.resolve().is_relative_to(
                self._real_root
            )
        except PermissionError as error:
            return f"`{name}` cannot be read: {error.strerror}", "check the permissions of its folder"
        except (OSError, ValueError, RuntimeError):  # RuntimeError: circular links, up to Python 3.12
            return f"`{name}` does not exist", f"add the file at {self._name(path)}"
        # A link could show a reviewer one file and workers another, or expose a file of this machine.
        if not stat.S_ISREG(mode) or not inside:
            return f"`{name}` is not a regular file in the declaration's folder", "replace the link with the file"
        return None

    def _yaml_files(self, place: Path) -> Iterator[str]:
        if place.is_dir():
            for folder, folders, names in os.walk(place, onerror=self._refuse_folder):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                within = self._name(Path(folder))
                # A folder behind a link is not listed. With declarations, it is reported like a file behind a link.
                yield from (f"{within}/{name}" for name in folders if _links_to_declarations(Path(folder) / name))
                yield from (f"{within}/{name}" for name in names if name.endswith(ENDINGS) and not name.startswith("."))
        elif os.path.lexists(place):
            yield self._name(place)
        else:
            raise UsageError(
                f"{place} does not exist", hint="name declarations or folders, or omit the argument for all of jobs/"
            )

    def _refuse_linked_jobs(self) -> None:
        """Reject a link: it leads to files of this machine, and Git knows no change of what is behind it."""
        if (self.root / "jobs").is_symlink():
            raise UsageError("jobs is a link", hint="replace the link with the folder")

    def _refuse_folder(self, error: OSError) -> None:
        """Reject a folder that cannot be listed: its declarations would count as removed."""
        raise _unreadable(self._name(Path(os.fsdecode(error.filename))), error) from error

    def _name(self, path: Path) -> str:
        path = Path(os.path.normpath(path))
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


def _links_to_declarations(folder: Path) -> bool:
    try:
        return folder.is_symlink() and any(name.endswith(ENDINGS) for name in os.listdir(folder))  # noqa: PTH208 - names only
    except OSError:
        return True


def _open_no_link(path: str, flags: int) -> int:
    # Windows has neither flag, and rarely has links or pipes. Without O_NONBLOCK, opening a pipe waits for a writer.
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _unreadable(path: str, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be read: {error.strerror}", hint="check the path and its permissions")


def _refuse_unwritable(path: str) -> None:
    """Reject a name that is not valid text: neither a report nor a request can contain it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{_shown(path)} has a name that is not UTF-8", hint="rename the file or its folder") from None


def _shown(path: str) -> str:
    """Write a path so that a report can contain it."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _finding(rule: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule=rule, pointer="", message=message, hint=hint)
