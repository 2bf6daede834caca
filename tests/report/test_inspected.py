"""The page of an inspection as one HTML file, and its map of sizes."""

from __future__ import annotations

import html
import math
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from seatrial.artifacts.differ import Changed, Comparison, Content, Pair
from seatrial.artifacts.findings import fault, note, warning
from seatrial.report.inspected import (
    Held,
    InspectedFile,
    InspectReport,
    by_gravity,
    counted,
    render_markdown,
)
from seatrial.report.inspected_html import render_html
from seatrial.report.treemap import Box, squarify, treemap
from tests.report.made import HOSTILE
from tests.report.test_html import Tree

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


def report(name: str = "demo-1.1-py3-none-any.whl", path: str = "demo/core.py") -> InspectReport:
    """Give an inspection of one file against its predecessor."""
    changed = Changed(name=path, before="1", after="2")
    pair = Pair(
        file=name,
        against="demo-1.0-py3-none-any.whl",
        before=1000,
        after=2000,
        added=(Content(path=path, after=900),),
        removed=(Content(path="demo/old.py", before=10),),
        changed=(),
        packages_added=(),
        packages_removed=(),
    )
    return InspectReport(
        outcome="refused",
        rules="pypi/warehouse 123",
        files=(
            InspectedFile(
                name=name,
                path=name,
                size=2000,
                sha256="a1" * 32,
                unpacked=1000,
                contents=(Held(path=path, size=900), Held(path="demo/a.txt", size=100)),
            ),
        ),
        findings=(fault("record-digest", name, f"{path} is not what RECORD states"),),
        comparisons=(
            Comparison(
                package="demo",
                before="1.0",
                after="1.1",
                pairs=(pair,),
                files_added=(),
                files_removed=(name,),
                platforms=(changed,),
                pythons=(),
                requirements=(),
                entry_points=(),
                metadata=(changed,),
            ),
        ),
        seconds=1.0,
    )


def test_the_page_is_whole() -> None:
    """Findings, the comparison, the map and the table of the largest files are on the page."""
    tree = Tree(render_html(report()))
    assert tree.open == []
    text = " ".join(tree.texts)
    for shown in ("Refused", "record-digest", "demo 1.1 against 1.0", "demo/core.py", "90.0 %"):
        assert shown in text
    tiles = [values for name, values in tree.elements if name == "rect"]
    assert len(tiles) == 2
    assert any(values.get("class") == "added-tile" for _, values in tree.elements)


def test_the_page_asks_nobody_and_runs_nothing() -> None:
    """There is no script, no address, and whatever a file says of itself is text."""
    page = render_html(report(HOSTILE, HOSTILE))
    tree = Tree(page)
    assert not {"script", "iframe", "object", "img", "form"} & {name for name, _ in tree.elements}
    assert "http://" not in page.replace("http-equiv", "")
    assert "https://" not in page
    assert "\x1b" not in page
    assert "alert(1)" in " ".join(tree.texts)


MEASURED = """<!doctype html><title>none</title><body style="margin: 0">
<iframe style="width: {width}px; height: 800px; border: 0" srcdoc="{page}"></iframe><script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const root = frame.contentDocument.documentElement;
  document.title = `over by ${{root.scrollWidth - root.clientWidth}}`;
}};
</script>"""


@pytest.mark.parametrize("width", [340, 1200])
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
def test_the_page_is_no_wider_than_its_window(tmp_path: Path, width: int) -> None:
    """In a browser, long names are broken; nothing has to be scrolled to from the side."""
    wheel = f"demo-1.1-cp312-cp312-{'manylinux_2_17_x86_64.' * 6}whl"
    page = render_html(report(wheel, f"demo/{'a_long_name_of_a_module' * 12}.py"))
    file = tmp_path / "measured.html"
    file.write_text(MEASURED.format(width=width, page=html.escape(page)), "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"]
    options += ["--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"]
    shown = subprocess.run(
        [CHROMIUM, *options, "--virtual-time-budget=2000", file.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    assert "<title>over by 0</title>" in shown


def test_markdown_lets_no_name_be_markup() -> None:
    """What a file says of itself stays text in Markdown."""
    text = render_markdown(report(HOSTILE, HOSTILE))
    assert "\x1b" not in text
    assert "- **fault** `record-digest`" in text
    outside = re.sub(r"`[^`]*`", "", text)
    assert re.findall(r"(?<!\\)[<*_@](?!\*)", outside.replace("**fault**", "")) == []


def test_the_gravest_comes_first() -> None:
    """Faults, warnings, notes; what is equally grave stays in its order."""
    found = [note("c", "", "x"), warning("b", "", "x"), fault("a", "", "x"), warning("d", "", "x")]
    assert [one.code for one in by_gravity(found)] == ["a", "b", "d", "c"]
    assert counted(found) == "1 fault, 2 warnings, 1 note"
    assert counted([]) == "nothing found"


@pytest.mark.parametrize("sizes", [[1], [6, 6, 4, 3, 2, 2, 1], [10**9, 1], [5] * 50])
def test_areas_are_sizes(sizes: list[int]) -> None:
    """The rectangles fill the box, each in proportion to its size, and none leaves it."""
    box = Box(0.0, 0.0, 960.0, 420.0)
    boxes = squarify(sizes, box)
    for size, place in zip(sizes, boxes, strict=True):
        assert math.isclose(place.area, box.area * size / sum(sizes), rel_tol=1e-6)
        assert place.x >= -1e-6
        assert place.x + place.width <= box.width + 1e-3
        assert place.y + place.height <= box.height + 1e-3


def test_the_map_shows_what_can_be_seen() -> None:
    """A folder of very many small files is one tile; an empty file has none."""
    many = [(f"demo/small/{number}.txt", 1) for number in range(20_000)]
    tiles = treemap([*many, ("demo/large.bin", 10_000_000), ("demo/empty", 0)], 960.0, 420.0)
    assert len(tiles) < 10
    assert {tile.path for tile in tiles} == {"demo/small/", "demo/large.bin"}
    assert next(tile.files for tile in tiles if tile.path == "demo/small/") == 20_000
    assert treemap([], 960.0, 420.0) == ()


def test_a_deep_path_needs_no_deep_stack() -> None:
    """A path of thousands of folders is laid out like any other."""
    (tile,) = treemap([("/".join(["a"] * 5000), 7)], 960.0, 420.0)
    assert tile.size == 7
