"""The folder of a rehearsal: a copy of the repository's declarations that grows by rounds, and the stand-in clips."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from groundctl.adapters.local.unread_files import ENDINGS
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.policy import POLICY_PATH
from groundctl.domain.rehearsal.stand_ins import SampleClips, StandIn, padded
from groundctl.errors import UsageError

# A folder with this file is a rehearsal's own. What another folder has is kept, whatever its name is.
MARK = ".groundctl-demo"
_MARK_TEXT = "`groundctl demo` wrote this folder, and the next one removes what is in it.\n"
# Everything that a rehearsal writes.
_PARTS = ("repository", "terraform", "terraform-of-groundctl", "settings", "clips", "results", "pages")
_FILES = ("infrastructure.json", "plan.json")
# What a rehearsal reads and copies, which must not hold the copy.
_SOURCES = ("jobs", "terraform")
_WEBM = "stand-ins/clip.webm"


class RehearsalFolder:
    """The output folder of a rehearsal."""

    def __init__(self, folder: Path, *, source: Path, samples: Path) -> None:
        self.folder = folder
        self.repository = folder / "repository"
        self.clips = folder / "clips"
        self.results = folder / "results"
        self.plan = folder / "plan.json"
        self._source = source
        self._samples = samples

    def empty(self) -> None:
        """Remove the files of an earlier rehearsal, and make the folders for this one; refuse a folder with other files."""
        self._refuse_sources()
        try:
            self._refuse_other_files()
            self.folder.mkdir(parents=True, exist_ok=True)
            # First of all, so that what an interrupted rehearsal leaves behind is its own.
            (self.folder / MARK).write_text(_MARK_TEXT, encoding="utf-8")
            for name in _PARTS:
                shutil.rmtree(self.folder / name, ignore_errors=True)
            for name in _FILES:
                (self.folder / name).unlink(missing_ok=True)
            for name in ("repository/jobs", "clips", "results", "pages"):
                (self.folder / name).mkdir(parents=True)
            # In a team's repository, nothing of a rehearsal is committed.
            (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            message = f"{self.folder} cannot be written: {error.strerror}"
            raise UsageError(message, hint="check the folder given as --out") from error

    def _refuse_sources(self) -> None:
        for name in _SOURCES:
            if self.folder.resolve().is_relative_to((self._source / name).resolve()):
                message = f"{self.folder} is in {name}/, which the rehearsal reads"
                raise UsageError(message, hint="give a folder outside of it as --out")

    def _refuse_other_files(self) -> None:
        if not os.path.lexists(self.folder) or (self.folder / MARK).is_file():
            return
        if other := next(iter(sorted(self.folder.iterdir())), None):
            message = f"{self.folder} has files that no rehearsal wrote, such as {other.name}"
            raise UsageError(message, hint="give a new or an empty folder as --out, or remove this one")

    def copy_texts(self) -> None:
        """Copy what stands beside the declarations: the policy, and the texts and manifests that they name."""
        # The kept infrastructure describes the real environment: a rehearsal's own differs.
        left = {"infrastructure.json"}
        for path in sorted((self._source / "jobs").rglob("*")):
            name = path.relative_to(self._source)
            is_declaration = path.name.endswith(ENDINGS) and name.as_posix() != POLICY_PATH
            if path.is_file() and not path.is_symlink() and not is_declaration and path.name not in left:
                self._copy(name.as_posix())

    def add(self, declarations: Iterable[str]) -> None:
        """Copy declarations, by their paths."""
        for path in declarations:
            self._copy(path)

    def remove(self, declaration: str) -> None:
        """Take a declaration out of the copy."""
        (self.repository / declaration).unlink()

    def planned_changes(self) -> list[JsonObject]:
        """Return the changes of the newest plan; none if nothing was planned."""
        changes: list[JsonObject] = json.loads(self.plan.read_bytes())["changes"] if self.plan.is_file() else []
        return changes

    def sample_clips(self) -> SampleClips:
        """Describe the clips that groundctl brings with it."""
        clips = self._samples / "clips"
        sizes = {path.relative_to(clips).as_posix(): path.stat().st_size for path in sorted(clips.rglob("*.mp4"))}
        return SampleClips(sizes={**sizes, _WEBM: (self._samples / _WEBM).stat().st_size}, webm=_WEBM)

    def correct_labels(self) -> dict[str, str]:
        """Return the correct label of each sample clip, by its key."""
        labels: dict[str, str] = json.loads((self._samples / "truth.json").read_bytes())
        return labels

    def content(self, clip: StandIn) -> bytes:
        """Return the bytes of a stand-in, and keep them where the results page finds them."""
        content = self._sample(clip.clip)
        content = content if clip.clip == _WEBM else padded(content, clip.size)
        key = clip.uri.removeprefix("s3://").partition("/")[2]
        place = (self.clips / key).resolve()
        # A key may hold `..`, which S3 takes as a name.
        if place.is_relative_to(self.clips.resolve()) and not place.is_dir():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return content

    def _sample(self, clip: str) -> bytes:
        return (self._samples / (clip if clip == _WEBM else f"clips/{clip}")).read_bytes()

    def _copy(self, name: str) -> None:
        target = self.repository / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._source / name, target)
