"""A checked declaration: the file's path, what it says, and the texts beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from groundctl.core.load import Document, positions
from groundctl.core.problem import Finding, Problem
from groundctl.core.spec import JobSpec

# May change while the job runs, and are no part of what workers see or AWS is told: not in the digest.
EDITABLE = frozenset({"owner", "notes", "notify", "state", "budget", "rerun_of"})


@dataclass(frozen=True, slots=True, kw_only=True)
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

    @property
    def digest(self) -> str:
        """Name the content by 32 hexadecimal digits; order, comments and layout of the file do not matter."""
        return digest_of(self.content)


def digest_of(value: Any) -> str:
    """Name a JSON value by 32 hexadecimal digits of the SHA-256 of its canonical form."""
    return hashlib.sha256(canonical_json(value)).hexdigest()[:32]


def canonical_json(value: Any) -> bytes:
    """Write a value as JSON in the one form that is digested: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def locate(document: Document, findings: Iterable[Finding]) -> Iterator[Problem]:
    """Put findings on the lines of the file they are about."""
    findings = tuple(findings)
    places = positions(document) if findings else {}
    first = min((key for key, _ in places.values()), default=(1, 1))
    for finding in findings:
        key, value = next((places[way] for way in _upwards(finding.pointer) if way in places), (first, first))
        line, column = key if finding.at_key else value
        yield Problem(
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


def _sentence(finding: Finding) -> str:
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
