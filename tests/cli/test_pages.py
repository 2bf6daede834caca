"""Each rehearsal and release leaves a page, and says where."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from seatrial.operations.pages import KEPT, reports_folder, write_pages
from seatrial.plan.asked import Asked
from seatrial.plan.values import Plan
from tests.report.made import report
from tests.support.releases import Scene, scene

NAMES = {"report.html", "report.json", "report.md"}
FAILING = "[tool.seatrial.gate]\nlint = \"python -c 'raise SystemExit(1)'\""


def pages(stage: Scene) -> list[Path]:
    """Give the folders of pages in the cache of the person who rehearses."""
    return sorted(stage.folder.glob("home/.cache/seatrial/reports/*"))


def test_a_rehearsal_leaves_its_page_in_the_cache(tmp_path: Path) -> None:
    """Without --keep the page is kept in the user's cache, and its path is printed."""
    with scene(tmp_path) as stage:
        done = stage.seatrial("rehearse")
        assert done.returncode == 0, done.stderr
        (folder,) = pages(stage)
        assert {path.name for path in folder.iterdir()} == NAMES
        assert f"Page: {folder / 'report.html'}" in done.stdout.splitlines()
        assert "Rehearsed" in (folder / "report.html").read_text("utf-8")


def test_a_kept_rehearsal_has_its_page_in_its_folder(tmp_path: Path) -> None:
    """With --keep the pages lie beside everything else, and nothing goes to the cache."""
    with scene(tmp_path) as stage:
        done = stage.seatrial("rehearse", "--keep", "../kept", "--json")
        assert done.returncode == 0, done.stderr
        printed = json.loads(done.stdout)
        kept = tmp_path / "kept"
        assert Path(printed["page"]) == kept / "report.html"
        assert printed == json.loads((kept / "report.json").read_text("utf-8"))
        assert {path.name for path in kept.iterdir()} >= NAMES
        assert not pages(stage)


def test_the_page_says_which_faults_were_asked_for(tmp_path: Path) -> None:
    """Who asked for faults reads that they came, and that the release went on."""
    with scene(tmp_path) as stage:
        done = stage.seatrial(
            "rehearse",
            "--fault",
            "503@upload:1",
            "--fault",
            "kill@push",
            "--fault",
            "drop@upload:99",
        )
        assert done.returncode == 0, done.stderr
        assert "The fault 503@upload:1 was asked for, and the release went through." in done.stdout
        assert "The fault kill@push was asked for, and the release went through." in done.stdout
        assert "The fault drop@upload:99 was asked for, and it never came" in done.stdout


def test_a_stopped_rehearsal_has_a_page_that_says_why(tmp_path: Path) -> None:
    """What failed is on the page, and the error names the page."""
    with scene(tmp_path, more=FAILING) as stage:
        done = stage.seatrial("rehearse")
        assert done.returncode == 1
        (folder,) = pages(stage)
        assert f"Page: {folder / 'report.html'}" in done.stderr
        kept = json.loads((folder / "report.json").read_text("utf-8"))
        assert (kept["outcome"], kept["rehearsal"]) == ("incomplete", True)
        assert kept["failure"]["error"] == "gate-failed"
        assert "Rehearsal stopped" in (folder / "report.html").read_text("utf-8")


def test_a_stopped_rehearsal_tells_a_program_what_a_release_would_need(tmp_path: Path) -> None:
    """What is missing and what has to be set up does not wait for the failure to be mended."""
    with scene(tmp_path, more=FAILING) as stage:
        running = stage.start(
            "rehearse", "--json", env={f"SEATRIAL_TOKEN_{stage.index.upper()}": ""}
        )
        document = json.loads(running.communicate(timeout=120)[0])
        plan = json.loads(stage.seatrial("plan", "--json").stdout)["plan"]
        assert (document["outcome"], document["failure"]["exit_code"]) == ("failed", 1)
        assert document["firsts"] == plan["firsts"] != []
        needed = {one["what"] for one in document["missing"]}
        assert f"a credential for {stage.index}" in needed


def test_the_pages_of_a_release_lie_in_its_run(tmp_path: Path) -> None:
    """A release's page is written when it is stopped, and anew when it is taken back."""
    with scene(tmp_path, more=FAILING) as stage:
        failure = json.loads(stage.seatrial("release", "--yes", "--json").stdout)["failure"]
        page = Path(failure["page"])
        assert page.parent.parent == stage.project.folder / ".git" / "seatrial" / "runs"
        assert "Release stopped" in page.read_text("utf-8")
        undone = json.loads(stage.seatrial("undo", "--json").stdout)
        assert undone["page"] == failure["page"]
        assert "Taken back" in page.read_text("utf-8")


@pytest.fixture
def plan() -> Plan:
    """Give a plan of nothing."""
    return Plan(
        tool="",
        asked=Asked(),
        commit="",
        branch="",
        remote="",
        remote_tip="",
        configuration="",
        package="demo",
        version="1.1.0",
        previous="",
        reason="",
        tag="",
        date="",
        commits=(),
        notes="",
        remarks=(),
        actions=(),
        point_of_no_return="",
    )


def test_the_cache_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plan: Plan) -> None:
    """Only the newest pages are kept; the oldest make room."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = []
    for number in range(KEPT + 5):
        folder = reports_folder(plan)
        assert folder is not None
        os.utime(folder, (number, number))
        made.append(folder)
    left = set((tmp_path / "seatrial" / "reports").iterdir())
    assert len(left) <= KEPT + 1
    assert made[0] not in left
    assert made[-1] in left


def test_a_page_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """A release that is done stays done when its page finds no place; none is named then."""
    (tmp_path / "file").write_text("in the way")
    assert write_pages(report(), tmp_path / "file" / "folder").page == ""
    assert write_pages(report(), None).page == ""
