"""A small picture that scenes draw on: plain shapes with soft edges, in RGB bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Colour = tuple[int, int, int]
Point = tuple[float, float]
Distance = Callable[[float, float], float]

WIDTH, HEIGHT = 320, 180


class Canvas:
    """A picture of WIDTH by HEIGHT pixels; (0, 0) is the top left corner."""

    def __init__(self, ground: Colour) -> None:
        self.pixels = bytearray(bytes(ground) * (WIDTH * HEIGHT))

    def copy(self) -> Canvas:
        """Return a second canvas with the same picture."""
        twin = Canvas.__new__(Canvas)
        twin.pixels = self.pixels[:]
        return twin

    def mirrored(self) -> Canvas:
        """Return the picture as a mirror shows it: left and right change places."""
        twin = self.copy()
        row = 3 * WIDTH
        for start in range(0, row * HEIGHT, row):
            line = self.pixels[start : start + row]
            for channel in range(3):
                twin.pixels[start + channel : start + row : 3] = line[channel::3][::-1]
        return twin

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill an upright box with hard edges on whole pixels."""
        x0, x1 = max(0, round(left)), min(WIDTH, round(right))
        if x1 <= x0:
            return
        strip = bytes(colour) * (x1 - x0)
        for y in range(max(0, round(top)), min(HEIGHT, round(bottom))):
            start = 3 * (y * WIDTH + x0)
            self.pixels[start : start + len(strip)] = strip

    def disc(self, centre: Point, radius: float, colour: Colour, opacity: float = 1.0) -> None:
        """Fill a circle."""
        cx, cy = centre
        self._paint([centre], radius, lambda x, y: math.hypot(x - cx, y - cy) - radius, colour, opacity)

    def ring(self, centre: Point, radius: float, thickness: float, colour: Colour, opacity: float = 1.0) -> None:
        """Draw the outline of a circle."""
        cx, cy = centre
        half = thickness / 2
        self._paint(
            [centre], radius + half, lambda x, y: abs(math.hypot(x - cx, y - cy) - radius) - half, colour, opacity
        )

    def line(self, start: Point, end: Point, thickness: float, colour: Colour, opacity: float = 1.0) -> None:
        """Draw a stroke with round ends."""
        (ax, ay), (bx, by) = start, end
        dx, dy = bx - ax, by - ay
        length_squared = dx * dx + dy * dy or 1.0
        half = thickness / 2

        def distance(x: float, y: float) -> float:
            along = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / length_squared))
            return math.hypot(x - ax - along * dx, y - ay - along * dy) - half

        self._paint([start, end], half, distance, colour, opacity)

    def polygon(self, corners: Sequence[Point], colour: Colour, opacity: float = 1.0) -> None:
        """Fill a convex shape whose corners are given clockwise as seen on the screen."""
        edges = []
        for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
            length = math.hypot(bx - ax, by - ay)
            edges.append((ax, ay, (by - ay) / length, (ax - bx) / length))

        def distance(x: float, y: float) -> float:
            return max((x - ax) * nx + (y - ay) * ny for ax, ay, nx, ny in edges)

        self._paint(corners, 0.0, distance, colour, opacity)

    def _paint(
        self, around: Sequence[Point], margin: float, distance: Distance, colour: Colour, opacity: float
    ) -> None:
        """Blend in the colour wherever the distance to the shape's edge is below half a pixel; inside is negative."""
        reach = margin + 1
        xs, ys = [x for x, _ in around], [y for _, y in around]
        x_range = range(max(0, math.floor(min(xs) - reach)), min(WIDTH, math.ceil(max(xs) + reach)))
        solid = bytes(colour)
        for y in range(max(0, math.floor(min(ys) - reach)), min(HEIGHT, math.ceil(max(ys) + reach))):
            for x in x_range:
                weight = min(0.5 - distance(x + 0.5, y + 0.5), 1.0) * opacity
                start = 3 * (y * WIDTH + x)
                if weight >= 1:
                    self.pixels[start : start + 3] = solid
                elif weight > 0:
                    self._blend(start, colour, weight)

    def _blend(self, start: int, colour: Colour, weight: float) -> None:
        for index, value in enumerate(colour, start):
            old = self.pixels[index]
            self.pixels[index] = round(old + (value - old) * weight)
