"""The position of a moving object at a moment, from a few places that it passes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from samples.canvas import Point


class Key(NamedTuple):
    """A moment, with the object's place and heading (in degrees, clockwise)."""

    time: float
    x: float
    y: float
    heading: float = 0.0


def pose_at(keys: Sequence[Key], time: float) -> Key:
    """Return the pose between the two keys around the moment, starting and stopping gently."""
    if time <= keys[0].time:
        return keys[0]
    for before, after in pairwise(keys):
        if time < after.time:
            part = (time - before.time) / (after.time - before.time)
            ease = part * part * (3 - 2 * part)
            return Key(time, *(a + (b - a) * ease for a, b in zip(before[1:], after[1:], strict=True)))
    return keys[-1]


def place_at(keys: Sequence[Key], time: float) -> Point:
    """Return only the place of the pose."""
    pose = pose_at(keys, time)
    return pose.x, pose.y
