"""DECISIONS.md and CHANGELOG.md, to which several branches add: numbers without gaps, one form, and nothing twice."""

from __future__ import annotations

import re
from collections import Counter

from support.builders import ROOT

DECISIONS = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
RECORDS = re.split(r"^## ", DECISIONS, flags=re.MULTILINE)[1:]
PARTS = ("Status", "Context", "Decision", "Consequences")


def test_the_records_are_numbered_in_order():
    assert [record.partition(". ")[0] for record in RECORDS] == [str(number + 1) for number in range(len(RECORDS))]


def test_every_record_has_its_parts_in_order():
    """Of a record that was replaced, the status is enough."""
    parts = {record.partition("\n")[0]: _parts(record) for record in RECORDS if "**Status:** Replaced by" not in record}

    assert {title: found for title, found in parts.items() if found != PARTS} == {}


def test_every_record_is_accepted_or_replaced():
    others = [
        record for record in RECORDS if not re.search(r"^\*\*Status:\*\* (Accepted|Replaced)\b", record, re.MULTILINE)
    ]

    assert others == []


def test_no_line_of_the_changelog_stands_there_twice():
    entries = Counter(entry.strip() for entry in re.split(r"^- ", CHANGELOG, flags=re.MULTILINE))

    assert [entry for entry, times in entries.items() if times > 1] == []


def _parts(record: str) -> tuple[str, ...]:
    return tuple(part for part in re.findall(r"^\*\*(\w+):\*\*", record, re.MULTILINE) if part in PARTS)
