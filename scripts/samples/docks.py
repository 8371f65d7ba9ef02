"""Ten views of a warehouse dock, each asking: what is going on?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from samples.canvas import Canvas, Colour
from samples.caption import draw_caption
from samples.dock import (
    LANES,
    STACK_SLOTS,
    TRAILER_SLOTS,
    WALL,
    draw_box,
    draw_cone,
    draw_forklift,
    draw_person,
    draw_site,
    draw_standing_pallet,
    draw_stranded_cart,
)
from samples.film import Clip
from samples.motion import Key, place_at, pose_at

LABELS = ("loading", "unloading", "idle", "blocked")
SECONDS = 3.9

_TRAILERS: tuple[Colour, ...] = ((214, 218, 222), (178, 60, 54), (52, 104, 168), (60, 130, 92))

# What each clip shows: the label, a variant of it, and the lane with the open door.
_SCENES: tuple[tuple[str, str, int], ...] = (
    ("unloading", "", 1),
    ("loading", "", 0),
    ("blocked", "boxes", 1),
    ("idle", "nobody", 2),
    ("loading", "", 1),
    ("unloading", "", 2),
    ("blocked", "cart", 0),
    ("loading", "", 2),
    ("idle", "passer-by", 0),
    ("unloading", "", 0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a dock clip shows."""

    label: str
    manner: str
    lane: int
    full: int  # pallets that are deep in the trailer already
    trailer: Colour
    mirrored: bool
    clock: int

    @property
    def y(self) -> int:
        """The middle of the lane."""
        return LANES[self.lane]


def docks() -> list[Clip]:
    """Return the clips of the set."""
    return [_clip(number, *scene) for number, scene in enumerate(_SCENES, start=1)]


def _clip(number: int, label: str, manner: str, lane: int) -> Clip:
    random = Random(200 + number)
    scene = Scene(
        label=label,
        manner=manner,
        lane=lane,
        full=random.randrange(0, 3),
        trailer=random.choice(_TRAILERS),
        mirrored=random.random() < 0.5,
        clock=random.randrange(6 * 3600, 20 * 3600),
    )
    return Clip(name=f"docks/dock-{number:04}.mp4", label=label, seconds=SECONDS, picture=partial(_draw_scene, scene))


def _draw_scene(scene: Scene, time: float) -> Canvas:
    canvas = draw_site(scene.lane, scene.trailer)
    match scene.label:
        case "loading":
            _draw_transfer(canvas, scene, time, time)
        case "unloading":
            # Unloading is loading in reverse: a forklift reverses out of a trailer anyway.
            _draw_transfer(canvas, scene, SECONDS - time, time)
        case "idle":
            _draw_idle(canvas, scene, time)
        case _:
            _draw_blocked(canvas, scene, time)
    if scene.mirrored:
        canvas = canvas.mirrored()
    draw_caption(canvas, f"DOCK {3 * scene.lane + 1}", scene.clock, time)
    return canvas


def _draw_transfer(canvas: Canvas, scene: Scene, moment: float, time: float) -> None:
    """Draw the forklift at a moment of bringing two pallets from the stack into the trailer."""
    first, second = TRAILER_SLOTS[scene.full], TRAILER_SLOTS[scene.full + 1]
    laid_first, lifted_second, laid_second = 1.2, 2.3, 3.6
    y = scene.y
    way = [
        Key(0.0, 100, y, 180),
        Key(0.35, 100, y, 0),
        Key(1.1, first - 26, y),
        Key(1.25, first - 26, y),
        Key(1.85, 100, y, 0),
        Key(2.1, 100, y, 180),
        Key(2.25, STACK_SLOTS[1] + 26, y, 180),
        Key(2.35, STACK_SLOTS[1] + 26, y, 180),
        Key(2.5, 100, y, 180),
        Key(2.8, 100, y, 0),
        Key(3.55, second - 26, y),
        Key(3.65, second - 26, y),
        Key(3.9, second - 50, y),
    ]
    stack = STACK_SLOTS[1:] if moment < lifted_second else STACK_SLOTS[2:]
    laid = scene.full + (moment >= laid_first) + (moment >= laid_second)
    _draw_pallets(canvas, scene, (*stack, *TRAILER_SLOTS[:laid]))
    draw_forklift(
        canvas,
        pose_at(way, moment),
        driver=True,
        loaded=moment < laid_first or lifted_second <= moment < laid_second,
        braking=False,
        beacon=_blinks(time),
    )


def _draw_idle(canvas: Canvas, scene: Scene, time: float) -> None:
    """Draw the forklift parked without a driver, and nothing moving except perhaps a person who walks by."""
    _draw_pallets(canvas, scene, (*STACK_SLOTS, *TRAILER_SLOTS[: scene.full + 1]))
    parking = LANES[1]
    canvas.rectangle(14, parking - 19, 72, parking + 19, (150, 164, 156))
    draw_forklift(canvas, Key(0, 36, parking), driver=False, loaded=False, braking=False, beacon=False)
    if scene.manner == "passer-by":
        walk = [Key(0.0, 118, 196), Key(SECONDS, 110, 40)]
        draw_person(canvas, place_at(walk, time), 270, (230, 90, 150))


def _draw_blocked(canvas: Canvas, scene: Scene, time: float) -> None:
    """Draw a loaded forklift that drives at the door twice and cannot pass."""
    y = scene.y
    _draw_pallets(canvas, scene, (*STACK_SLOTS[1:], *TRAILER_SLOTS[: scene.full + 1]))
    if scene.manner == "boxes":
        _draw_fallen_boxes(canvas, y)
    else:
        draw_stranded_cart(canvas, (WALL + 2, y), _blinks(time))
        for aside in (-24, 0, 24):
            draw_cone(canvas, (WALL - 20, y + aside))
    stop = 84
    way = [
        Key(0.0, 50, y),
        Key(0.9, stop, y),
        Key(1.5, stop, y),
        Key(2.0, stop - 24, y),
        Key(2.6, stop, y),
        Key(SECONDS, stop, y),
    ]
    pose = pose_at(way, time)
    draw_forklift(canvas, pose, driver=True, loaded=True, braking=pose.x > stop - 3, beacon=_blinks(time))


def _draw_fallen_boxes(canvas: Canvas, y: int) -> None:
    places = ((-6, -13, 20), (8, -4, 65), (-9, 3, 110), (9, 12, 35), (-5, 18, 160), (22, 3, 80))
    for x, aside, heading in places:
        draw_box(canvas, (WALL + x, y + aside), heading)


def _draw_pallets(canvas: Canvas, scene: Scene, slots: Sequence[int]) -> None:
    for x in slots:
        draw_standing_pallet(canvas, (x, scene.y))


def _blinks(time: float) -> bool:
    return int(time * 5) % 2 == 0
