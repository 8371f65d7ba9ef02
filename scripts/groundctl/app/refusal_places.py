"""Locates what a plan refuses on the lines of the files that cause it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from groundctl.domain.declarations.diagnostics import (
    Diagnostic,
    LocatedDiagnostic,
    Places,
    in_reading_order,
    locate,
)
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.yaml_loader import load_document
from groundctl.domain.planning.plan import Change, Plan, changes_of
from groundctl.ports import Files

# Lines are looked up in this many files; in the others, a refusal is placed on the first line. It takes about a second.
MAX_FILES_READ = 1_000


def find_refusal_places(files: Files, plan: Plan) -> Places:
    """Find the lines of a plan's refusals; only the files that cause them are read again."""
    refused = [change for change in plan.changes if change.path and change.action.requires_attention]
    by_reason: dict[tuple[str, Diagnostic], LocatedDiagnostic] = {}
    problems: list[LocatedDiagnostic] = []
    for number, change in enumerate(refused):
        document = _document(files, change.path) if number < MAX_FILES_READ else _unread(change.path)
        if document is None:
            continue
        located = tuple(locate(document, change.reasons))
        by_reason |= {(change.path, reason): place for reason, place in zip(change.reasons, located, strict=True)}
        # Every changed field has a line of its own.
        problems += tuple(locate(document, _field_problems(change))) or located
    return Places(by_reason=by_reason, problems=in_reading_order(problems))


def _document(files: Files, path: str) -> Document | None:
    document = load_document(path, files.read(path))
    return document if isinstance(document, Document) else None


def _unread(path: str) -> Document:
    return Document(path=path, text="", data={}, find_positions=lambda _: {})


def _field_problems(change: Change) -> Iterator[Diagnostic]:
    for changed in changes_of(change):
        message = f"`{changed.field}` was “{changed.before}” when the job was created, and is “{changed.after}” now"
        yield replace(change.reasons[0], message=message, pointer=changed.pointer, beside=changed.beside)
