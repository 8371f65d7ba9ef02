"""Twelve rallies, each asking: how did it end?"""

from __future__ import annotations

from functools import partial
from random import Random

from samples.canvas import Colour
from samples.court import NET, SURFACES
from samples.film import Clip
from samples.motion import Key
from samples.play import Knot, Play, draw_play

LABELS = ("winner", "forced error", "unforced error", "cannot tell")
SECONDS = 3.6

SHIRTS: tuple[tuple[Colour, Colour], ...] = (
    ((230, 70, 60), (250, 250, 250)),
    ((250, 210, 60), (40, 40, 60)),
    ((250, 250, 250), (120, 60, 160)),
    ((70, 200, 220), (240, 120, 40)),
)

# How each rally ends; `side` is the half of the far court (-1 upper, 1 lower) where the ball of the last exchange goes.
_ENDINGS: tuple[tuple[str, str, int], ...] = (
    ("unforced error", "net", -1),
    ("winner", "corner", 1),
    ("cannot tell", "early", -1),
    ("forced error", "wide", 1),
    ("winner", "corner", -1),
    ("forced error", "net", -1),
    ("unforced error", "long", 1),
    ("winner", "short", 1),
    ("unforced error", "wide", -1),
    ("cannot tell", "late", 1),
    ("forced error", "long", 1),
    ("winner", "short", -1),
)


def rallies() -> list[Clip]:
    """Return the clips of the set."""
    return [_clip(number, *ending) for number, ending in enumerate(_ENDINGS, start=1)]


def _clip(number: int, label: str, manner: str, side: int) -> Clip:
    random = Random(number)
    play = _play(random, label, manner, side)
    return Clip(name=f"rallies/rally-{number:04}.mp4", label=label, seconds=SECONDS, picture=partial(draw_play, play))


def _play(random: Random, label: str, manner: str, side: int) -> Play:
    opening, start = _opening(random, side)
    match label:
        case "winner":
            ball, right = _winner(manner, side)
        case "forced error":
            ball, right = _forced_error(manner, side)
        case "unforced error":
            ball, right = _unforced_error(manner, side)
        case _:
            ball, right = _forced_error("wide", side)
    touched = next((knot.time for knot in ball if manner == "net" and abs(knot.x - NET) < 6), None)
    return Play(
        ball=(*opening, *ball),
        left=(*start, Key(1.4, 50, 90 - 14 * side), Key(2.4, 66, 90 - 6 * side)),
        right=(Key(0.0, 292, 90), Key(0.5, 288, 90 - 26 * side), Key(0.8, 288, 90 - 26 * side), *right),
        net_touched=touched,
        camera_leaves={"early": 1.55, "late": 1.9}.get(manner),
        surface=random.choice(sorted(SURFACES)),
        shirts=random.choice(SHIRTS),
        mirrored=random.random() < 0.5,
        court_number=random.randrange(1, 8),
        clock=random.randrange(13 * 3600, 18 * 3600),
    )


def _opening(random: Random, side: int) -> tuple[list[Knot], list[Key]]:
    """Return the two strokes before the last exchange, and the way of the left player up to it."""
    first = 90 + random.uniform(-30, 30)
    ball = [
        Knot(0.0, 62, first, 6, 16),
        Knot(0.45, 236, 90 - 22 * side, 0, 9),
        Knot(0.7, 276, 90 - 28 * side, 7, 16),
        Knot(1.15, 84, 90 - 6 * side, 0, 9),
    ]
    return ball, [Key(0.0, 50, first), Key(0.5, 50, first)]


def _stroke(side: int, arc: float) -> Knot:
    """Return the third stroke, which opens the last exchange."""
    return Knot(1.4, 62, 90 - 16 * side, 7, arc)


def _winner(manner: str, side: int) -> tuple[list[Knot], list[Key]]:
    """The ball comes down inside and leaves the court; the right player runs and never gets near."""
    if manner == "corner":
        flight = [Knot(1.8, 262, 90 + 40 * side, 0, 10, stays=True), Knot(2.1, 340, 90 + 62 * side, 8)]
        run = [Key(1.5, 290, 90 - 24 * side), Key(2.2, 292, 90 + 8 * side), Key(2.7, 294, 90 + 12 * side)]
    else:
        flight = [
            Knot(1.85, 196, 90 + 38 * side, 0, 10, stays=True),
            Knot(2.25, 258, 90 + 110 * side, 8),
        ]
        run = [Key(1.5, 294, 90 - 24 * side), Key(2.3, 262, 90 + 14 * side), Key(2.8, 256, 90 + 18 * side)]
    return [_stroke(side, 12), *flight], run


def _forced_error(manner: str, side: int) -> tuple[list[Knot], list[Key]]:
    """A fast ball into the corner; the right player sprints, stretches, and only just gets a racket to it."""
    ball = [
        _stroke(side, 10),
        Knot(1.8, 250, 90 + 38 * side, 0, 6),
        Knot(2.05, 292, 90 + 50 * side, 5, 14),
    ]
    ball += _miss(manner, 2.05, side)
    sprint = [
        Key(1.45, 290, 90 - 26 * side),
        Key(2.1, 298, 90 + 29 * side),
        Key(2.5, 300, 90 + 44 * side),
        Key(3.0, 300, 90 + 44 * side),
    ]
    return ball, sprint


def _unforced_error(manner: str, side: int) -> tuple[list[Knot], list[Key]]:
    """A slow, high ball to a right player who stands there with all the time in the world, and misses."""
    ball = [
        _stroke(side, 34),
        Knot(2.15, 228, 90 - 18 * side, 0, 12),
        Knot(2.5, 256, 90 - 20 * side, 8, 14),
    ]
    ball += _miss(manner, 2.5, side)
    wait = [Key(1.4, 268, 90 - 24 * side), Key(3.0, 268, 90 - 24 * side)]
    return ball, wait


def _miss(manner: str, struck: float, side: int) -> list[Knot]:
    """Return the rest of a ball that does not come down in the left half."""
    match manner:
        case "net":
            hit = struck + 0.35
            y = 90 + 14 * side
            return [Knot(hit, NET + 4, y, 6), Knot(hit + 0.3, NET + 10, y, 0), Knot(hit + 0.7, NET + 20, y + 2, 0)]
        case "long":
            return [
                Knot(struck + 0.6, 16, 90 + 30 * side, 0, 8, stays=True),
                Knot(struck + 0.9, -20, 90 + 34 * side, 6),
            ]
        case _:
            return [
                Knot(struck + 0.6, 92, 90 + 67 * side, 0, 8, stays=True),
                Knot(struck + 0.95, 30, 90 + 106 * side, 6),
            ]
