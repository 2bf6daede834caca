from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from seatrial.artifacts.differ import Comparison, counterparts
from seatrial.artifacts.findings import Finding
from seatrial.artifacts.inspect import inspect_file
from seatrial.artifacts.platforms import platforms_of, pythons_of
from seatrial.artifacts.surprises import surprises
from seatrial.inspection.against import against, previous
from seatrial.world.ports import HeldFile
from tests.support.wheels import make_sdist, make_wheel

Modules = Mapping[str, str | bytes]
OLD: Modules = {"demo/__init__.py": "1", "demo/sub/__init__.py": "", "demo/py.typed": ""}


def compared(new: list[Path], old: list[Path]) -> Comparison:
    """Compare 1.1 with 1.0."""
    looked = [inspect_file(path, name="demo", version="1.1") for path in new]
    comparison = against(looked, old)
    assert comparison is not None
    return comparison


def wheels(
    folder: Path, modules: Modules, headers: str = "", scripts: Mapping[str, str] | None = None
) -> Comparison:
    """Compare a wheel with one that holds OLD and requires nothing."""
    old = make_wheel(folder, modules=OLD, scripts={"demo": "demo:main"})
    new = make_wheel(folder, version="1.1", modules=modules, headers=headers, scripts=scripts)
    return compared([new], [old])


def codes(found: Comparison) -> set[tuple[str, str]]:
    """Give severity and code of each surprise."""
    return {(one.severity, one.code) for one in surprises(found)}


def test_the_same_content_is_the_same(tmp_path: Path) -> None:
    """Nothing is said of a release that differs by its version alone."""
    found = wheels(tmp_path, OLD, scripts={"demo": "demo:main"})
    (pair,) = found.pairs
    assert (pair.added, pair.removed, pair.changed) == ((), (), ())
    assert (found.metadata, found.platforms, found.files_removed) == ((), (), ())
    assert codes(found) == set()


SURPRISING: list[tuple[Modules, set[tuple[str, str]]]] = [
    ({"other.py": "1"}, {("warning", "package-gone"), ("warning", "new-top-level")}),
    ({"demo/__init__.py": "1", "demo/py.typed": ""}, {("note", "subpackage-gone")}),
    ({"demo/__init__.py": "1", "demo/sub/__init__.py": ""}, {("warning", "types-gone")}),
    ({**OLD, "demo/big.bin": bytes(range(256)) * 8}, set()),
]


@pytest.mark.parametrize(("modules", "expected"), SURPRISING)
def test_what_users_miss_is_said(
    tmp_path: Path, modules: Modules, expected: set[tuple[str, str]]
) -> None:
    """A package that is gone or new is surprising; a file more is not."""
    found = codes(wheels(tmp_path, modules, scripts={"demo": "demo:main"}))
    assert expected <= found
    assert bool(expected) == bool(found)


def test_growing_and_shrinking_are_said(tmp_path: Path) -> None:
    """A file that is much larger names what came; the way back is surprising as well."""
    small = make_wheel(tmp_path, modules=OLD)
    (tmp_path / "new").mkdir()
    large = make_wheel(tmp_path / "new", version="1.1", modules=OLD, size=3 << 20)
    (grown,) = surprises(compared([large], [small]))
    assert (grown.code, grown.file) == ("grew", large.name)
    assert "demo/filler.bin" in grown.said
    earlier = make_wheel(tmp_path / "new", version="1.0", modules=OLD, size=3 << 20)
    later = make_wheel(tmp_path, version="1.1", modules=OLD)
    assert codes(compared([later], [earlier])) == {("warning", "shrank")}


def test_metadata_is_compared(tmp_path: Path) -> None:
    """Requirements by name, entry points, and every field that people read."""
    headers = "Requires-Dist: a>=2\nRequires-Python: >=3.10\nSummary: new\n"
    found = wheels(tmp_path, OLD, headers, {"other": "demo:main"})
    assert [(one.name, one.before, one.after) for one in found.requirements] == [("a", "", "a>=2")]
    assert {one.name for one in found.metadata} == {"Requires-Python", "Summary"}
    assert codes(found) == {
        ("warning", "entry-point-gone"),
        ("note", "requirement-new"),
        ("note", "requires-python-changed"),
    }


EXTRA_GONE = ("warning", "extra-gone")
NEEDED_NO_MORE = ("note", "requirement-gone")


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("License: MIT\n", "License: GPL-3.0\n", ("warning", "licence-changed")),
        ("Provides-Extra: x\nProvides-Extra: y\n", "Provides-Extra: y\n", EXTRA_GONE),
        ("Requires-Dist: a>=2\nRequires-Dist: b\n", "Requires-Dist: b\n", NEEDED_NO_MORE),
        ("Requires-Dist: a>=2\n", "Requires-Dist: a>=3\n", None),
    ],
)
def test_what_lawyers_and_users_of_extras_miss_is_said(
    tmp_path: Path, before: str, after: str, code: tuple[str, str] | None
) -> None:
    """Another licence, an extra and a requirement that are gone are said; a new bound is not."""
    old = make_wheel(tmp_path, headers=before)
    new = make_wheel(tmp_path, version="1.1", headers=after)
    assert codes(compared([new], [old])) == ({code} if code else set())


def test_a_platform_that_is_gone_is_said(tmp_path: Path) -> None:
    """Platforms and Pythons come from the names of all files; the sdist is missed too."""
    new = [make_wheel(tmp_path, version="1.1", tag="cp311-cp311-manylinux_2_28_x86_64")]
    old = [
        make_wheel(tmp_path, tag="cp311-cp311-manylinux_2_17_x86_64"),
        make_wheel(tmp_path, tag="cp310-cp310-win_amd64"),
        make_sdist(tmp_path),
    ]
    found = compared(new, old)
    assert codes(found) == {
        ("warning", "platform-gone"),
        ("warning", "python-gone"),
        ("note", "sdist-gone"),
    }
    assert [pair.against for pair in found.pairs] == [old[0].name]


def test_content_of_sdists_is_compared(tmp_path: Path) -> None:
    """An sdist's own folder does not count; content is compared by digest, not by size."""
    old = make_sdist(tmp_path, files={"a.txt": "12", "b.txt": "x"})
    new = make_sdist(tmp_path, version="1.1", files={"a.txt": "34", "c.txt": "x"})
    (pair,) = compared([new], [old]).pairs
    assert [one.path for one in pair.added] == ["c.txt"]
    assert [one.path for one in pair.removed] == ["b.txt"]
    assert "a.txt" in [one.path for one in pair.changed]


def test_a_counterpart_has_the_same_place() -> None:
    """The same tags, else the same interpreter, ABI and platform in words; else there is none."""
    old = ["d-1-cp311-cp311-manylinux_2_17_x86_64.whl", "d-1-py2.py3-none-any.whl", "d-1.tar.gz"]
    new = [
        "d-2-cp311-cp311-manylinux_2_28_x86_64.whl",
        "d-2-cp312-cp312-manylinux_2_28_x86_64.whl",
        "d-2-py3-none-any.whl",
        "d-2.tar.gz",
    ]
    assert counterparts(new, old) == {new[0]: old[0], new[2]: old[1], new[3]: old[2]}


def test_tags_are_said_in_words() -> None:
    """Platforms are those that users name; both machines of a universal wheel count."""
    assert platforms_of(
        [
            "d-1-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
            "d-1-py3-none-musllinux_1_2_aarch64.whl",
            "d-1-py3-none-macosx_11_0_universal2.whl",
            "d-1-py3-none-win32.whl",
            "d-1.tar.gz",
        ]
    ) == {"Linux x86_64", "Linux (musl) aarch64", "macOS x86_64", "macOS arm64", "Windows win32"}
    assert pythons_of(["d-1-cp39-abi3-any.whl", "d-1-cp313-cp313t-any.whl"]) == {"cp39+", "cp313t"}


def held(*names: str, yanked: bool = False) -> dict[str, HeldFile]:
    """Give files as an index holds them."""
    return {name: HeldFile(name=name, sha256="", url="", yanked=yanked) for name in names}


def test_the_release_before_is_the_last_final_one() -> None:
    """Pre-releases count where there is nothing else; yanked and later ones never do."""
    files = held("d-1.0.tar.gz", "d-1.1.tar.gz", "d-1.1-py3-none-any.whl", "d-2.0rc1.tar.gz")
    files |= held("d-1.2.tar.gz", yanked=True) | held("d-3.0.tar.gz")
    assert [one.name for one in previous(files, "2.0")] == [
        "d-1.1.tar.gz",
        "d-1.1-py3-none-any.whl",
    ]
    assert [one.name for one in previous(held("d-1.0rc1.tar.gz"), "1.0")] == ["d-1.0rc1.tar.gz"]
    assert previous(held("d-1.0.tar.gz"), "1.0") == ()


def test_surprises_have_files_or_none() -> None:
    """A finding about the whole release names no file."""
    found = Finding(code="platform-gone", severity="warning", file="", said="x")
    assert str(found) == "x"
