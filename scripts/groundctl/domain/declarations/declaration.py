"""A checked declaration: the file's path, what it says, and the texts beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from groundctl.domain.canonical_json import digest_of
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic
from groundctl.domain.declarations.spec import JobSpec, parse_spec
from groundctl.domain.declarations.yaml_loader import Document, positions

# May change while the job runs, and are no part of what workers see or AWS is told: not in the digest.
EDITABLE = frozenset({"owner", "notes", "notify", "state", "budget", "rerun_of"})


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One labeling job as a team wants it; texts are the contents of the files it names."""

    path: str
    spec: JobSpec
    data: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """Give all that was written for this job, texts included, without the editable fields."""
        declared = {key: value for key, value in self.data.items() if key not in EDITABLE}
        return {"declared": declared, "texts": dict(self.texts)}

    @cached_property
    def digest(self) -> str:
        """Name the content by 32 hexadecimal digits; order, comments and layout of the file do not matter."""
        return digest_of(self.content)

    def __reduce__(self) -> tuple[Any, ...]:
        # From one process to another go the data, and the digest because it takes long: to parse a JobSpec again is quicker
        # than to pickle one.
        return _sent, (self.path, self.data, self.texts, self.digest)


def _sent(path: str, data: Mapping[str, Any], texts: Mapping[str, str], digest: str) -> Declaration:
    declaration = Declaration(path=path, spec=parse_spec(data), data=data, texts=texts)
    declaration.__dict__["digest"] = digest  # where cached_property looks
    return declaration


def locate(document: Document, findings: Iterable[Diagnostic]) -> Iterator[LocatedDiagnostic]:
    """Put findings on the lines of the file they are about."""
    findings = tuple(findings)
    places = positions(document) if findings else {}
    first = min((key for key, _ in places.values()), default=(1, 1))
    for finding in findings:
        key, value = next((places[way] for way in _upwards(finding.pointer) if way in places), (first, first))
        line, column = key if finding.at_key else value
        yield LocatedDiagnostic(
            path=document.path,
            line=line,
            column=column,
            rule=finding.rule,
            pointer=finding.pointer,
            message=_sentence(finding),
            hint=finding.hint,
            severity=finding.severity,
        )


def _upwards(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _sentence(finding: Diagnostic) -> str:
    """Start with the field where the message is about its value."""
    if finding.message[0] in '`"' or not finding.pointer or finding.message.startswith("the "):
        return finding.message
    return f"{field_name(finding.pointer)} {finding.message}"


def field_name(pointer: str) -> str:
    """Write a JSON Pointer as people write fields: task.labels[2]."""
    name = ""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        name += f"[{step}]" if step.isdigit() else f".{step}" if name else step
    return name
