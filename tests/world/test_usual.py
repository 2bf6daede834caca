"""Which index a user installs from."""

from __future__ import annotations

import pytest

from seatrial.addresses import INDEXES
from seatrial.world.usual import told_to_uv, usual_index

A, B, C = "http://a.test/simple/", "http://b.test/simple/?x=1", "http://c.test/simple/"


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, INDEXES["pypi"].simple),
        ({"PIP_INDEX_URL": A}, A),
        ({"UV_INDEX_URL": B, "PIP_INDEX_URL": A}, B),
        ({"UV_DEFAULT_INDEX": C, "UV_INDEX_URL": B}, C),
        ({"UV_DEFAULT_INDEX": f"corp={C}"}, C),
        ({"UV_DEFAULT_INDEX": " "}, INDEXES["pypi"].simple),
    ],
)
def test_the_usual_index_is_what_uv_was_told_else_pip(environ: dict[str, str], wanted: str) -> None:
    """What uv was told wins, then what pip was told, then PyPI."""
    assert usual_index(environ) == wanted


@pytest.mark.parametrize(
    ("environ", "index", "wanted"),
    [
        ({}, None, {}),
        ({"PIP_INDEX_URL": A}, None, {"UV_DEFAULT_INDEX": A}),
        ({"PIP_INDEX_URL": A, "UV_INDEX_URL": B}, None, {}),
        ({"UV_INDEX_URL": B}, C, {"UV_DEFAULT_INDEX": C}),
    ],
)
def test_uv_is_told_what_only_pip_was_told(
    environ: dict[str, str], index: str | None, wanted: dict[str, str]
) -> None:
    """Uv reads its own variables itself; only what it would not read is handed on."""
    assert told_to_uv(environ, index) == wanted
