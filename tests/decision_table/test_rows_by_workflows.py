"""Rows of the decision table with the real workflow files: those that the files decide, or all with DECISION_TABLE=all."""

from __future__ import annotations

import os

import pytest

from decision_table.by_workflows import WorkflowStage
from decision_table.outcome import check_row
from decision_table.rows import Row
from decision_table.table import TABLE

ALL = os.environ.get("DECISION_TABLE") == "all"


@pytest.mark.parametrize("row", [row for row in TABLE if row.in_files or ALL], ids=lambda row: row.words)
def test_a_row_buys_what_was_approved_and_says_so(row: Row, workflow_stage: WorkflowStage):
    ended = row.play(workflow_stage)

    check_row(row, ended, workflow_stage)
