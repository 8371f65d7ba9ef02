"""A checked declaration: the file's path, what it says, and the texts beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from groundctl.domain.canonical_json import JsonObject, digest_of
from groundctl.domain.declarations.spec import JobSpec, parse_spec

# These may change while the job runs, and neither workers nor AWS see them: they are not part of the digest.
EDITABLE = frozenset({"owner", "notes", "notify", "state", "budget", "rerun_of"})


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One labeling job as a team wants it; texts are the contents of the files it names."""

    path: str
    spec: JobSpec
    data: JsonObject
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> JsonObject:
        """Give all that was written for this job, texts included, without the editable fields."""
        declared = {key: value for key, value in self.data.items() if key not in EDITABLE}
        return {"declared": declared, "texts": dict(self.texts)}

    @cached_property
    def digest(self) -> str:
        """Identify the content by 32 hexadecimal digits; order, comments and layout of the file do not matter."""
        return digest_of(self.content)

    def __reduce__(self) -> tuple[Any, ...]:
        # From one process to another go the data, and the digest because it takes long: to parse a JobSpec again is quicker
        # than to pickle one.
        return _sent, (self.path, self.data, self.texts, self.digest)


def _sent(path: str, data: JsonObject, texts: Mapping[str, str], digest: str) -> Declaration:
    declaration = Declaration(path=path, spec=parse_spec(data), data=data, texts=texts)
    declaration.__dict__["digest"] = digest  # where cached_property looks
    return declaration
