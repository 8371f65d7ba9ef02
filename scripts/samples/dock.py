"""A warehouse dock from above, and what is in it: doors, trailers, pallets, forklift, people, obstacles."""

from __future__ import annotations

import math
from collections.abc import Sequence

from samples.canvas import HEIGHT, WIDTH, Canvas, Colour, Point
from samples.motion import Key

LANES = (28, 82, 136)
WALL = 150
STACK_SLOTS = (60, 38, 16)
TRAILER_SLOTS = (280, 258, 236, 214, 192)

_FLOOR: Colour = (168, 172, 174)
_YARD: Colour = (72, 76, 82)
_WALL: Colour = (52, 60, 76)
_YELLOW: Colour = (245, 196, 40)
_BLACK: Colour = (24, 26, 30)
_WOOD: Colour = (200, 146, 88)
_CARD: Colour = (222, 172, 108)
_TAPE: Colour = (160, 112, 62)
_ORANGE: Colour = (255, 120, 20)
_SKIN: Colour = (236, 190, 150)

# Two taped boxes on wood; each box is left, top, right, bottom around the middle.
_PALLET: tuple[tuple[tuple[int, int, int, int], Colour], ...] = (
    ((-10, -16, 10, 16), _WOOD),
    ((-9, -15, 9, -1), _CARD),
    ((-9, -9, 9, -7), _TAPE),
    ((-9, 1, 9, 15), _CARD),
    ((-9, 7, 9, 9), _TAPE),
)


def draw_site(lane: int, trailer: Colour) -> Canvas:
    """Return the empty dock, with a trailer, its roof cut away, at the lane's door; the other doors are shut."""
    canvas = Canvas(_YARD)
    canvas.rectangle(0, 0, WALL, HEIGHT, _FLOOR)
    canvas.rectangle(WALL, 0, WALL + 8, HEIGHT, _WALL)
    for number, y in enumerate(LANES):
        if number == lane:
            _draw_open_door(canvas, y, trailer)
        else:
            _draw_shut_door(canvas, y)
    return canvas


def _draw_open_door(canvas: Canvas, y: int, trailer: Colour) -> None:
    canvas.rectangle(4, y - 20, 74, y + 20, (188, 190, 186))
    for edge in (y - 20, y + 19):
        canvas.rectangle(4, edge, 74, edge + 1, _YELLOW)
    canvas.rectangle(WALL + 10, y - 24, 304, y + 24, trailer)
    canvas.rectangle(WALL, y - 20, 300, y + 20, (134, 104, 76))
    for x in range(WALL + 22, 300, 12):
        canvas.rectangle(x, y - 20, x + 1, y + 20, (116, 88, 62))
    canvas.rectangle(307, y - 20, WIDTH, y + 20, trailer)
    canvas.rectangle(312, y - 16, 318, y + 16, (40, 60, 80))
    canvas.rectangle(WALL - 4, y - 20, WALL + 12, y + 20, (150, 154, 156))
    for side in (y - 20, y + 16):
        for x in range(WALL - 4, WALL + 12, 8):
            canvas.rectangle(x, side, x + 4, side + 4, _YELLOW)
            canvas.rectangle(x + 4, side, x + 8, side + 4, _BLACK)


def _draw_shut_door(canvas: Canvas, y: int) -> None:
    canvas.rectangle(WALL, y - 20, WALL + 6, y + 20, (206, 210, 214))
    for stripe in range(y - 18, y + 20, 6):
        canvas.rectangle(WALL, stripe, WALL + 6, stripe + 1, (150, 156, 164))
    for edge in (y - 24, y + 23):
        canvas.rectangle(WALL + 10, edge, 300, edge + 1, (150, 152, 150))


def draw_standing_pallet(canvas: Canvas, at: tuple[int, int]) -> None:
    """Draw a pallet that stands in a slot; upright and on whole pixels, so plain boxes do, and they are quick."""
    for (left, top, right, bottom), colour in _PALLET:
        canvas.rectangle(at[0] + left, at[1] + top, at[0] + right, at[1] + bottom, colour)


def draw_carried_pallet(canvas: Canvas, at: Point, heading: float) -> None:
    """Draw a pallet on the forks."""
    for box, colour in _PALLET:
        canvas.polygon(_turned(at, heading, box), colour)


def draw_box(canvas: Canvas, at: Point, heading: float) -> None:
    """Draw one box that lies on the floor."""
    canvas.polygon(_turned((at[0] + 2, at[1] + 2), heading, (-8, -7, 8, 7)), _BLACK, 0.35)
    canvas.polygon(_turned(at, heading, (-8, -7, 8, 7)), _CARD)
    canvas.polygon(_turned(at, heading, (-8, -1.2, 8, 1.2)), _TAPE)


def draw_forklift(canvas: Canvas, pose: Key, *, driver: bool, loaded: bool, braking: bool, beacon: bool) -> None:
    """Draw the forklift, forks first in the direction of its heading."""
    at, heading = (pose.x, pose.y), pose.heading
    for y in (-9, 5):
        canvas.polygon(_turned(at, heading, (14, y, 35, y + 4)), (84, 88, 94))
    if loaded:
        draw_carried_pallet(canvas, _moved(at, heading, 26, 0), heading)
    for x in (-11, 8):
        canvas.polygon(_turned(at, heading, (x, -13, x + 8, 13)), _BLACK)
    canvas.polygon(_turned(at, heading, (-18, -11, 14, 11)), _ORANGE)
    canvas.polygon(_turned(at, heading, (13, -12, 16, 12)), _BLACK)
    canvas.polygon(_turned(at, heading, (-8, -9, 9, 9)), (70, 74, 82))
    if driver:
        draw_person(canvas, _moved(at, heading, -1, 0), heading, (40, 110, 200))
    for y in (-9, 6):
        canvas.polygon(_turned(at, heading, (-20, y, -17, y + 4)), (255, 40, 30) if braking else (120, 30, 26))
    if beacon:
        canvas.disc(_moved(at, heading, -13, 0), 7, (255, 220, 90), 0.45)
    canvas.disc(_moved(at, heading, -13, 0), 2.5, (255, 230, 120) if beacon else (150, 110, 40))


def draw_person(canvas: Canvas, at: Point, heading: float, shirt: Colour) -> None:
    """Draw a person with a hard hat."""
    canvas.line(_moved(at, heading, 0, -5), _moved(at, heading, 0, 5), 7, shirt)
    canvas.disc(_moved(at, heading, 2, 0), 4, _SKIN)
    canvas.disc(_moved(at, heading, 0.5, 0), 3.8, (250, 240, 90))


def draw_cone(canvas: Canvas, at: Point) -> None:
    """Draw a traffic cone."""
    x, y = at
    canvas.rectangle(x - 5, y - 5, x + 5, y + 5, (200, 70, 10))
    canvas.disc(at, 4.5, _ORANGE)
    canvas.ring(at, 2.6, 1.6, (255, 255, 255))


def draw_stranded_cart(canvas: Canvas, at: Point, hazard: bool) -> None:
    """Draw an empty tow cart standing across the way, with its warning lights."""
    canvas.polygon(_turned(at, 90, (-17, -12, 17, 12)), _BLACK)
    canvas.polygon(_turned(at, 90, (-19, -10, 19, 10)), (60, 140, 150))
    canvas.polygon(_turned(at, 90, (-4, -8, 12, 8)), (44, 108, 116))
    for x in (-17, 17):
        for y in (-8, 8):
            canvas.disc(_moved(at, 90, x, y), 3.4 if hazard else 2, (255, 190, 40) if hazard else (130, 80, 20))


def _moved(at: Point, heading: float, ahead: float, aside: float) -> Point:
    angle = math.radians(heading)
    return (
        at[0] + ahead * math.cos(angle) - aside * math.sin(angle),
        at[1] + ahead * math.sin(angle) + aside * math.cos(angle),
    )


def _turned(at: Point, heading: float, box: Sequence[float]) -> list[Point]:
    """Return the corners of a box (left, top, right, bottom around the place) turned to the heading."""
    left, top, right, bottom = box
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return [_moved(at, heading, x, y) for x, y in corners]
