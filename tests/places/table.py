"""Odd places, as data: how each is made in the simulated AWS, and what a plan must say of it before anything is bought."""

from __future__ import annotations

from places.clips import OF_CLIPS
from places.surroundings import AROUND

ROWS = (*OF_CLIPS, *AROUND)
