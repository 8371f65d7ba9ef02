"""A run acts only while its commit is what the default branch says."""

from __future__ import annotations

from groundctl.domain.approval.tip import TipState, tip_state

OURS = {"jobs": "1", "schemas": "2", "terraform": "3", "scripts": "4", ".github": "5", "README.md": "6"}


def test_a_branch_that_has_moved_on_supersedes_the_run():
    assert tip_state(is_ancestor=True, ours=OURS, theirs={**OURS, "jobs": "9"}) is TipState.SUPERSEDED


def test_a_branch_that_has_changed_nothing_that_a_run_reads_does_not():
    assert tip_state(is_ancestor=True, ours=OURS, theirs={**OURS, "README.md": "9", "docs": "1"}) is TipState.CURRENT


def test_a_folder_that_has_come_or_gone_supersedes_the_run():
    without = {name: number for name, number in OURS.items() if name != "terraform"}
    assert tip_state(is_ancestor=True, ours=OURS, theirs=without) is TipState.SUPERSEDED
    assert tip_state(is_ancestor=True, ours=OURS, theirs={**OURS, "Makefile": "7"}) is TipState.SUPERSEDED


def test_a_commit_that_the_branch_no_longer_contains_was_rewritten_also_with_the_same_files():
    assert tip_state(is_ancestor=False, ours=OURS, theirs=OURS) is TipState.REWRITTEN
