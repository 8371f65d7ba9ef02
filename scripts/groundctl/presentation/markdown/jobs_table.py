"""Jobs as a table of a comment: only columns that somebody has a value in, the first rows in sight, the others folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from groundctl.presentation.markdown.comment import RANK_OF_TABLE
from groundctl.presentation.markdown.size_limit import Fold, Part
from groundctl.presentation.tables import Column, filled, markdown_head, markdown_row
from groundctl.presentation.text import count

# As many rows are seen at once; where there are clearly more, they fold away.
ROWS_SHOWN: Final = 30
ROWS_UNFOLDED: Final = 40

Job = TypeVar("Job")


def jobs_part(
    jobs: Sequence[Job], columns: Sequence[Column], cells: Callable[[Job], Sequence[str]], elsewhere: str
) -> Part:
    """Write a row for each job."""
    kept = filled(columns, map(cells, jobs))
    head = markdown_head([columns[index] for index in kept])
    # It may not hold all the others: what is missing is counted below it.
    folded = f"\n<details><summary>More jobs</summary>\n\n{head}"
    return Part(
        pieces=(markdown_row([row[index] for index in kept]) for row in map(cells, jobs)),
        total=len(jobs),
        rest=lambda taken: f"\nNot shown here: the rows of {count(len(jobs) - taken, 'job')}. {elsewhere}\n\n",
        rank=RANK_OF_TABLE,
        opening=head,
        closing="\n",
        fold=Fold(after=ROWS_SHOWN, opening=folded, closing="\n</details>\n") if len(jobs) > ROWS_UNFOLDED else None,
    )


def unbroken(text: str) -> str:
    """Keep words of ours on one line of a cell: names need the room for their breaks more than figures do."""
    return text.replace(" ", "&nbsp;")
