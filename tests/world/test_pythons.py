"""Interpreters: each is run before it is believed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from seatrial.errors import PythonNotFound
from seatrial.process import Runner
from seatrial.world.pythons import Pythons

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def no_uv() -> str:
    """Give a uv that finds nothing."""
    return "false"


def stub(path: Path, answer: str) -> Path:
    """Write a program that answers as an interpreter would, and counts how often it was asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho x >> "$0.asked"\n{answer}\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing is installed where interpreters are looked for."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "PYENV_ROOT", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("PATH", str(home / "bin"))
    stub(home / "bin" / "false", "exit 1")
    return home


@pytest.mark.parametrize("version", ["", HERE, ".".join(map(str, sys.version_info[:3])), "3"])
def test_the_running_interpreter_comes_first(tmp_path: Path, version: str) -> None:
    """Without a wish, or with one that it fulfils, the interpreter of Seatrial is taken."""
    found = Pythons(Runner(), no_uv).find(version, tmp_path)
    assert found == Path(sys.executable)


def test_a_shim_that_does_not_work_is_passed_over(tmp_path: Path, empty_machine: Path) -> None:
    """A name on PATH that fails, or that is another version, does not stop the search."""
    stub(empty_machine / "bin" / "python3.99", "exit 127")
    stub(empty_machine / "bin" / "python3", "echo cpython 3.98.0 - /other")
    real = stub(
        empty_machine / "versions" / "3.99.1" / "bin" / "python3", 'echo cpython 3.99.1 - "$0"'
    )
    found = Pythons(Runner(), no_uv).find("3.99", tmp_path)
    assert found == real


def test_the_kind_is_part_of_the_wish(tmp_path: Path, empty_machine: Path) -> None:
    """PyPy is only taken when asked for, and so is a free-threaded build."""
    versions = empty_machine / "versions"
    stub(versions / "pypy3.99-7" / "bin" / "pypy3", 'echo pypy 3.99.0 - "$0"')
    stub(versions / "3.99.0t" / "bin" / "python3", 'echo cpython 3.99.0 t "$0"')
    pythons = Pythons(Runner(), no_uv)
    assert pythons.find("pypy3.99", tmp_path).parts[-3] == "pypy3.99-7"
    assert pythons.find("3.99t", tmp_path).parts[-3] == "3.99.0t"
    with pytest.raises(PythonNotFound):
        pythons.find("3.99", tmp_path)


def test_each_interpreter_is_asked_once(tmp_path: Path, empty_machine: Path) -> None:
    """The answer is remembered, so a check on four Pythons does not start forty processes."""
    path = stub(empty_machine / "bin" / "python3.99", 'echo cpython 3.99.1 - "$0"')
    pythons = Pythons(Runner(), no_uv)
    for _ in range(3):
        pythons.find("3.99", tmp_path)
    assert path.with_name("python3.99.asked").read_text().count("x") == 1


@pytest.mark.parametrize("requires", ["", ">=3.8", "what?", f"=={HERE}.*"])
def test_what_the_project_allows_is_the_running_interpreter_if_it_can_be(
    tmp_path: Path, requires: str
) -> None:
    """A project that allows the interpreter of Seatrial is built and installed with it."""
    assert Pythons(Runner(), no_uv).allowed(requires, tmp_path) == Path(sys.executable)


def test_else_it_is_the_nearest_that_the_project_allows(
    tmp_path: Path, empty_machine: Path
) -> None:
    """A project is built with the Python it is installed on: the nearest to the running one."""
    versions = empty_machine / "versions"
    for number in ("3.27.2", "3.28.1", "3.29.0"):
        stub(versions / number / "bin" / "python3", f'echo cpython {number} - "$0"')
    pythons = Pythons(Runner(), no_uv)
    assert pythons.allowed(">=3.28", tmp_path).parts[-3] == "3.28.1"
    with pytest.raises(PythonNotFound, match=r"3\.30"):
        pythons.allowed(">=3.30", tmp_path)


@pytest.mark.usefixtures("empty_machine")
@pytest.mark.parametrize("version", ["3.77", "2.7", "latest", "3.9; rm -rf /"])
def test_a_missing_one_is_said_with_those_that_are_there(tmp_path: Path, version: str) -> None:
    """The error names the version asked for, and for a readable one what could be had instead."""
    with pytest.raises(PythonNotFound) as caught:
        Pythons(Runner(), no_uv).find(version, tmp_path)
    assert version in caught.value.thing
    if version == "3.77":
        assert HERE in caught.value.said
