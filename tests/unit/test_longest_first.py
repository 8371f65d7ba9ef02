"""The order of the test files names files that exist, each once."""

from __future__ import annotations

from pathlib import Path

from longest_first import LONGEST, rank

TESTS = Path(__file__).parents[1]


def test_every_file_that_starts_early_exists():
    assert [path for path in LONGEST if not (TESTS / path).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_a_file_that_is_not_named_starts_after_those_that_are():
    assert rank("unit/test_longest_first.py") > max(rank(path) for path in LONGEST)
