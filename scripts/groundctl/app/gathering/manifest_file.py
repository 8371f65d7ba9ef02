"""Reads the clips of a job from the input manifest beside its declaration."""

from __future__ import annotations

from dataclasses import replace

from groundctl.app.validate import ReadManifest
from groundctl.domain.clips.manifest_file import lines_of, summary_of
from groundctl.domain.clips.selection import choose_from_manifest, most_of, selection_of
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.planning.inputs import ClipsFound, Unreadable


def read_manifest_file(declaration: Declaration, name: str, read: ReadManifest | None) -> ClipsFound:
    """Choose lines of a manifest file; it was checked with the declaration and is not kept in memory in between."""
    assert read is not None  # noqa: S101 - the caller validated the declaration with it
    content = read(declaration.path, name)
    if isinstance(content, Diagnostic):
        return (replace(content, pointer="/input/manifest"),)
    if summary_of(content) != declaration.texts[name]:
        return Unreadable(message=f"{name} was changed while the plan was made", hint="run it again")
    return choose_from_manifest(lines_of(content), selection_of(declaration.spec), most=most_of(declaration.spec))
