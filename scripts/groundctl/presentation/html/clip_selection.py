"""Which clips a results page shows when a job has more than fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from groundctl.domain.results.output_manifest import LabeledObject


def select_clips(objects: Iterable[LabeledObject], limit: int) -> list[LabeledObject]:
    """Select an equal share of each label, lowest confidence first, and return it in the manifest's order."""
    groups: dict[str | None, _Group] = {}
    for labeled_object in objects:
        groups.setdefault(labeled_object.label, _Group(limit)).add(labeled_object)
    queues = [group.lowest_first() for group in groups.values()]
    selected: list[LabeledObject] = []
    turn = 0
    while len(selected) < limit and (queues := [queue for queue in queues if turn < len(queue)]):
        selected += [queue[turn] for queue in queues][: limit - len(selected)]
        turn += 1
    return sorted(selected, key=lambda labeled_object: labeled_object.position)


@dataclass(slots=True)
class _Group:
    """The objects of one label with the lowest confidence; it never holds more than twice its limit."""

    limit: int
    kept: list[LabeledObject] = field(default_factory=list)

    def add(self, labeled_object: LabeledObject) -> None:
        self.kept.append(labeled_object)
        if len(self.kept) >= 2 * self.limit:
            self.kept = self.lowest_first()

    def lowest_first(self) -> list[LabeledObject]:
        return sorted(self.kept, key=_confidence_and_position)[: self.limit]


def _confidence_and_position(labeled_object: LabeledObject) -> tuple[float, int]:
    return (1.0 if labeled_object.confidence is None else labeled_object.confidence), labeled_object.position
