"""Tables for a terminal, aligned by display width, and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from groundctl.presentation.escape import display_width
from groundctl.presentation.screen import PLAIN, Color, Screen


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and how its cells are shown."""

    heading: str
    right: bool = False  # aligned
    leads: bool = False  # names the row where the table is too wide for the screen
    is_extra: bool = False  # only shown where there is room
    is_painted: bool = False  # has the color of its row


def text_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    screen: Screen = PLAIN,
    *,
    colors: Sequence[Color | None] = (),
    indent: str = "",
) -> list[str]:
    """Lay out rows under headings; a column without any value is omitted, and a table that is too wide becomes a list."""
    kept = [index for index, _ in enumerate(columns) if any(row[index] for row in rows)]
    paints = [*colors, *[None] * (len(rows) - len(colors))]
    for indexes in (kept, [index for index in kept if not columns[index].is_extra]):
        widths = {
            i: max(display_width(text) for text in (columns[i].heading, *(row[i] for row in rows))) for i in indexes
        }
        if screen.fits(" " * (len(indent) + sum(widths.values()) + 2 * (len(widths) - 1))):
            heading = [column.heading for column in columns]
            return [
                indent + _row(columns, row, widths, screen, color)
                for row, color in zip((heading, *rows), (None, *paints), strict=True)
            ]
    return [
        line
        for row, color in zip(rows, paints, strict=True)
        for line in _item(columns, row, indexes, screen, color, indent)
    ]


def _row(
    columns: Sequence[Column], row: Sequence[str], widths: dict[int, int], screen: Screen, color: Color | None
) -> str:
    cells = [_cell(row[i], width, columns[i], screen, color) for i, width in widths.items()]
    return "  ".join(cells).rstrip()


def _cell(text: str, width: int, column: Column, screen: Screen, color: Color | None) -> str:
    pad = " " * (width - display_width(text))
    shown = screen.painted(text, color) if column.is_painted else text
    return pad + shown if column.right else shown + pad


def _item(
    columns: Sequence[Column],
    row: Sequence[str],
    indexes: Sequence[int],
    screen: Screen,
    color: Color | None,
    indent: str,
) -> list[str]:
    """Write a row as its name, with its other values below it."""
    names = [row[i] for i in indexes if columns[i].leads and row[i]]
    values = [(columns[i], row[i]) for i in indexes if not columns[i].leads and row[i]]
    head = list(screen.lines("  ".join(names), first=indent, rest=f"{indent}  "))
    body = screen.lines(
        "; ".join(f"{column.heading}: {text}" for column, text in values), first=f"{indent}  ", rest=f"{indent}  "
    )
    lines: Iterable[str] = [*head, *body] if values else head
    for index in indexes:
        if columns[index].is_painted:
            lines = screen.painted_in(lines, row[index], color)
    return list(lines)


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
