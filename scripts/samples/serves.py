"""Eight serves, each asking: was it in?"""

from __future__ import annotations

from functools import partial
from random import Random

from samples.court import MIDDLE, NET, SURFACES
from samples.film import Clip
from samples.motion import Key
from samples.play import Knot, Play, draw_play
from samples.rallies import SHIRTS

LABELS = ("in", "fault", "let")
SECONDS = 3.0

_STRUCK, _AT_NET = 0.9, 1.2

# What becomes of each serve; `side` is the half of the court (-1 upper, 1 lower) it has to come down in.
_SERVES: tuple[tuple[str, str, int], ...] = (
    ("fault", "long", 1),
    ("in", "ace", -1),
    ("let", "wide", -1),
    ("in", "returned", 1),
    ("fault", "net", -1),
    ("let", "middle", 1),
    ("fault", "wide", -1),
    ("in", "ace", 1),
)


def serves() -> list[Clip]:
    """Return the clips of the set."""
    return [_clip(number, *serve) for number, serve in enumerate(_SERVES, start=1)]


def _clip(number: int, label: str, manner: str, side: int) -> Clip:
    random = Random(100 + number)
    play = _play(random, label, manner, side)
    return Clip(name=f"serves/serve-{number:04}.mp4", label=label, seconds=SECONDS, picture=partial(draw_play, play))


def _play(random: Random, label: str, manner: str, side: int) -> Play:
    # Out of the way of a ball that the receiver does not play.
    receiver_y = MIDDLE + {"ace": 12, "long": 44}.get(manner, 30) * side
    receiver = [Key(0.0, 296, receiver_y)]
    if manner == "returned":
        receiver += [Key(1.5, 296, receiver_y), Key(1.8, 292, MIDDLE + 40 * side)]
    server_y = MIDDLE - 16 * side
    return Play(
        ball=(*_toss(side), *_flight(label, manner, side)),
        left=(Key(0.0, 32, server_y), Key(0.6, 32, server_y), Key(1.2, 46, server_y)),
        right=receiver,
        net_touched=_AT_NET if label == "let" or manner == "net" else None,
        surface=random.choice(sorted(SURFACES)),
        shirts=random.choice(SHIRTS),
        mirrored=random.random() < 0.5,
        court_number=random.randrange(1, 8),
        clock=random.randrange(13 * 3600, 18 * 3600),
    )


def _toss(side: int) -> list[Knot]:
    """Return the ball in the server's hand, thrown up, and struck."""
    y = MIDDLE - 14 * side
    return [Knot(0.0, 44, y, 6), Knot(0.3, 44, y, 6, 22), Knot(_STRUCK, 46, y, 18, 4)]


def _flight(label: str, manner: str, side: int) -> list[Knot]:
    """Return the ball from the net on."""
    match label, manner:
        case "in", "ace":
            return [Knot(1.45, 200, MIDDLE + 36 * side, 0, 8, stays=True), Knot(2.0, 340, MIDDLE + 82 * side, 6)]
        case "in", _:
            return [
                Knot(1.45, 206, MIDDLE + 34 * side, 0, 8, stays=True),
                Knot(1.85, 279, MIDDLE + 46 * side, 8, 16),
                Knot(2.6, 70, MIDDLE + 20 * side, 4),
            ]
        case "let", _:
            across = 38 if manner == "wide" else 18
            return [
                Knot(_AT_NET, NET, MIDDLE + 8 * side, 10, 16),
                Knot(2.0, 192, MIDDLE + across * side, 0, 8, stays=True),
                Knot(2.5, 212, MIDDLE + (across + 8) * side, 0),
            ]
        case _, "net":
            return [
                Knot(_AT_NET, NET - 4, MIDDLE + 10 * side, 6),
                Knot(1.5, NET - 10, MIDDLE + 11 * side, 0),
                Knot(2.0, NET - 26, MIDDLE + 12 * side, 0),
            ]
        case _, "long":
            return [Knot(1.5, 250, MIDDLE + 6 * side, 0, 8, stays=True), Knot(1.9, 340, MIDDLE + 15 * side, 6)]
        case _:
            return [Knot(1.5, 200, MIDDLE + 68 * side, 0, 8, stays=True), Knot(2.1, 340, MIDDLE + 120 * side, 6)]
