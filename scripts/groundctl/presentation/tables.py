"""Tables for a terminal, aligned by display width, and in Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from groundctl.presentation.escape import display_width


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and whether its cells are right-aligned."""

    heading: str
    right: bool = False


def text_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay out rows under headings; a column without any value is omitted."""
    kept = [index for index, _ in enumerate(columns) if any(row[index] for row in rows)]
    widths = {i: max(display_width(text) for text in (columns[i].heading, *(row[i] for row in rows))) for i in kept}
    headings = [column.heading for column in columns]
    return [
        "  ".join(_cell(row[i], widths[i], right=columns[i].right) for i in kept).rstrip() for row in (headings, *rows)
    ]


def _cell(text: str, width: int, *, right: bool) -> str:
    pad = " " * (width - display_width(text))
    return pad + text if right else text + pad


def filled(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> list[int]:
    """Return the indexes of columns with a value in any row, and always the first; read no more rows than needed."""
    indexes = {0}
    for row in rows:
        indexes.update(index for index, cell in enumerate(row) if cell)
        if len(indexes) == len(columns):
            break
    return sorted(indexes)


def markdown_head(columns: Sequence[Column]) -> str:
    """Write the first two lines of a table in Markdown."""
    return markdown_row([column.heading for column in columns]) + markdown_row(
        ["--:" if column.right else "---" for column in columns]
    )


def markdown_row(cells: Sequence[str]) -> str:
    """Write a row of a table in Markdown; the cells must be escaped already."""
    return f"| {' | '.join(cells)} |\n"
