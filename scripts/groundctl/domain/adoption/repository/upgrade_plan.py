"""An upgrade as a whole: what happens to each file, what is in the way, and the journal that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groundctl.domain.adoption.repository.journal import Journal
from groundctl.domain.adoption.repository.lock import Lock
from groundctl.domain.adoption.repository.upgrade import Fault, Leave, Remove, Replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A file that both sides changed, merged; conflicts are the lines where one begins."""

    path: str
    content: bytes
    conflicts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradePlan:
    """What an upgrade does with each file, and the journal that does it.

    unresolved has the conflicts that an earlier upgrade left, and faults why nothing can be compared: with either, nothing
    is written. lost names what the repository uses and the new version does not have.
    """

    lock: Lock
    version: str
    steps: tuple[Leave | Replace | Remove | Merged, ...] = ()
    unresolved: Mapping[str, tuple[int, ...]]
    faults: tuple[Fault, ...] = ()
    lost: tuple[Fault, ...] = ()
    journal: Journal | None = None

    @property
    def conflicts(self) -> Mapping[str, tuple[int, ...]]:
        """Return the files with conflicts, each with the lines where one begins."""
        merged = {step.path: step.conflicts for step in self.steps if isinstance(step, Merged) and step.conflicts}
        return {**self.unresolved, **merged}

    @property
    def changes(self) -> bool:
        """Return whether any file would change."""
        return self.lock.version != self.version or any(not isinstance(step, Leave) for step in self.steps)
