"""Every key that another release tool reads is taken over, or named as having no counterpart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import tomlkit

from seatrial.config.others.reading import Given, Reading, Source
from seatrial.config.others.registry import TOOLS, readings
from seatrial.config.schema import SiteSettings
from tests.config.other_tools import EVERY, NEEDLESS

TABLES: Mapping[str, tuple[str, ...]] = {
    "python-semantic-release": ("tool", "semantic_release"),
    "bump-my-version": ("tool", "bumpversion"),
    "bumpver": ("tool", "bumpver"),
    "commitizen": ("tool", "commitizen"),
    "tbump": ("tool", "tbump"),
    "zest.releaser": ("tool", "zest-releaser"),
    "hatch": ("tool", "hatch", "version"),
    "release-please": (),
    "jupyter-releaser": ("tool", "jupyter-releaser"),
}

FULL_NAMES = frozenset({"prereleaser.before", "releaser.after"})
"""Keys with a dot in them."""


def said(tool: str, key: str, value: object) -> dict[str, Any]:
    """Give a tool's table with one key in it, and with nothing else that matters."""
    if tool == "release-please":
        inner = key.removeprefix("packages.")
        own = {inner: value} if inner != key else {}
        top = {key: value} if key and inner == key else {}
        return {"packages": {"lib": own}} | top
    if key.startswith("files."):
        return {"files": [{"filename": "README.md"} | {key.removeprefix("files."): value}]}
    parts = [key] if key in FULL_NAMES else key.split(".")
    made: Any = value
    for part in reversed(parts):
        made = {part: made} if part else {}
    return made or {"unknown-to-it": True}


def read(tool: str, table: Mapping[str, Any]) -> Reading:
    """Read a tool's table; the package is demo 0.3.0."""
    outer: Any = table
    for part in reversed(TABLES[tool]):
        outer = {part: outer}
    name = "pyproject.toml" if TABLES[tool] else "release-please-config.json"
    text = tomlkit.dumps(outer) if TABLES[tool] else json.dumps(outer)
    files = {name: text, "README.md": "demo==0.3.0\n"}
    given = Given(text=files.get, name="demo", version="0.3.0", tagged=False)
    ((_, reading),) = readings(given, tool)
    return reading


def heard(reading: Reading) -> tuple[dict[str, Any], list[SiteSettings], set[str]]:
    """Give what came of a reading: settings, places, and the keys that were named as lost."""
    settings = {one.key: one.value for one in reading.settings}
    return settings, reading.sites, {one.key for one in reading.lost} - {"unknown-to-it"}


def cases(table: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Give each tool with each of its keys."""
    return [(tool, key) for tool, keys in table.items() for key in keys]


@pytest.mark.parametrize(("tool", "key"), cases(EVERY))
def test_a_key_is_taken_over_or_named(tool: str, key: str) -> None:
    """What another tool was told changes what is written here, or is named with a reason."""
    base = "files" if key.startswith("files.") else ""
    before = heard(read(tool, said(tool, base, [{"filename": "README.md"}])))
    reading = read(tool, said(tool, key, EVERY[tool][key]))
    settings, sites, lost = heard(reading)
    if new := lost - before[2]:
        last = key.rpartition(".")[2]
        assert any(last in one or one.startswith(f"{last}:") for one in new), new
    else:
        assert (settings, sites) != before[:2]
    assert all(one.why.endswith(".") for one in reading.lost)


@pytest.mark.parametrize(("tool", "key"), cases(NEEDLESS))
def test_a_key_that_needs_nothing_is_passed_over(tool: str, key: str) -> None:
    """What concerns the other tool alone is neither written nor called lost."""
    before = heard(read(tool, said(tool, "", None)))
    assert heard(read(tool, said(tool, key, NEEDLESS[tool][key]))) == before


@pytest.mark.parametrize("tool", TOOLS)
def test_a_key_that_nobody_knows_is_named(tool: str) -> None:
    """What a later version of a tool reads is named, wherever it stands."""
    assert set(EVERY) == set(TABLES) == set(NEEDLESS) == set(TOOLS)
    reading = read(tool, said(tool, "from-the-future", value=3))
    assert "from-the-future" in {one.key for one in reading.lost}


INNER = [
    ("python-semantic-release", "remote"),
    ("python-semantic-release", "publish"),
    ("python-semantic-release", "changelog"),
    ("python-semantic-release", "changelog.default_templates"),
    ("python-semantic-release", "branches.main"),
    ("bump-my-version", "files"),
    ("tbump", "git"),
    ("tbump", "version"),
    ("release-please", "packages"),
    ("jupyter-releaser", "options"),
    ("jupyter-releaser", "hooks"),
]


@pytest.mark.parametrize(("tool", "table"), INNER)
def test_a_key_of_an_inner_table_is_named(tool: str, table: str) -> None:
    """No table is taken for understood because a part of it is."""
    reading = read(tool, said(tool, f"{table}.future", value=3))
    assert any(one.key.endswith("future") for one in reading.lost)


USUAL = [
    ("python-semantic-release", "branches.main.match", "(main|master)"),
    ("python-semantic-release", "publish.dist_glob_patterns", ["dist/*"]),
    ("python-semantic-release", "remote.token", {"env": "GH_TOKEN"}),
    ("python-semantic-release", "allow_zero_version", True),
    ("bump-my-version", "serialize", ["{major}.{minor}.{patch}"]),
    ("bump-my-version", "parse", r"(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)"),
    ("bump-my-version", "commit", True),
    ("bumpver", "version_pattern", "MAJOR.MINOR.PATCH"),
    ("commitizen", "encoding", "utf-8"),
    ("commitizen", "version_provider", "uv"),
    ("commitizen", "version_scheme", "pep440"),
    ("tbump", "git.atomic_push", True),
    ("tbump", "version.regex", r"(?P<major>\d+) \. (?P<minor>\d+) \. (?P<patch>\d+)"),
    ("zest.releaser", "create-wheel", True),
    ("zest.releaser", "version-levels", 0),
    ("hatch", "scheme", "standard"),
    ("release-please", "release-type", "python"),
    ("jupyter-releaser", "options.version_spec", "next"),
]


@pytest.mark.parametrize(("tool", "key", "value"), USUAL)
def test_what_seatrial_does_anyway_is_not_called_lost(tool: str, key: str, value: object) -> None:
    """A value that says what is done by itself needs no line, and makes none."""
    assert not heard(read(tool, said(tool, key, value)))[2]


ODD: tuple[Any, ...] = (3, True, "", "a:b:c:d", "{odd} {version}", [], [3], [[]], [{}], {}, {"": 3})


@pytest.mark.parametrize("tool", TOOLS)
def test_a_value_of_another_kind_is_no_traceback(tool: str) -> None:
    """A table that the tool itself would refuse is read as far as it can be."""
    given = Given(text=lambda _: None, name="demo", version="0.3.0", tagged=False)
    tables = {key.partition(".")[0] for key in EVERY[tool]}
    for key in (*EVERY[tool], *tables):
        for value in ODD:
            reading = Reading(Source(file="x", table=said(tool, key, value)), given)
            TOOLS[tool].read(reading)
            assert not reading.left()
