"""Encodes a clip, which is a picture for every moment, as an H.264 MP4 that browsers play."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from samples.canvas import HEIGHT, WIDTH, Canvas

FRAMES_PER_SECOND = 20

# One thread and no processor-specific code: the same pictures must give the same bytes.
_ENCODER = {
    "preset": "slow",
    "tune": "animation",
    "crf": "23",
    "threads": "1",
    "x264-params": "cpu-independent=1:bframes=0:keyint=40",
}
# `faststart` puts the index first, so that a browser can start before it has the whole file;
# `bitexact` leaves out the muxer's version.
_CONTAINER = {"movflags": "+faststart", "fflags": "+bitexact"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A sample video: its path, its correct label, and its picture at each moment."""

    name: str
    label: str
    seconds: float
    picture: Callable[[float], Canvas]


def write_clip(clip: Clip, path: Path) -> None:
    """Draw and encode the clip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4", options=_CONTAINER) as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=_ENCODER)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(round(clip.seconds * FRAMES_PER_SECOND)):
            container.mux(stream.encode(_frame(clip, index)))
        container.mux(stream.encode(None))


def _frame(clip: Clip, index: int) -> av.VideoFrame:
    canvas = clip.picture(index / FRAMES_PER_SECOND)
    frame = av.VideoFrame(WIDTH, HEIGHT, "rgb24")
    frame.planes[0].update(bytes(canvas.pixels))
    frame.pts, frame.time_base = index, Fraction(1, FRAMES_PER_SECOND)
    return frame.reformat(format="yuv420p")
