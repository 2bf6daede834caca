"""Edits for the build alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import InvalidConfiguration
from seatrial.process import Runner
from seatrial.repository.build_edits import Scalar, build_edits, held_value, with_value
from seatrial.repository.edit import file_edit
from seatrial.repository.snapshot import open_snapshot
from tests.support.repositories import HELLO, make_repository

SETUP = (
    "\ufeffX = '1'  # version\r\nIS_PYPA_PACKAGE = False  # for the archives\r\nif X: Y = -2\r\n"
)


def settings(**edits: Scalar) -> Settings:
    """Give a configuration with edits for the build of the package at the top."""
    return Settings(package=(PackageSettings(build_edits=edits),))


@pytest.mark.parametrize(
    ("path", "text", "name", "value", "after"),
    [
        ("setup.py", SETUP, "IS_PYPA_PACKAGE", True, SETUP.replace("False", "True")),
        ("setup.py", SETUP, "Y", 3.5, SETUP.replace("-2", "3.5")),
        ("a.py", "F: bool = None\n", "F", "it's", 'F: bool = "it\'s"\n'),
        ("a.toml", "a.b = 1 # x\n[t]\nb = 1\n", "t.b", False, "a.b = 1 # x\n[t]\nb = false\n"),
        ("a.toml", "t = {b = 'x', c = 2}\n", "t.b", 'q"', 't = {b = "q\\"", c = 2}\n'),
        ("a.json", '{"a": [{"b": true}], "b": 1}', "a.0.b", "x", '{"a": [{"b": "x"}], "b": 1}'),
        ("a.yaml", "a:\n  b: no # why\n", "a.b", True, "a:\n  b: true # why\n"),
        ("setup.cfg", "[a]\nb = 1\n[c]\nb = 1\n", "c.b", True, "[a]\nb = 1\n[c]\nb = true\n"),
        ("same.py", "A = True\n", "A", True, "A = True\n"),
        ("other.py", "A = True\n", "A", 1, "A = 1\n"),
    ],
)
def test_a_value_is_set_and_nothing_else(
    path: str, text: str, name: str, value: Scalar, after: str
) -> None:
    """Comments, line endings, a BOM, and all other values stay; so does a value that is there."""
    assert with_value(text, path, f"{path}:{name}", value) == after


@given(st.one_of(st.booleans(), st.integers(), st.text()))
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "# top\nFLAG = 0  # why\nOTHER = 1\n"),
        ("a.toml", "[t]\nFLAG = 0 # why\nOTHER = 1\n"),
        ("a.json", '{"FLAG": 0, "OTHER": 1}\n'),
    ],
)
def test_what_is_set_is_read_back(path: str, text: str, value: Scalar) -> None:
    """Whatever the value, it is read back as it was given, and the rest of the file stays."""
    name = "t.FLAG" if path.endswith("toml") else "FLAG"
    made = with_value(text, path, f"{path}:{name}", value)
    held = held_value(made, path, f"{path}:{name}")
    assert held.value == value
    assert made[: held.start] + "0" + made[held.end :] == text
    if path.endswith("toml"):
        assert tomllib.loads(made)["t"]["OTHER"] == 1


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("setup.py:NEVER", "setup.py does not give NEVER a plain value"),
        ("setup.py:TWICE", "setup.py gives TWICE a value 2 times"),
        ("setup.py:MADE", "setup.py does not give MADE a plain value"),
        ("setup.py:os", "setup.py does not give os a plain value"),
        ("gone.py:X", "this commit holds no text gone.py"),
        ("../../etc/passwd.py:X", "this commit holds no text"),
        ("out.py:X", "this commit holds no text"),
        ("README.md:X", "README.md is of no kind"),
        ("broken.py:X", "broken.py does not give X a plain value"),
        ("twice.cfg:a.b", "twice.cfg does not give a.b a plain value"),
    ],
)
def test_a_place_that_is_not_there_once_is_refused(wanted: str, said: str, tmp_path: Path) -> None:
    """Nothing, twice, computed, out of the repository: the plan is refused, naming the file."""
    files = {
        **HELLO,
        "setup.py": "import os\nTWICE = 1\nif os.name: TWICE = 2\nMADE = bool(1)\n",
        "broken.py": "X = (\n",
        "twice.cfg": "[a]\nb = 1\nb = 2\n",
    }
    made = make_repository(tmp_path / "r", files)
    (made.folder / "out.py").symlink_to("/etc/hostname")
    made.commit("feat: a link")
    snapshot = open_snapshot(made.folder, Runner())
    with pytest.raises(InvalidConfiguration, match=f".*{wanted}.*") as caught:
        build_edits(snapshot, settings(**{wanted: True}), "")
    assert said in caught.value.said


def test_edits_stand_on_top_of_the_release_commit(tmp_path: Path) -> None:
    """A file that the release commit changes as well is changed from what that commit holds."""
    made = make_repository(tmp_path / "r", {**HELLO, "setup.py": SETUP})
    snapshot = open_snapshot(made.folder, Runner())
    released = file_edit(snapshot, "setup.py", SETUP.replace("'1'", "'2'"))
    assert released is not None

    wanted = settings(**{"setup.py:IS_PYPA_PACKAGE": True, "setup.py:Y": 1})
    (edit,) = build_edits(snapshot, wanted, "", (released,))

    assert edit.after == SETUP.replace("'1'", "'2'").replace("False", "True").replace("-2", "1")
    assert "-IS_PYPA_PACKAGE = False" in edit.diff
    assert "'1'" not in edit.diff
