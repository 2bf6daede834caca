"""The fixtures for other tools' test suites."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from seatrial.process import child_environment
from seatrial.testing import MakeDock
from tests.dock.uploads import upload
from tests.house.test_documentation import blocks
from tests.house.test_start import imported, ours
from tests.support.wheels import make_sdist, make_wheel

ROOT = Path(__file__).parents[2]

pytest_plugins = ["seatrial.testing"]

CONFTEST = """
import shutil
from pathlib import Path

import pytest


@pytest.fixture
def wheel(tmp_path):
    return Path(shutil.copy({wheel!r}, tmp_path))


@pytest.fixture
def sdist(tmp_path):
    return Path(shutil.copy({sdist!r}, tmp_path))
"""


def examples(folder: Path) -> Path:
    """Make a project of another's, whose tests are the examples of the page."""
    page = (ROOT / "docs" / "testing.md").read_text("utf-8")
    code = [block for block in blocks(page) if block.startswith(("import ", "def "))]
    project = folder / "project"
    project.mkdir()
    (project / "test_examples.py").write_text("\n\n".join(code), encoding="utf-8")
    made = CONFTEST.format(wheel=str(make_wheel(folder)), sdist=str(make_sdist(folder)))
    (project / "conftest.py").write_text(made, encoding="utf-8")
    return project


def run(argv: Sequence[str | Path], folder: Path) -> str:
    """Run a program that has to succeed, and give what it printed."""
    done = subprocess.run(
        argv, cwd=folder, env=child_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_documented_tests_pass(tmp_path: Path) -> None:
    """The examples of the page are tests that another project can have, and they pass there."""
    options = ["-p", "seatrial.testing", "-p", "no:cacheprovider", "-q"]
    argv = [sys.executable, "-m", "pytest", *options, f"--basetemp={tmp_path / 'base'}", "."]
    assert "4 passed" in run(argv, examples(tmp_path))


@pytest.mark.slow
@pytest.mark.registry
def test_a_project_that_installs_the_wheel_has_the_fixtures(tmp_path: Path) -> None:
    """With a wheel of Seatrial in an environment of its own, nothing more has to be said."""
    project = examples(tmp_path)
    uv = Path(sys.executable).parent / "uv"
    build: list[str | Path] = [
        uv,
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
        "--python",
        sys.executable,
    ]
    run([*build, "--out-dir", tmp_path / "built", ROOT], tmp_path)
    (wheel,) = (tmp_path / "built").glob("*.whl")
    python = project / ".venv" / "bin" / "python"
    run([uv, "venv", "--quiet", "--python", sys.executable, project / ".venv"], project)
    install: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", python]
    run([*install, f"seatrial[trusted] @ {wheel.as_uri()}", "httpx", "pytest", "twine"], project)
    said = run([python, "-m", "pytest", "-q", "test_examples.py"], project)
    assert "4 passed" in said


def test_pytest_is_told_of_the_fixtures() -> None:
    """The entry point has the module's own name, so that naming it with -p is no second plugin."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"seatrial.testing": "seatrial.testing"}


def test_a_start_of_pytest_imports_nothing_more_of_ours() -> None:
    """The plugin costs other people's test runs one module, until a fixture is asked for."""
    assert ours(imported("import seatrial.testing")) == {"seatrial", "seatrial.testing"}


def test_each_dock_is_a_world_of_its_own(make_dock: MakeDock, tmp_path: Path) -> None:
    """Two docks of one test share nothing: what one holds, the other takes anew."""
    first, second = make_dock(), make_dock()
    wheel = make_wheel(tmp_path)
    assert upload(first.upload_url("pypi"), wheel).status_code == 200
    assert httpx.get(f"{second.simple_url('pypi')}demo/").status_code == 404
    assert first.folder != second.folder


def test_a_login_can_be_asked_for(make_dock: MakeDock, tmp_path: Path) -> None:
    """With a login set, no other is taken."""
    url = make_dock(login=("me", "right")).upload_url("pypi")
    wheel = make_wheel(tmp_path)
    assert upload(url, wheel, auth=("me", "wrong")).status_code == 403
    assert upload(url, wheel, auth=("me", "right")).status_code == 200


@pytest.mark.parametrize("spelling", ["Demo", "demo"])
def test_own_names_are_looked_for_nowhere_else(make_dock: MakeDock, spelling: str) -> None:
    """A name of one's own is not sent on, however it is spelt; others are."""
    dock = make_dock(own=[spelling], foreign="http://127.0.0.1:9/simple/")
    simple = dock.simple_url("pypi")
    assert httpx.get(f"{simple}demo/").status_code == 404
    assert httpx.get(f"{simple}other/").headers["location"] == "http://127.0.0.1:9/simple/other/"
