"""Every row of the decision table, by the commands that the workflow files run."""

from __future__ import annotations

import pytest

from decision_table.by_commands import CommandStage
from decision_table.outcome import check_row
from decision_table.rows import Row
from decision_table.table import TABLE


@pytest.mark.parametrize("row", [row for row in TABLE if not row.slow], ids=lambda row: row.words)
def test_a_row_buys_what_was_approved_and_says_so(row: Row, command_stage: CommandStage):
    ended = row.play(command_stage)

    check_row(row, ended, command_stage)
