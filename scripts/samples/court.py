"""A tennis court from above, and what is on it: net, players, ball, crowd. Draws; decides nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from samples.canvas import HEIGHT, WIDTH, Canvas, Colour, Point

LEFT, RIGHT, TOP, BOTTOM = 40, 280, 36, 144
NET, MIDDLE = 160, 90
SERVICE_LEFT, SERVICE_RIGHT = 96, 224

SURFACES: dict[str, tuple[Colour, Colour]] = {
    "hard": ((46, 92, 150), (58, 120, 84)),
    "clay": ((190, 98, 58), (160, 78, 46)),
    "grass": ((92, 152, 72), (62, 112, 52)),
}
_LINE: Colour = (240, 242, 238)
_SKIN: Colour = (236, 190, 150)
_BALL: Colour = (232, 250, 60)
_BLACK: Colour = (16, 18, 22)


def draw_court(surface: str) -> Canvas:
    """Return an empty singles court."""
    inside, outside = SURFACES[surface]
    canvas = Canvas(outside)
    canvas.rectangle(LEFT, TOP, RIGHT, BOTTOM, inside)
    for y in (TOP, BOTTOM):
        canvas.rectangle(LEFT - 1, y - 1, RIGHT + 1, y + 1, _LINE)
    for x in (LEFT, RIGHT, SERVICE_LEFT, SERVICE_RIGHT):
        canvas.rectangle(x - 1, TOP - 1, x + 1, BOTTOM + 1, _LINE)
    canvas.rectangle(SERVICE_LEFT, MIDDLE - 1, SERVICE_RIGHT, MIDDLE + 1, _LINE)
    for x in (LEFT, RIGHT - 6):
        canvas.rectangle(x, MIDDLE - 1, x + 6, MIDDLE + 1, _LINE)
    return canvas


def draw_net(canvas: Canvas, touched_y: float, bulge: float) -> None:
    """Draw the net, pushed sideways by `bulge` pixels where the ball touched it."""
    top, bottom = TOP - 10, BOTTOM + 10
    for y in range(top, bottom, 2):
        shift = bulge * math.exp(-(((y - touched_y) / 16) ** 2))
        canvas.rectangle(NET - 3 + shift, y, NET + 3 + shift, y + 2, _BLACK)
        canvas.rectangle(NET - 1 + shift, y, NET + 1 + shift, y + 2, _LINE)
    for y in (top, bottom):
        canvas.disc((NET, y), 3.5, _BLACK)


def draw_player(canvas: Canvas, at: Point, shirt: Colour, racket: Point) -> None:
    """Draw a player whose racket is held out by the given offset."""
    x, y = at
    length = math.hypot(*racket)
    ux, uy = racket[0] / length, racket[1] / length
    grip = (x + racket[0] - 5 * ux, y + racket[1] - 5 * uy)
    canvas.disc((x + 2, y + 3), 8, _BLACK, 0.3)
    canvas.line((x + 6 * uy, y - 6 * ux), (x - 6 * uy, y + 6 * ux), 9, shirt)
    canvas.line((x - 5 * uy, y + 5 * ux), (x + 0.5 * racket[0], y + 0.5 * racket[1]), 3, _SKIN)
    canvas.line((x + 0.5 * racket[0], y + 0.5 * racket[1]), grip, 1.6, _BLACK)
    canvas.disc((x + racket[0], y + racket[1]), 4, _LINE, 0.35)
    canvas.ring((x + racket[0], y + racket[1]), 4.5, 1.6, _BLACK)
    canvas.disc(at, 4.2, _SKIN)
    canvas.disc((x - 1.2 * ux, y - 1.2 * uy), 3.4, (70, 44, 28))


def draw_dust(canvas: Canvas, trail: Sequence[Point]) -> None:
    """Draw the puffs a running player leaves, the newest first."""
    for age, point in enumerate(trail):
        canvas.disc(point, 4 + age, (235, 228, 215), 0.45 / (1 + age))


def draw_ball(canvas: Canvas, ground: Point, height: float) -> None:
    """Draw the ball above its shadow."""
    canvas.disc(ground, 2.6, _BLACK, 0.45)
    canvas.disc((ground[0], ground[1] - height), 4.0 + height / 14, _BLACK, 0.8)
    canvas.disc((ground[0], ground[1] - height), 3.2 + height / 14, _BALL)


def draw_streak(canvas: Canvas, trail: Sequence[Point]) -> None:
    """Draw the fading way of the ball, the newest place first."""
    for age, (start, end) in enumerate(pairwise(trail)):
        canvas.line(start, end, 2.6, _BALL, 0.7 * (1 - age / len(trail)))


def draw_mark(canvas: Canvas, at: Point, opacity: float) -> None:
    """Draw the mark where the ball came down."""
    canvas.ring(at, 6, 2, _BLACK, opacity)
    canvas.ring(at, 6, 1, _LINE, opacity)
    canvas.disc(at, 2.2, _BALL, opacity)


def draw_touch(canvas: Canvas, at: Point, age: float) -> None:
    """Draw the burst at the place where the ball met the net, `age` seconds ago."""
    for ray in range(8):
        angle = math.pi * (ray + 0.5) / 4
        near, far = 6 + 14 * age, 10 + 26 * age
        start = (at[0] + near * math.cos(angle), at[1] + near * math.sin(angle))
        canvas.line(start, (at[0] + far * math.cos(angle), at[1] + far * math.sin(angle)), 1.6, _LINE, 1 - age)


def draw_crowd(seed: int, time: float) -> Canvas:
    """Return the stands, full of people, as a camera that turned away from the court sees them."""
    random = Random(seed)
    canvas = Canvas((58, 62, 74))
    for row in range(5):
        y = 20 + row * 36
        canvas.rectangle(0, y + 8, WIDTH, y + 14, (96, 100, 112))
        for seat in range(12):
            shirt = (random.randrange(60, 250), random.randrange(60, 250), random.randrange(60, 250))
            x = 16 + seat * 26 + random.uniform(-3, 3)
            bob = -4 if (2 * time + random.uniform(0, 6)) % 6 < 1 else 0  # now and then a spectator gets up
            canvas.rectangle(x - 7, y + 2 + bob, x + 7, y + 14, shirt)
            canvas.disc((x, y - 3 + bob), 5.5, _SKIN)
    canvas.rectangle(0, HEIGHT - 14, WIDTH, HEIGHT, (40, 44, 54))
    return canvas
