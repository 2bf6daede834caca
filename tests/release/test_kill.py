"""A release killed at any line of its journal, and finished: here, or where there is no journal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.release.test_release import complete
from tests.support.killing import ROOT, kill_points, was_killed
from tests.support.releases import Scene, scene

SAMPLE = 9
"""Of all points, every so many are tried in the short run; the rest are marked slow."""

MOST_POINTS = 84
"""Points that a release of this project has; a test checks it."""

POINTS = [
    pytest.param(point, marks=() if point % SAMPLE == 4 else pytest.mark.slow)
    for point in range(MOST_POINTS)
]

UNDONE = [
    pytest.param(point, marks=() if point % 27 == 13 else pytest.mark.slow)
    for point in range(MOST_POINTS)
]


def killed_at(stage: Scene, point: int) -> bool:
    """Run a release that dies at a point of its journal; say whether it came so far."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.release.doomed", str(stage.project.folder), str(point)],
        cwd=ROOT,
        env=stage.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return was_killed(done)


def nothing_was_done_twice(stage: Scene) -> None:
    """Require that the outside saw each effect once."""
    said = stage.requests()
    made_public = [line for line in said if "PATCH" in line and " 200" in line]
    assert len(made_public) == 1, made_public


def test_a_release_has_the_points_that_are_tried(tmp_path: Path) -> None:
    """The matrix below covers every point that the journal of a whole release has."""
    with scene(tmp_path) as stage:
        assert not killed_at(stage, -1)
        complete(stage)
        (run,) = (stage.project.folder / ".git" / "seatrial" / "runs").iterdir()
        assert kill_points(run / "journal.jsonl") == MOST_POINTS


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_it_finishes_when_run_again(tmp_path: Path, point: int) -> None:
    """Killed at this point of its journal, the same command ends in the one end state."""
    with scene(tmp_path) as stage:
        killed_at(stage, point)
        again = stage.seatrial("release", "--yes")
        assert again.returncode == 0, again.stderr
        complete(stage)
        nothing_was_done_twice(stage)


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_another_machine_finishes_it(tmp_path: Path, point: int) -> None:
    """Without the journal the world itself tells what is done, and where the bytes are."""
    with scene(tmp_path) as stage:
        killed_at(stage, point)
        other = stage.clone("other")
        again = stage.seatrial("release", "--yes", at=other, home="other-home")
        assert again.returncode == 0, again.stderr
        complete(stage)
        nothing_was_done_twice(stage)


@pytest.mark.parametrize("point", UNDONE)
def test_killed_anywhere_it_is_taken_back_or_there_is_only_forward(
    tmp_path: Path, point: int
) -> None:
    """Undo brings the start back; with a file on the index it changes nothing."""
    with scene(tmp_path) as stage:
        killed_at(stage, point)
        before = stage.shown()
        undone = stage.seatrial("undo")
        if before.index:
            assert undone.returncode == 1, undone.stderr
            assert "it cannot be taken back: upload demo" in undone.stderr
            assert stage.shown() == before
            assert stage.seatrial("resume", "--yes").returncode == 0
            complete(stage)
        else:
            assert undone.returncode == 0, undone.stderr
            after = stage.shown()
            assert after.commits == ("feat: say more", "feat: begin")
            assert (after.tagged, after.releases, after.index) == ("", (), {})
            assert stage.seatrial("resume", "--yes").returncode == 4
