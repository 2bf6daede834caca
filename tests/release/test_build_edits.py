"""A release whose build changes what the commit says."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import httpx

from tests.support.releases import Scene, scene
from tests.support.repositories import git

TURNED = '[[tool.seatrial.package]]\npath = "."\nbuild-edits = {{ "demo.py:MORE" = {} }}\n'


def released_module(stage: Scene) -> str:
    """Give the module that is in the wheel on the index."""
    page = f"{stage.dock.simple_url('main')}demo/"
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    files = httpx.get(page, headers=accept).json()["files"]
    (url,) = (file["url"] for file in files if file["filename"].endswith(".whl"))
    data = httpx.get(str(httpx.URL(page).join(url))).content
    return zipfile.ZipFile(io.BytesIO(data)).read("demo.py").decode()


def test_what_is_edited_for_the_build_is_shown_shipped_and_not_committed(tmp_path: Path) -> None:
    """The plan shows the edit by itself; the files have it, the commit not, the rehearsal's not."""
    with scene(tmp_path, more=TURNED.format('"other"')) as stage:
        rehearsed = stage.seatrial("rehearse", "--json")
        assert rehearsed.returncode == 0, rehearsed.stderr
        (edit,) = json.loads(rehearsed.stdout)["build_edits"]
        assert "+MORE = 'other'" in edit["diff"]
        pyproject = stage.project.folder / "pyproject.toml"
        text = pyproject.read_text("utf-8").replace('"other"', '"packed"')
        stage.project.commit("fix: turn it", {"pyproject.toml": text})
        stage.project.push()

        plan = stage.seatrial("plan")
        assert "1 file edited for the build alone, not committed" in plan.stdout
        assert "+MORE = 'packed'" in plan.stdout
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr

        assert "MORE = 'packed'" in released_module(stage)
        assert "MORE = True" in git(stage.remote, "show", "v1.1.0:demo.py")
        assert "MORE = True" in (stage.project.folder / "demo.py").read_text("utf-8")
        page = next((stage.project.folder / ".git/seatrial/runs").glob("*/*.html")).read_text()
        assert "for the build alone" in page


def test_an_edit_that_matches_nothing_refuses_the_plan(tmp_path: Path) -> None:
    """A place that is not there stops the plan, before anything is done, naming the file."""
    with scene(tmp_path, more=TURNED.format("true").replace("MORE", "NEVER")) as stage:
        done = stage.seatrial("plan")
        assert done.returncode == 2
        assert "demo.py does not give NEVER a plain value" in done.stderr


def test_what_was_committed_as_if_it_were_built_is_told(tmp_path: Path) -> None:
    """A flag that nobody turned back is in the plan's remarks, with its line."""
    with scene(tmp_path, more=TURNED.format("true")) as stage:
        (remark,) = json.loads(stage.seatrial("plan", "--json").stdout)["plan"]["remarks"]
        assert remark["topic"] == "build-edit-committed"
        lines = (stage.project.folder / "demo.py").read_text("utf-8").splitlines()
        assert f"demo.py:{lines.index('MORE = True') + 1} gives MORE" in remark["text"]
