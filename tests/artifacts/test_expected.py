"""The set of files that a release is to consist of."""

from __future__ import annotations

import pytest

from seatrial.artifacts.expected import expected, missing
from seatrial.errors import InvalidConfiguration

LINUX = "demo-1.0-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
FITS = [
    ("cp39-abi3 × manylinux_2_17 × x86_64", LINUX, True),
    ("cp39-abi3 x manylinux2014 x x86_64", LINUX, True),
    ("cp39-abi3 × manylinux_2_28 × x86_64", LINUX, False),
    ("cp39-abi3 × manylinux_* × x86_64", LINUX, True),
    ("cp39 × manylinux_2_17_x86_64", LINUX, False),
    ("cp313 × macosx_11_0_arm64", "demo-1.0-cp313-cp313-macosx_11_0_arm64.whl", True),
    ("cp313t × win_amd64", "demo-1.0-cp313-cp313t-win_amd64.whl", True),
    ("cp313 × win_amd64", "demo-1.0-cp313-cp313t-win_amd64.whl", False),
    ("py3 × win_amd64", "demo-1.0-py3-none-win_amd64.whl", True),
    ("py3-none × any", "demo-1.0-py2.py3-none-any.whl", True),
    ("sdist", "demo-1.0.tar.gz", True),
    ("sdist", "demo-1.0-py3-none-any.whl", False),
    ("py3 × any", "demo.whl", False),
    ("*-win32.whl", "demo-1.0-cp39-abi3-win32.whl", True),
]


@pytest.mark.parametrize(("entry", "name", "fits"), FITS)
def test_tags_mean_the_wheels_that_carry_them(entry: str, name: str, *, fits: bool) -> None:
    """An entry fits the files whose tags it names, by today's names of platforms."""
    (one,) = expected(entry)
    assert one.fits(name) is fits


def test_braces_and_crosses_are_all_combinations() -> None:
    """A product stands for one wheel for each combination of its alternatives."""
    said = [one.said for one in expected("cp{39,313} × {manylinux_2_28, musllinux_1_2} × x86_64")]
    assert said == [
        "cp39 × manylinux_2_28_x86_64",
        "cp39 × musllinux_1_2_x86_64",
        "cp313 × manylinux_2_28_x86_64",
        "cp313 × musllinux_1_2_x86_64",
    ]


def test_each_file_that_is_missing_is_named() -> None:
    """Of a product, those that are there are not missed."""
    entries = ("sdist", "cp39-abi3 × manylinux_2_17 × {x86_64, aarch64}")
    assert [one.said for one in missing(entries, [LINUX])] == [
        "sdist",
        "cp39-abi3 × manylinux_2_17_aarch64",
    ]


@pytest.mark.parametrize(
    "entry", ["x86_64 × manylinux_2_28", "cp39 × a b", "{cp39,cp310} × ?a/b", "cp{%s} × any"]
)
def test_a_product_of_no_wheel_is_refused(entry: str) -> None:
    """What can never be the tags of a wheel is a fault of the configuration, and is shown."""
    many = ",".join(map(str, range(2000)))
    with pytest.raises(InvalidConfiguration, match="expect"):
        expected(entry.replace("%s", many))
