"""A report of S3 Inventory stands for a listing: the same clips, with constant memory, or a reason why not."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.app.approval.reviewed_clips import manifest_of
from groundctl.app.gathering.gather import gather
from groundctl.app.gathering.inventory import list_inventory, read_inventory
from groundctl.domain.clips.input_manifest import clips_in
from groundctl.domain.clips.inventory import MANIFEST, ReportFile, objects_in, read_report
from groundctl.domain.clips.left_out import Why
from groundctl.domain.clips.selection import Chosen, choose_from_listing
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.sources import TAKE_ALL, InventoryInput
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.planning.inputs import ClipsFound, Missing
from groundctl.domain.planning.plan import Create
from groundctl.domain.planning.planner import make_plan
from support.builders import POLICY, a_declaration, an_infrastructure
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.frozen_clips import Season
from support.ledger import an_account

PREFIX = "s3://clips/rallies/"
FOLDER = "s3://inventory/clips/daily/"
COLUMNS = ("Bucket", "Key", "Size", "LastModifiedDate", "ETag", "StorageClass")
NOV_20 = "1795136400000"  # 2026-11-20 01:00 UTC


def a_row(key: str, **changes: str) -> dict[str, str]:
    row = {
        "Bucket": "clips",
        "Key": quote_plus(key, safe="/"),
        "Size": "1000",
        "LastModifiedDate": "2026-11-02T09:00:00.000Z",
        "ETag": "9e107d9d372bb6826bd81d3542a419d6",
        "StorageClass": "STANDARD",
    }
    return {**row, **changes}


def packed(rows: Iterable[dict[str, str]], columns: Iterable[str] = COLUMNS) -> bytes:
    return gzip.compress("".join(",".join(f'"{row[name]}"' for name in columns) + "\n" for row in rows).encode())


class Inventory:
    """Reports in a bucket of their own."""

    def __init__(self) -> None:
        self.objects = FakeObjects()

    def has(self, *files: bytes, at: str = "2026-11-20T01-00Z", **changes: Any) -> str:
        """Store a report with these files, and return the URI of its manifest."""
        keys = [f"clips/daily/data/{at}-{number}.csv.gz" for number in range(len(files))]
        for key, content in zip(keys, files, strict=True):
            self.objects.objects[f"s3://inventory/{key}"] = content
        manifest = {
            "sourceBucket": "clips",
            "destinationBucket": "arn:aws:s3:::inventory",
            "version": "2016-11-30",
            "creationTimestamp": NOV_20,
            "fileFormat": "CSV",
            "fileSchema": ", ".join(COLUMNS),
            "files": [
                {"key": key, "size": len(content), "MD5checksum": hashlib.md5(content).hexdigest()}  # noqa: S324 - S3's
                for key, content in zip(keys, files, strict=True)
            ],
            **changes,
        }
        uri = f"{FOLDER}{at}/{MANIFEST}"
        self.objects.objects[uri] = json.dumps(manifest).encode()
        return uri

    def found(self, report: str, prefix: str = PREFIX, **selection: Any) -> ClipsFound:
        declaration = declared(report, prefix, **selection)
        assert isinstance(declaration.spec.source, InventoryInput)
        return read_inventory(declaration.spec, declaration.spec.source, self.objects)

    def fault(self, report: str) -> Diagnostic:
        found = self.found(report)
        assert isinstance(found, tuple)
        [fault] = found
        assert (fault.rule, fault.pointer) == ("GT708", "/input/inventory/report")
        return fault


def declared(report: str, prefix: str = PREFIX, **selection: Any) -> Declaration:
    return a_declaration(input={"inventory": {"report": report, "prefix": prefix}, **selection})


def names(found: ClipsFound) -> list[str]:
    assert isinstance(found, Chosen)
    return [json.loads(line)["source-ref"] for line in found.manifest.splitlines()]


@pytest.fixture
def inventory() -> Inventory:
    return Inventory()


def test_the_clips_of_all_files_are_selected_as_from_a_listing(inventory: Inventory):
    first = packed([a_row("rallies/b.mp4"), a_row("serves/c.mp4"), a_row("rallies/notes.txt")])
    second = packed([a_row("rallies/a.mp4", Size="0"), a_row("rallies/deep/d.MP4"), a_row("rallies/e.mp4", Size="10")])

    found = inventory.found(inventory.has(first, second), size={"min": "100B"})

    assert names(found) == [f"{PREFIX}b.mp4", f"{PREFIX}deep/d.MP4"]
    assert isinstance(found, Chosen)
    assert found.tally.seen == 5
    assert [(group.why, group.count) for group in found.tally.left_out] == [
        (Why.ENDING, 1),
        (Why.EMPTY, 1),
        (Why.TOO_SMALL, 1),
    ]


def test_what_s3_says_of_a_clip_is_kept(inventory: Inventory):
    found = inventory.found(inventory.has(packed([a_row("rallies/a.mp4", StorageClass="GLACIER")])))

    assert isinstance(found, Chosen)
    [clip] = found.listed
    assert clip == StoredObject(
        f"{PREFIX}a.mp4", 1000, "2026-11-02T09:00:00.000Z", "GLACIER", "9e107d9d372bb6826bd81d3542a419d6"
    )


@pytest.mark.parametrize(
    "name", ["a b.mp4", "a+b.mp4", "a%20b.mp4", 'say "hi", twice.mp4', "Ünï-字.mp4", "line\nbreak.mp4", "a,b.mp4"]
)
def test_keys_are_decoded_as_s3_encodes_them(inventory: Inventory, name: str):
    assert names(inventory.found(inventory.has(packed([a_row(f"rallies/{name}")])))) == [f"{PREFIX}{name}"]


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(st.lists(st.text(max_size=20).map(lambda name: f"rallies/{name}.mp4"), max_size=20, unique=True))
def test_an_inventory_gives_what_a_listing_gives(keys: list[str]):
    inventory = Inventory()
    half = len(keys) // 2
    report = inventory.has(packed(map(a_row, keys[:half])), packed(map(a_row, keys[half:])))

    found = inventory.found(report)

    listed = [StoredObject(f"s3://clips/{key}", 1000, "2026-11-02T09:00:00.000Z") for key in keys]
    assert names(found) == names(choose_from_listing(listed, PREFIX, TAKE_ALL))


def test_only_the_newest_version_of_a_clip_counts_and_deleted_clips_do_not(inventory: Inventory):
    columns = (*COLUMNS, "VersionId", "IsLatest", "IsDeleteMarker")
    rows = [
        a_row("rallies/a.mp4", VersionId="2", IsLatest="true", IsDeleteMarker="false"),
        a_row("rallies/a.mp4", VersionId="1", IsLatest="false", IsDeleteMarker="false", Size="0"),
        a_row("rallies/b.mp4", VersionId="2", IsLatest="true", IsDeleteMarker="true", Size="", StorageClass=""),
    ]

    found = inventory.found(inventory.has(packed(rows, columns), fileSchema=", ".join(columns)))

    assert names(found) == [f"{PREFIX}a.mp4"]


def test_the_newest_report_of_a_folder_is_taken(inventory: Inventory):
    inventory.has(packed([a_row("rallies/old.mp4")]), at="2026-11-09T01-00Z")
    inventory.has(packed([a_row("rallies/new.mp4")]), at="2026-11-20T01-00Z")
    inventory.has(packed([a_row("rallies/older.mp4")]), at="2025-12-31T23-00Z")
    inventory.objects.objects[f"{FOLDER}hive/dt=2026-12-01-01-00/symlink.txt"] = b"s3://"
    inventory.objects.objects[f"{FOLDER}data/manifest.json"] = b"{}"

    assert names(inventory.found(FOLDER)) == [f"{PREFIX}new.mp4"]


@pytest.mark.parametrize("report", [FOLDER, f"{FOLDER}2026-11-20T01-00Z/{MANIFEST}"])
def test_a_report_that_is_not_there_is_named(inventory: Inventory, report: str):
    assert isinstance(inventory.found(report), Missing)


def test_a_file_that_the_report_names_and_that_is_not_there_points_to_the_slash(inventory: Inventory):
    report = inventory.has(packed([a_row("rallies/a.mp4")]))
    del inventory.objects.objects["s3://inventory/clips/daily/data/2026-11-20T01-00Z-0.csv.gz"]

    fault = inventory.fault(report)

    assert "0.csv.gz, which does not exist" in fault.message
    assert "without a slash" in fault.hint


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fileFormat": "ORC"}, "lists objects as ORC; only CSV can be read"),
        ({"fileFormat": "Parquet", "fileSchema": "message s3.inventory {}"}, "as Parquet; only CSV can be read"),
        ({"sourceBucket": "others"}, "lists the objects of others, and the prefix is in clips"),
        ({"fileSchema": "Bucket, Key, Size"}, "has no column LastModifiedDate, StorageClass"),
        ({"fileSchema": f"{', '.join(COLUMNS)}, VersionId"}, "has no column IsLatest"),
        ({"files": None}, "is not a manifest.json of S3 Inventory"),
        ({"files": [{"key": "a"}]}, "is not a manifest.json of S3 Inventory"),
        ({"creationTimestamp": "yesterday"}, "is not a manifest.json of S3 Inventory"),
        ({"creationTimestamp": "9" * 40}, "is not a manifest.json of S3 Inventory"),
        ({"destinationBucket": 5}, "is not a manifest.json of S3 Inventory"),
    ],
)
def test_a_report_that_cannot_be_used_is_refused_with_a_way_out(inventory: Inventory, changes: Any, said: str):
    fault = inventory.fault(inventory.has(packed([a_row("rallies/a.mp4")]), **changes))

    assert said in fault.message
    assert fault.hint


def test_something_else_than_a_manifest_is_refused(inventory: Inventory):
    for content in (b"", b"[]", b"\xff", b"s3://inventory/data.csv.gz"):
        inventory.objects.objects[f"{FOLDER}2026-11-20T01-00Z/{MANIFEST}"] = content
        assert "is not a manifest.json" in inventory.fault(FOLDER).message


GOOD = packed([a_row(f"rallies/{number}.mp4") for number in range(100)])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD[:-20], "it ends too early"),
        (GOOD + b"more", "incorrect header check"),
        (b"not compressed at all", "incorrect header check"),
        (b"", "it ends too early"),
        (packed([a_row("rallies/a.mp4")], COLUMNS[:3]), "a row has 3 fields instead of 6"),
        (packed([a_row("rallies/a.mp4", Size="many")]), "the size of s3://clips/rallies/a.mp4 is not a number"),
        (packed([a_row("rallies/a.mp4", Size="9" * 5_000)]), "the size of s3://clips/rallies/a.mp4 is not a number"),
        (
            packed([a_row("rallies/a.mp4", LastModifiedDate="yesterday")]),
            "the date of s3://clips/rallies/a.mp4 is not a time",
        ),
        (packed([a_row("rallies/a.mp4", LastModifiedDate="")]), "the date of s3://clips/rallies/a.mp4 is not a time"),
        (gzip.compress(b"\n" * 400_000), "it has blank rows only"),
        (packed([a_row("rallies/a.mp4", Key="rallies/%FF.mp4")]), "is not UTF-8"),
        (gzip.compress(b'"clips","rallies/a.mp4'), "unexpected end of data"),
        (gzip.compress(b"x" * 200_000), "a row is too long"),
        (gzip.compress(b"\xff\n"), "can't decode byte"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_damaged_file_is_refused(inventory: Inventory, content: bytes, said: str):
    fault = inventory.fault(inventory.has(content))

    assert "0.csv.gz is damaged" in fault.message
    assert said in fault.message


def test_a_file_that_is_not_the_one_that_the_report_names_is_refused(inventory: Inventory):
    report = inventory.has(GOOD)
    other = packed([a_row(f"rallies/{number + 1}.mp4") for number in range(100)])
    inventory.objects.objects["s3://inventory/clips/daily/data/2026-11-20T01-00Z-0.csv.gz"] = other

    assert "it has another MD5 digest or size than the report says" in inventory.fault(report).message


def test_a_file_in_several_compressed_streams_is_read_to_its_end(inventory: Inventory):
    content = packed([a_row("rallies/a.mp4")]) + packed([a_row("rallies/b.mp4")])

    assert names(inventory.found(inventory.has(content))) == [f"{PREFIX}a.mp4", f"{PREFIX}b.mp4"]


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_a_file_is_read_alike_in_pieces_of_any_size(inventory: Inventory, size: int):
    uri = inventory.has(GOOD)
    report = read_report(uri, inventory.objects.objects[uri], PREFIX)
    pieces = (GOOD[start : start + size] for start in range(0, len(GOOD), size))

    assert len(list(objects_in(pieces, report.files[0], report, PREFIX))) == 100


def test_memory_stays_flat():
    chance = random.Random(1)
    rows = [a_row(f"rallies/{chance.getrandbits(200):x}.mp4") for _ in range(4_000)]
    block = packed(rows)
    uri = (inventory := Inventory()).has(block)
    report = read_report(uri, inventory.objects.objects[uri], PREFIX)

    def peak(times: int) -> int:
        content = hashlib.md5(usedforsecurity=False)
        for _ in range(times):
            content.update(block)
        file = ReportFile(uri="s3://inventory/x", size=len(block) * times, md5=content.hexdigest())
        tracemalloc.start()
        assert sum(1 for _ in objects_in(pieces(times), file, report, PREFIX)) == 4_000 * times
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    def pieces(times: int) -> Iterator[bytes]:
        for _ in range(times):
            yield from (block[start : start + 256] for start in range(0, len(block), 256))

    assert peak(4) < 1.5 * peak(1)


def planned(inventory: Inventory, declaration: Declaration, infrastructure: Infrastructure | None = None) -> Create:
    account = an_account(FakeJobs(), inventory.objects, infrastructure=infrastructure or an_infrastructure())
    [create] = make_plan(gather([declaration], POLICY, account)).creates
    return create


def test_the_plan_says_of_when_the_inventory_is(inventory: Inventory):
    create = planned(inventory, declared(inventory.has(GOOD)))

    assert create.purchase.clips == 100
    [remark] = create.reasons
    assert remark.rule == "P315"
    assert remark.message == "takes its clips from an inventory of 2026-11-20 01:00 UTC: later ones are not seen"


def test_a_reviewed_clip_that_the_newest_report_still_lists_is_bought(inventory: Inventory):
    inventory.has(packed(a_row(f"rallies/rally-{number}.mp4") for number in range(3)))
    season = Season(declared(FOLDER, sample={"count": 2}).data["input"], objects=inventory.objects)
    season.approved()
    reviewed = clips_in(manifest_of(season.planned().plan.changes[0]))

    inventory.has(packed(a_row(f"rallies/rally-{number}.mp4") for number in range(50)), at="2026-11-21T01-00Z")

    bought, found = season.applied()
    assert bought == reviewed
    assert not found.held


def test_a_reviewed_clip_that_the_newest_report_no_longer_lists_holds_the_job(inventory: Inventory):
    inventory.has(packed([a_row("rallies/rally-1.mp4"), a_row("rallies/rally-2.mp4")]))
    season = Season(declared(FOLDER).data["input"], objects=inventory.objects)
    season.approved()

    inventory.has(packed([a_row("rallies/rally-2.mp4"), a_row("rallies/rally-3.mp4")]), at="2026-11-21T01-00Z")

    assert f"gone from the newest inventory of {PREFIX}: {PREFIX}rally-1.mp4" in season.hold()


def test_a_listing_of_a_broken_report_is_empty(inventory: Inventory):
    inventory.has(GOOD, sourceBucket="others")

    assert list(list_inventory(InventoryInput(report=FOLDER, prefix=PREFIX), inventory.objects)) == []
