"""Reads the clips of a job from a report of S3 Inventory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from groundctl.domain.clips.inventory import MANIFEST, InventoryFault, Report, newest_report, objects_in, read_report
from groundctl.domain.clips.selection import choose_from_listing, most_of, selection_of
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.sources import InventoryInput
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.planning.inputs import ClipsFound, Missing
from groundctl.ports import ObjectStore


def read_inventory(spec: JobSpec, source: InventoryInput, objects: ObjectStore) -> ClipsFound:
    """Choose clips from the newest state that a report shows."""
    try:
        report = _find_report(source, objects)
        if report is None:
            return Missing(uri=f"{source.report}{MANIFEST}" if source.is_folder else source.report)
        listed = _list_report(report, source.prefix, objects)
        chosen = choose_from_listing(listed, source.prefix, selection_of(spec), most=most_of(spec))
    except InventoryFault as fault:
        return (fault.diagnostic,)
    return replace(chosen, tally=replace(chosen.tally, as_of=report.created))


def list_inventory(source: InventoryInput, objects: ObjectStore) -> Iterator[StoredObject]:
    """Yield every object under the prefix of an inventory, as far as there is a report that can be read."""
    with suppress(InventoryFault):
        report = _find_report(source, objects)
        if report is not None:
            yield from _list_report(report, source.prefix, objects)


def _find_report(source: InventoryInput, objects: ObjectStore) -> Report | None:
    uri = newest_report(objects.list_keys(source.report)) if source.is_folder else source.report
    raw = objects.read(uri) if uri else None
    return read_report(uri, raw, source.prefix) if uri and raw is not None else None


def _list_report(report: Report, prefix: str, objects: ObjectStore) -> Iterator[StoredObject]:
    for file in report.files:
        # Lines of compressed bytes are as good as any other pieces of them.
        yield from objects_in(objects.read_lines(file.uri), file, report, prefix)
