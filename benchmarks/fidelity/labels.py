"""Where the names of points go in a picture, so that they cover neither points nor each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LETTER, _LINE, _DOT = 6.6, 14.0, 8.0
_STEPS = (0, 15, -15, 30, -30, 45, -45, 60, -60, 80, -80, 100, -100, 125, -125, 150, -150)
_NEAR = 7


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def within(self, other: Box) -> bool:
        """Whether this lies inside ``other``."""
        across = other.left <= self.left and self.right <= other.right
        return across and other.top <= self.top and self.bottom <= other.bottom


@dataclass(frozen=True)
class Label:
    """Left end of a name's base line; where a line from the point would end; whether it needs one."""

    x: float
    y: float
    to_x: float
    far: bool


def place_labels(
    points: Sequence[tuple[float, float]], names: Sequence[str], frame: Box, kept_free: Sequence[Box] = ()
) -> list[Label]:
    """A place for each name: the nearest free one right or left of its point, inside the frame.

    Names are placed in the order given. A name covers ``kept_free`` only where it would else stand far from its point;
    where nothing is free it goes right of its point.
    """
    taken = [Box(x - _DOT, y - _DOT, x + _DOT, y + _DOT) for x, y in points]
    labels = []
    for (x, y), name in zip(points, names, strict=True):
        label, box = _free(x, y, _LETTER * len(name), (taken, kept_free), frame)
        taken.append(box)
        labels.append(label)
    return labels


def _free(
    x: float, y: float, width: float, obstacles: tuple[Sequence[Box], Sequence[Box]], frame: Box
) -> tuple[Label, Box]:
    taken, kept_free = obstacles
    for steps, avoided in ((_STEPS[:_NEAR], [*taken, *kept_free]), (_STEPS, taken)):
        for step in steps:
            out = 10 + abs(step) * 0.35
            for right in (True, False):
                label, box = _at(x + out if right else x - out - width, y + 4 + step, width, right, step != 0)
                if box.within(frame) and not any(box.meets(other) for other in avoided):
                    return label, box
    return _at(x + 10, y + 4, width, True, False)


def _at(left: float, base: float, width: float, right: bool, far: bool) -> tuple[Label, Box]:
    label = Label(left, base, left - 2 if right else left + width + 2, far)
    return label, Box(left, base - _LINE + 3, left + width, base + 3)
