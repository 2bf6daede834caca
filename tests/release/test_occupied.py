"""Numbers and names that are taken already, and an index that takes no more files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.dock.uploads import fields, upload
from tests.release.test_broken import told
from tests.release.test_midway import finishes
from tests.support.docks import dock_process
from tests.support.releases import NAME, Scene, scene
from tests.support.sluice import Sluice
from tests.support.wheels import make_wheel

EXECUTABLE = sys.executable
DAY = 24 * 60 * 60.0


def occupy(stage: Scene, index: str) -> None:
    """Put another wheel of 1.1.0 on an index."""
    wheel = make_wheel(stage.folder, NAME, "1.1.0")
    done = stage.seatrial("publish", str(wheel), "--to", index, "--yes")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("index", [pytest.param("stage", marks=pytest.mark.slow), "main"])
def test_a_number_that_an_index_holds_in_part_is_passed_over_and_it_is_said(
    tmp_path: Path, index: str
) -> None:
    """One foreign file on either index uses a version up; the plan names the index."""
    with scene(tmp_path) as stage:
        occupy(stage, index)
        there = stage.held(index)
        told(stage.seatrial("release", "--yes", "--version", "1.1.0"), 2, "1.1.0", "1.1.1 is")
        plan = json.loads(stage.seatrial("plan", "--json").stdout)["plan"]
        remark = next(r for r in plan["remarks"] if r["topic"] == "number-passed-over")
        assert remark["text"] == f"demo 1.1.0 is passed over: {index} has it already."
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert "1.1.0 is passed over" in done.stdout or "taken: 1.1.0" in done.stdout
        assert stage.shown("v1.1.1").tagged == "Release 1.1.1"
        assert there.items() <= stage.held(index).items()


@pytest.mark.parametrize("index", [pytest.param("stage", marks=pytest.mark.slow), "main"])
def test_a_name_that_is_taken_while_the_release_runs_stops_it(tmp_path: Path, index: str) -> None:
    """Other bytes under our name are never replaced; the run stops, and the digests are named."""
    wheel = make_wheel(tmp_path, NAME, "1.1.0")
    taken = wheel.rename(tmp_path / "demo-1.1.0-py3-none-any.whl")
    more = 'staging = "stage"\n[tool.seatrial.verify]\nrun = ["sh {script}"]\n'
    script = tmp_path / "take.sh"
    with scene(tmp_path, more=more.format(script=script)) as stage:
        # The check of the built files comes after the planning and before the first upload.
        environment = " ".join(
            f"{name}={value}"
            for name, value in stage.environment().items()
            if name in {"HOME", "PYTHONPATH", "SEATRIAL_TOKEN_MAIN", "SEATRIAL_TOKEN_STAGE"}
        )
        mark = tmp_path / "taken"
        python = f"cd '{stage.project.folder}' && env {environment} {EXECUTABLE} -m seatrial"
        script.write_text(
            f"test -e {mark} && exit 0\ntouch {mark}\n"
            f"{python} publish '{taken}' --to {index} --yes\n"
        )
        done = stage.seatrial("release", "--yes")
        told(done, 4, f"{index} holds demo-1.1.0-py3-none-any.whl with SHA-256", "next version")
        assert len(stage.held("main")) <= 2
        shown = stage.shown()
        assert not [draft for draft, _ in shown.releases if not draft]


@pytest.mark.slow
def test_one_refused_file_keeps_no_other_back_and_resume_sends_it(tmp_path: Path) -> None:
    """The outcome names the file that was refused; the other is on the index already."""
    with scene(tmp_path, faults=["403@upload:4"]) as stage:
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 4, done.stderr
        assert "Traceback" not in done.stderr
        assert len(stage.held("main")) == 1
        finishes(stage, bytes_of="main")


def test_a_release_that_the_index_has_closed_is_said_to_be_closed(tmp_path: Path) -> None:
    """Resumed after 15 days, the file that is missing can never come, and the sentence says so."""
    with scene(tmp_path, index="pypi", faults=["403@upload:4"]) as stage:
        assert stage.seatrial("release", "--yes").returncode == 4
        before = stage.held("pypi")
        assert len(before) == 1
        stage.dock.kill()
        with dock_process(tmp_path / "dock", own=[NAME], port=stage.dock.port, ahead=15 * DAY):
            done = stage.seatrial("resume", "--yes")
            told(done, 4, "older than 14 days", "Release the next version")
            assert done.stderr.count("older than 14 days") == 1
            failed = json.loads(stage.seatrial("resume", "--yes", "--json").stdout)
            assert failed["failure"]["error"] == "release-closed"
            assert stage.held("pypi") == before


def test_nothing_complete_and_incomplete_are_three_outcomes(tmp_path: Path) -> None:
    """Each has its sentence and its word in JSON, here and in another clone."""
    with scene(tmp_path, faults=["403@upload:4"]) as stage:
        assert stage.seatrial("release", "--yes").returncode == 4
        other = stage.clone("other")
        plan = stage.seatrial("plan", at=other, home="other-home")
        assert plan.returncode == 0, plan.stderr
        assert "going on" in plan.stdout
        planned = json.loads(stage.seatrial("plan", "--json", at=other, home="other-home").stdout)
        assert (planned["outcome"], planned["going_on"]) == ("planned", True)
        done = stage.seatrial("release", "--yes", "--json", at=other, home="other-home")
        assert json.loads(done.stdout)["outcome"] == "released"
        assert json.loads(done.stdout)["going_on"] is True
        again = stage.seatrial("release", "--yes", at=other, home="other-home")
        assert again.stdout.startswith("Already complete: demo 1.1.0")
        assert "name it with --version" in again.stdout
        # The first clone's own run finds everything there.
        finishes(stage, bytes_of="main")
        stage.project.git("pull", "--quiet", "--tags")
        stage.project.commit("docs: say it better", {"README.md": "Demo\n"})
        stage.project.push()
        nothing = stage.seatrial("release", "--yes")
        assert nothing.returncode == 0, nothing.stderr
        assert nothing.stdout.startswith("Nothing to release.")
        said = json.loads(stage.seatrial("release", "--yes", "--json").stdout)
        assert said["outcome"] == "nothing-to-release"
        assert "users" in said["why"]


def test_a_name_that_is_taken_while_our_file_flows_is_told_by_its_bytes(tmp_path: Path) -> None:
    """Where another file came first, its digest is named, and not only the index's refusal."""
    taken = make_wheel(tmp_path, NAME, "1.1.0")
    # Only the form that goes to the index has the name like this.
    with (
        Sluice(f'filename="{taken.name}', after=10) as sluice,
        scene(tmp_path, more="", through=sluice) as stage,
    ):
        release = stage.start("release", "--yes")
        sluice.wait()
        form = fields(taken, version="1.1.0", requires_python=None)
        assert upload(stage.dock.upload_url("main"), taken, form).is_success
        sluice.open()
        _, said = release.communicate(timeout=60)
        assert release.returncode == 4, said
        digest = stage.held("main")[taken.name]
        assert f"main holds {taken.name} with SHA-256 {digest[:16]}" in said
        assert "Traceback" not in said
