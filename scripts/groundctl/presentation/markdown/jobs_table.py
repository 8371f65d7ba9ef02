"""Jobs as a table of a comment: columns with a value in any row; the first rows are visible, the others folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from groundctl.presentation.markdown.comment import Rank, folded, not_shown
from groundctl.presentation.markdown.size_limit import Part
from groundctl.presentation.tables import Column, filled, markdown_head, markdown_row
from groundctl.presentation.text import count

# So many rows are visible at once; where there are clearly more, they fold away.
ROWS_SHOWN: Final = 30
ROWS_UNFOLDED: Final = 40

Job = TypeVar("Job")


def jobs_part(
    jobs: Sequence[Job], columns: Sequence[Column], cells: Callable[[Job], Sequence[str]], where: str
) -> Part:
    """Write a row for each job."""
    kept = filled(columns, map(cells, jobs))
    head = markdown_head([columns[index] for index in kept])
    fold = folded("More jobs", after=ROWS_SHOWN)
    return Part(
        pieces=(markdown_row([row[index] for index in kept]) for row in map(cells, jobs)),
        total=len(jobs),
        rest=lambda taken: not_shown(f"the rows of {count(len(jobs) - taken, 'job')}", where),
        rank=Rank.TABLE,
        opening=head,
        closing="\n",
        # A folded table needs a head of its own.
        fold=replace(fold, opening=fold.opening + head) if len(jobs) > ROWS_UNFOLDED else None,
    )


def unbroken(text: str) -> str:
    """Keep our words on one line of a cell: names need the room for their breaks more than figures do."""
    return text.replace(" ", "&nbsp;")
