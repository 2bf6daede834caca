"""An inspection as one HTML file that needs nothing else: no script, no font, no request."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

import msgspec
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from seatrial import __version__
from seatrial.artifacts.binaries.values import Binary
from seatrial.artifacts.differ import Pair
from seatrial.report.compared import headline, sections
from seatrial.report.inspected import InspectedFile, InspectReport, counted, grouped
from seatrial.report.treemap import Tile, treemap
from seatrial.report.words import many, size, visible

WIDTH, HEIGHT = 960.0, 420.0
LETTER = 7.0
"""Room that a letter of a label takes, in units of the map."""

LINE = 16.0
SHORTEST = 6
"""Letters that a label which is cut off has to have, to be of use."""

LARGEST = 15
"""Rows of the table beside the map."""

KINDS = {
    "code": (".py", ".pyi", ".pyx", ".pxd"),
    "native": (".so", ".pyd", ".dll", ".dylib", ".exe", ".a", ".lib"),
    "source": (".c", ".h", ".cpp", ".hpp", ".cc", ".rs", ".go", ".f90", ".js", ".ts"),
    "text": (".md", ".rst", ".txt", ".html", ".toml", ".json", ".cfg", ".yaml", ".yml", ".po"),
}


class ShownTile(msgspec.Struct, frozen=True, kw_only=True):
    """A tile as the page shows it: its place, its class, its label and its whole name."""

    tile: Tile
    kind: str
    label: str
    title: str


class ShownBinary(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled file as the page shows it: where it is, its machines, what it needs."""

    path: str
    machine: str
    needs: str


class ShownFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the page shows it.

    Attributes:
        file: what was inspected.
        tiles: its map.
        legend: the kinds that are in the map, with their words.
        rows: its largest files: path, size, and share in hundredths.
        compiled: what is compiled in it.
    """

    file: InspectedFile
    tiles: tuple[ShownTile, ...]
    legend: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, float], ...]
    compiled: tuple[ShownBinary, ...] = ()


WORDS = {
    "code": "Python",
    "native": "compiled",
    "source": "other sources",
    "text": "texts",
    "data": "data",
    "added": "new",
    "changed": "changed",
    "same": "unchanged",
}


def render_html(report: InspectReport) -> str:
    """Give the page of an inspection; whatever comes from outside is escaped.

    Args:
        report: of the inspection.
    """
    folder = files("seatrial.report")
    environment = SandboxedEnvironment(
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.from_string(folder.joinpath("inspected.html.jinja").read_text("utf-8"))
    pairs = {pair.file: pair for one in report.comparisons for pair in one.pairs}
    return template.render(
        report=report,
        files=[_file(file, pairs.get(file.name)) for file in report.files],
        findings=grouped(report.findings),
        counted=counted(report.findings),
        comparisons=[(headline(one), list(sections(one))) for one in report.comparisons],
        style=folder.joinpath("page.css").read_text("utf-8"),
        more=folder.joinpath("inspected.css").read_text("utf-8"),
        tool=__version__,
        many=many,
        size=size,
        WIDTH=WIDTH,
        HEIGHT=HEIGHT,
    )


def _shown(value: object) -> object:
    """Show control characters of what is not yet HTML as what they are."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _file(file: InspectedFile, pair: Pair | None) -> ShownFile:
    tiles = treemap(((one.path, one.size) for one in file.contents), WIDTH, HEIGHT)
    states = None if pair is None else _states(pair)
    shown = tuple(_tile(tile, states) for tile in tiles)
    kinds = {one.kind for one in shown}
    largest = sorted(file.contents, key=lambda one: -one.size)[:LARGEST]
    return ShownFile(
        file=file,
        tiles=shown,
        legend=tuple((kind, word) for kind, word in WORDS.items() if kind in kinds),
        rows=tuple(
            (one.path, size(one.size), round(100 * one.size / (file.unpacked or 1), 1))
            for one in largest
        ),
        compiled=tuple(map(_compiled, file.truth.binaries)) if file.truth else (),
    )


def _compiled(one: Binary) -> ShownBinary:
    machines = [
        f"{each.system} {each.processor} {each.libc or each.minimum}".rstrip()
        for each in one.slices
    ]
    symbols = {text for each in one.slices for group in each.symbols.values() for text in group}
    needs = {name for each in one.slices for name in each.needs}
    return ShownBinary(
        path=one.path,
        machine=", ".join(machines) or one.broken,
        needs=", ".join([*sorted(symbols), *sorted(needs)]),
    )


def _tile(tile: Tile, states: Mapping[str, str] | None) -> ShownTile:
    name = tile.path.rstrip("/").rpartition("/")[2] + ("/" if tile.path.endswith("/") else "")
    room = int((tile.box.width - 6) / LETTER)
    label = name if room >= len(name) else f"{name[: room - 1]}…"
    fits = tile.box.height >= LINE and room >= min(len(name), SHORTEST)
    inside = f" in {many(tile.files, 'file')}" if tile.path.endswith("/") else ""
    return ShownTile(
        tile=tile,
        kind=_kind(tile.path) if states is None else states.get(tile.path, "same"),
        label=label if fits else "",
        title=f"{tile.path}: {size(tile.size)}{inside}",
    )


def _kind(path: str) -> str:
    name = path.rpartition("/")[2]
    if ".so." in name:
        return "native"
    return next((kind for kind, ends in KINDS.items() if name.endswith(ends)), "data")


def _states(pair: Pair) -> dict[str, str]:
    """Give what became of each path, and of each folder with such a path in it."""
    found: dict[str, str] = {}
    for state, contents in (("changed", pair.changed), ("added", pair.added)):
        for one in contents:
            found[one.path] = state
            folder = one.path.rpartition("/")[0]
            while folder and f"{folder}/" not in found:
                found[f"{folder}/"] = "changed"
                folder = folder.rpartition("/")[0]
    return found
