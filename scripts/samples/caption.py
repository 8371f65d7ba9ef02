"""The caption in the corner of a clip: the camera's name and a running clock."""

from __future__ import annotations

from samples.canvas import HEIGHT, Canvas, Colour

# Five rows of three pixels per glyph; each octal digit is a row. Only the glyphs in our captions.
_GLYPHS = {
    "0": "75557",
    "1": "26227",
    "2": "71747",
    "3": "71717",
    "4": "55711",
    "5": "74717",
    "6": "74757",
    "7": "71122",
    "8": "75757",
    "9": "75717",
    ":": "02020",
    " ": "00000",
    "C": "74447",
    "D": "65556",
    "K": "55655",
    "O": "75557",
    "R": "75765",
    "T": "72222",
    "U": "55557",
}
_SCALE = 2
_INK: Colour = (255, 255, 255)
_SHADE: Colour = (24, 28, 34)


def draw_caption(canvas: Canvas, place: str, clock: int, time: float) -> None:
    """Write the place and the time of day, which is `clock` seconds after midnight when the clip starts."""
    now = clock + int(time)
    text = f"{place}  {now // 3600:02}:{now // 60 % 60:02}:{now % 60:02}"
    left, top = 4, HEIGHT - 16
    canvas.rectangle(left - 4, top - 3, left + 4 * _SCALE * len(text) + 2, HEIGHT, _SHADE)
    for index, letter in enumerate(text):
        _draw_glyph(canvas, _GLYPHS[letter], left + 4 * _SCALE * index, top)


def _draw_glyph(canvas: Canvas, rows: str, left: int, top: int) -> None:
    for y, row in enumerate(rows):
        for x in range(3):
            if int(row, 8) >> (2 - x) & 1:
                corner = (left + x * _SCALE, top + y * _SCALE)
                canvas.rectangle(*corner, corner[0] + _SCALE, corner[1] + _SCALE, _INK)
