"""A valid declaration: the file's path, its content, and the texts beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from groundctl.domain.canonical_json import JsonObject, digest_of
from groundctl.domain.declarations.spec import JobSpec, parse_spec

# These fields may change while the job runs. Neither workers nor AWS see them, so they are not part of the digest.
EDITABLE = frozenset({"owner", "notes", "notify", "state", "budget", "rerun_of", "imported"})


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """A declared labeling job; texts holds the contents of the files that it names."""

    path: str
    spec: JobSpec
    data: JsonObject
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> JsonObject:
        """Return everything that was written for this job, including texts, without the editable fields."""
        declared = {key: value for key, value in self.data.items() if key not in EDITABLE}
        if self.spec.budget_stops:
            # It becomes a part of the request, which cannot be changed.
            declared["budget"] = self.data["budget"]
        # Their members that may change as well: the question's name is for the purchase ledger, the seconds for estimates.
        for part, member in (("task", "question"), ("workforce", "seconds_per_clip")):
            if member in self.data[part]:
                declared[part] = {key: value for key, value in self.data[part].items() if key != member}
        return {"declared": declared, "texts": dict(self.texts)}

    def digest_without_tags(self, keys: Collection[str]) -> str:
        """Return the digest of the content as if it had some tags less."""
        content = self.content
        declared = dict(content["declared"])
        tags = {key: value for key, value in declared.pop("tags", {}).items() if key not in keys}
        return digest_of({**content, "declared": {**declared, **({"tags": tags} if tags else {})}})

    @cached_property
    def digest(self) -> str:
        """Return the content's digest, which ignores the order, comments, and layout of the file."""
        return digest_of(self.content)

    def __reduce__(self) -> tuple[Any, ...]:
        # Processes exchange the data, because parsing a JobSpec again is faster than pickling one; and the digest, because
        # it takes long to compute.
        return _sent, (self.path, self.data, self.texts, self.digest)


def _sent(path: str, data: JsonObject, texts: Mapping[str, str], digest: str) -> Declaration:
    declaration = Declaration(path=path, spec=parse_spec(data), data=data, texts=texts)
    declaration.__dict__["digest"] = digest  # where cached_property stores its value
    return declaration
