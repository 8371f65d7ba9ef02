"""Checks an input manifest beside a declaration, and identifies its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from groundctl.domain.clips.input_manifest import MAX_LINES, freeze
from groundctl.domain.clips.line_faults import origin_of
from groundctl.domain.clips.manifest_lines import blocks_of, split_lines
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, TextPlace
from groundctl.domain.declarations.sources import TAKE_ALL, ManifestInput
from groundctl.domain.declarations.spec import AT_FAULT, JobSpec
from groundctl.domain.declarations.texts.text_problems import invisible_characters
from groundctl.domain.declarations.validator import ManifestFile

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


def check_manifest_file(path: str, spec: JobSpec, content: bytes) -> ManifestFile:
    """Check the manifest beside a declaration line by line, as a plan would check it.

    Where its clips may come from is up to the policy, which judges what is not bought yet: a plan compares them.
    """
    [source] = (each for each in spec.sources if isinstance(each, ManifestInput))
    if content.startswith(_LFS_POINTER):
        return ManifestFile(diagnostics=(_lfs_pointer(source.uri),))
    attribute = "" if spec.label_attribute is AT_FAULT else spec.label_attribute
    takes_all = spec.selection == TAKE_ALL and not spec.only_new
    # The labels matter for the digest of a purchase only.
    frozen = freeze(
        content,
        (),
        attribute,
        most=MAX_LINES if takes_all else None,
        origin=origin_of(source),
    )
    found = frozen if isinstance(frozen, tuple) else ()
    return ManifestFile(
        summary=summary_of(content),
        diagnostics=tuple(_in_file(each, source.uri) for each in found),
        problems=tuple(_invisible(path, source.uri, content)),
    )


def summary_of(content: bytes) -> str:
    """Return what identifies a manifest: neither its line ends nor its blank lines count, and the order does."""
    digest, count = hashlib.sha256(), 0
    for line in lines_of(content):
        digest.update(line)
        count += 1
    return f"input manifest of {count:,} lines, SHA-256 {digest.hexdigest()}"


def lines_of(content: bytes) -> Iterator[bytes]:
    """Yield the lines of a manifest that are not blank, each with the line end of Unix."""
    for block in blocks_of(content):
        for line in split_lines(block):
            if line.strip():
                yield line + b"\n"


def _in_file(diagnostic: Diagnostic, name: str) -> Diagnostic:
    # A fault of the whole manifest is on its first line.
    beside = diagnostic.beside or TextPlace(name=name, line=1)
    return replace(diagnostic, beside=beside, pointer="/input/manifest")


def _invisible(path: str, name: str, content: bytes) -> Iterator[LocatedDiagnostic]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return  # its line is reported as such
    beside = f"{path[: path.rfind('/') + 1]}{name}"
    yield from invisible_characters(beside, text.removeprefix("\ufeff"))


def _lfs_pointer(name: str) -> Diagnostic:
    return Diagnostic(
        rule="GT402",
        pointer="/input/manifest",
        message=f"`{name}` is a pointer of Git LFS and not the manifest itself",
        hint="keep the manifest in Git without LFS, or put it on S3 and write its URI",
    )
