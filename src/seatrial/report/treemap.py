"""Sizes as areas: a squarified treemap (Bruls, Huizing and van Wijk, 2000)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

LEAST = 90.0
"""The area below which a folder is one tile; smaller ones could not be told apart."""

EACH = 16.0
"""The area that each file of a folder has to have on average, for the same reason."""

GAP = 1.0
"""What is left free around the tiles of a folder."""

Named = tuple[str, int]


class Box(msgspec.Struct, frozen=True):
    """A rectangle: its left upper corner, width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Its area."""
        return self.width * self.height

    def inset(self, gap: float) -> Box:
        """Give the rectangle with a margin taken away on each side, if there is room for one."""
        if min(self.width, self.height) <= 4 * gap:
            return self
        return Box(self.x + gap, self.y + gap, self.width - 2 * gap, self.height - 2 * gap)


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One rectangle of the map.

    Attributes:
        path: of a file, or of a folder that is too small to be shown in parts (with a slash).
        size: bytes.
        box: where it is.
        files: the files in it.
    """

    path: str
    size: int
    box: Box
    files: int = 1


class _Folder:
    """A folder with its size, and what is in it."""

    def __init__(self) -> None:
        self.size = 0
        self.files = 0
        self.inside: dict[str, _Folder] = {}


def treemap(contents: Iterable[Named], width: float, height: float) -> tuple[Tile, ...]:
    """Lay files out as a map in which each has the area of its size; empty ones have none.

    Args:
        contents: path and size in bytes of each file.
        width: of the map.
        height: of the map.
    """
    root = _Folder()
    for path, size in contents:
        here = root
        for name in [None, *path.split("/")]:
            here = here if name is None else here.inside.setdefault(name, _Folder())
            here.size += size
            here.files += 1
    return tuple(_tiles("", root, Box(0.0, 0.0, width, height))) if root.size else ()


def _tiles(path: str, folder: _Folder, box: Box) -> Iterator[Tile]:
    """Lay a folder out; the depth is bounded by the area, for each level takes its gap."""
    pending = [(path, folder, box)]
    while pending:
        path, folder, box = pending.pop()
        if not folder.inside:
            yield Tile(path=path, size=folder.size, box=box)
            continue
        if path and box.area < max(LEAST, EACH * folder.files):
            yield Tile(path=f"{path}/", size=folder.size, box=box, files=folder.files)
            continue
        alone = len(folder.inside) == 1
        inner = box if alone or not path else box.inset(GAP)
        named = sorted(folder.inside.items(), key=lambda pair: (-pair[1].size, pair[0]))
        filled = [(name, below) for name, below in named if below.size]
        boxes = squarify([below.size for _, below in filled], inner)
        for (name, below), place in zip(filled, boxes, strict=True):
            pending.append((f"{path}/{name}" if path else name, below, place))


def squarify(sizes: Sequence[int], box: Box) -> list[Box]:
    """Divide a rectangle into ones of given sizes that are as square as can be.

    Args:
        sizes: in falling order, all above nothing.
        box: what is divided.
    """
    total = sum(sizes)
    if not total:
        return []
    scale = box.area / total
    areas = [size * scale for size in sizes]
    found: list[Box] = []
    start = 0
    while start < len(areas):
        side = max(min(box.width, box.height), 1e-9)
        end, worst = start + 1, _worst(areas[start : start + 1], side)
        row = areas[start]
        smallest = areas[start]
        while end < len(areas):
            row, smallest = row + areas[end], areas[end]
            ratio = _ratio(areas[start], smallest, row, side)
            if ratio > worst:
                break
            end, worst = end + 1, ratio
        box, placed = _placed(areas[start:end], box)
        found += placed
        start = end
    return found


def _worst(row: Sequence[float], side: float) -> float:
    return _ratio(row[0], row[-1], sum(row), side)


def _ratio(largest: float, smallest: float, total: float, side: float) -> float:
    """Give the worst ratio of sides in a row of this total area along a side."""
    square = max(side * side, 1e-12)
    return max(square * largest / (total * total), total * total / (square * max(smallest, 1e-12)))


def _placed(row: Sequence[float], box: Box) -> tuple[Box, list[Box]]:
    """Put a row along the shorter side, and give what is left of the rectangle."""
    total = sum(row)
    placed, at = [], 0.0
    if box.width >= box.height:
        thick = total / max(box.height, 1e-9)
        for area in row:
            length = area / max(thick, 1e-9)
            placed.append(Box(box.x, box.y + at, thick, length))
            at += length
        return Box(box.x + thick, box.y, max(box.width - thick, 0.0), box.height), placed
    thick = total / max(box.width, 1e-9)
    for area in row:
        length = area / max(thick, 1e-9)
        placed.append(Box(box.x + at, box.y, length, thick))
        at += length
    return Box(box.x, box.y + thick, box.width, max(box.height - thick, 0.0)), placed
