"""A tennis rally as a value, and its picture at any moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from samples.canvas import Canvas, Colour, Point
from samples.caption import draw_caption
from samples.court import (
    NET,
    draw_ball,
    draw_court,
    draw_crowd,
    draw_dust,
    draw_mark,
    draw_net,
    draw_player,
    draw_streak,
    draw_touch,
)
from samples.motion import Key, place_at


class Knot(NamedTuple):
    """A moment in the ball's life: where it is above the ground, and how high it arcs on the way to the next.

    The mark of a bounce fades, unless it `stays` because it decides the point.
    """

    time: float
    x: float
    y: float
    height: float
    arc: float = 0.0
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What happens on court; the left player strikes first, unless the picture is mirrored."""

    ball: Sequence[Knot]
    left: Sequence[Key]
    right: Sequence[Key]
    net_touched: float | None = None  # when the ball meets the net
    camera_leaves: float | None = None  # when the camera turns to the crowd, and stays there
    surface: str
    shirts: tuple[Colour, Colour]
    mirrored: bool
    court_number: int
    clock: int


def draw_play(play: Play, time: float) -> Canvas:
    """Return the picture at the moment."""
    is_away = play.camera_leaves is not None and time >= play.camera_leaves
    canvas = draw_crowd(play.clock, time) if is_away else _draw_on_court(play, time)
    if play.mirrored:
        canvas = canvas.mirrored()
    draw_caption(canvas, f"COURT {play.court_number}", play.clock, time)
    return canvas


def ball_at(ball: Sequence[Knot], time: float) -> tuple[Point, float]:
    """Return the place under the ball and its height."""
    time = min(max(time, ball[0].time), ball[-1].time)
    for before, after in pairwise(ball):
        if time <= after.time:
            part = (time - before.time) / (after.time - before.time)
            x, y, height = (a + (b - a) * part for a, b in zip(before[1:4], after[1:4], strict=True))
            return (x, y), height + before.arc * 4 * part * (1 - part)
    return (ball[-1].x, ball[-1].y), ball[-1].height


def _draw_on_court(play: Play, time: float) -> Canvas:
    canvas = draw_court(play.surface)
    _draw_marks(canvas, play.ball, time)
    for keys in (play.left, play.right):
        draw_dust(canvas, _dust(keys, time))
    ground, height = ball_at(play.ball, time)
    _draw_net(canvas, play, time)
    for keys, shirt, forward in zip((play.left, play.right), play.shirts, (1, -1), strict=True):
        at = place_at(keys, time)
        draw_player(canvas, at, shirt, _racket(at, (ground[0], ground[1] - height), forward))
    streak = [ball_at(play.ball, time - 0.03 * step) for step in range(9)]
    draw_streak(canvas, [(x, y - up) for (x, y), up in streak])
    draw_ball(canvas, ground, height)
    return canvas


def _draw_marks(canvas: Canvas, ball: Sequence[Knot], time: float) -> None:
    """Mark the places where the ball came down."""
    for knot in ball:
        age = time - knot.time
        opacity = 1.0 if knot.stays else 1 - age / 0.5
        if knot.height == 0 and age >= 0 and opacity > 0:
            draw_mark(canvas, (knot.x, knot.y), opacity)


def _draw_net(canvas: Canvas, play: Play, time: float) -> None:
    """Draw the net; it swings for a second after the ball met it."""
    if play.net_touched is None or time < play.net_touched:
        draw_net(canvas, 0, 0)
        return
    age = time - play.net_touched
    (_, y), height = ball_at(play.ball, play.net_touched)
    (before, _), _ = ball_at(play.ball, play.net_touched - 0.1)
    push = math.copysign(9, NET - before)
    draw_net(canvas, y, push * math.exp(-2.5 * age) * math.cos(16 * age))
    if age < 1:
        draw_touch(canvas, (NET, y - height), age)


def _dust(keys: Sequence[Key], time: float) -> list[Point]:
    """Return the puffs behind a player who runs fast; a walking player has none."""
    trail = [place_at(keys, time - 0.07 * step) for step in range(1, 6)]
    return [newer for newer, older in pairwise(trail) if math.dist(newer, older) > 5]


def _racket(player: Point, ball: Point, forward: int) -> Point:
    """Point the racket at a ball within reach, at full stretch if need be; else hold it ready before the body."""
    offset = (ball[0] - player[0], ball[1] - player[1])
    distance = math.hypot(*offset)
    if not 1 < distance < 28:
        return 11.0 * forward, 6.0
    reach = min(max(distance, 11), 23)
    return offset[0] / distance * reach, offset[1] / distance * reach
