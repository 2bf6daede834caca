"""Wheels that a backend tagged for this Linux alone."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from seatrial.artifacts.inspect import inspect_file
from seatrial.artifacts.proving import with_proven_tag
from seatrial.artifacts.wheel import read_wheel
from tests.support.compiled import compiled
from tests.support.wheels import make_wheel

EPOCH = 1_700_000_000
CLOCK = "#include <time.h>\nAPI long demo_now(void) { return (long)time(0); }\n"


def tagged(folder: Path, tag: str, code: str = CLOCK, target: str = "") -> Path:
    """Make a wheel with a library for x86-64 in it."""
    binary = compiled(target or "x86_64-linux-gnu.2.28", code)
    modules: dict[str, str | bytes] = {"demo/__init__.py": "", "demo/libdemo.so": binary}
    return make_wheel(folder, modules=modules, tag=tag)


def test_the_widest_tag_that_is_true_is_given(tmp_path: Path) -> None:
    """Name, WHEEL and RECORD say it, the members are what they were, and it is the same twice."""
    wheel = tagged(tmp_path, "py3-none-linux_x86_64")
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(with_proven_tag(wheel, tmp_path / name, epoch=EPOCH))
    assert made[0].read_bytes() == made[1].read_bytes()
    facts = read_wheel(made[0])
    platform = made[0].stem.rpartition("-")[2]
    assert platform.startswith("manylinux_2_")
    assert facts.tags == (f"py3-none-{platform}",)
    looked = inspect_file(made[0], name="demo", version="1.0")
    assert [one.said for one in looked.findings if one.severity == "fault"] == []
    with zipfile.ZipFile(wheel) as before, zipfile.ZipFile(made[0]) as after:
        assert after.testzip() is None
        assert f"Tag: py3-none-{platform}" in after.read(f"{facts.dist_info}/WHEEL").decode()
        same = [one for one in before.namelist() if not one.endswith(("/WHEEL", "/RECORD"))]
        assert [after.read(one) for one in same] == [before.read(one) for one in same]
        assert sorted(after.namelist()) == sorted(before.namelist())


@pytest.mark.parametrize("tag", ["py3-none-manylinux_2_28_x86_64", "py3-none-any"])
def test_what_claims_another_platform_is_left_alone(tmp_path: Path, tag: str) -> None:
    """A backend that states a tag of its own is believed, and held to it by the inspection."""
    wheel = tagged(tmp_path, tag)
    assert with_proven_tag(wheel, tmp_path / "none", epoch=EPOCH) == wheel


def test_what_needs_more_than_any_manylinux_has_is_left_alone(tmp_path: Path) -> None:
    """A library from elsewhere lets nothing be proven, and the index's refusal stands."""
    binary = compiled("x86_64-linux-gnu.2.28", CLOCK).replace(b"libc.so.6", b"libq.so.6")
    modules: dict[str, str | bytes] = {"demo/__init__.py": "", "demo/libdemo.so": binary}
    wheel = make_wheel(tmp_path, modules=modules, tag="py3-none-linux_x86_64")
    assert with_proven_tag(wheel, tmp_path, epoch=EPOCH) == wheel
    pure = make_wheel(tmp_path, version="2.0", tag="py3-none-linux_x86_64")
    assert with_proven_tag(pure, tmp_path, epoch=EPOCH) == pure
