"""A release of three packages killed at any line of its journal, and finished or taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.release.test_kill import killed_at, nothing_was_done_twice
from tests.release.test_several import complete
from tests.support.killing import kill_points
from tests.support.several import several

MOST_POINTS = 196
"""Points that a release of these packages has; a test checks it."""


def points(every: int) -> list[object]:
    """Give all points; of every so many, one is tried in the short run, too."""
    return [
        pytest.param(point, marks=() if point % every == every // 2 else pytest.mark.slow)
        for point in range(MOST_POINTS)
    ]


def test_a_release_of_three_has_the_points_that_are_tried(tmp_path: Path) -> None:
    """The matrix below covers every part of the journal of a whole release."""
    with several(tmp_path) as stage:
        assert not killed_at(stage, -1)
        complete(stage)
        (run,) = (stage.project.folder / ".git" / "seatrial" / "runs").iterdir()
        assert kill_points(run / "journal.jsonl") == MOST_POINTS


@pytest.mark.parametrize("point", points(66))
def test_killed_anywhere_three_packages_are_finished_here(tmp_path: Path, point: int) -> None:
    """Killed at this point of its journal, the same command ends in the one end state."""
    with several(tmp_path) as stage:
        killed_at(stage, point)
        again = stage.seatrial("release", "--yes")
        assert again.returncode == 0, again.stderr
        complete(stage)
        nothing_was_done_twice(stage)


@pytest.mark.parametrize("point", points(66))
def test_killed_anywhere_three_packages_are_finished_elsewhere(tmp_path: Path, point: int) -> None:
    """Without the journal the world itself tells what is done of each package."""
    with several(tmp_path) as stage:
        killed_at(stage, point)
        other = stage.clone("other")
        again = stage.seatrial("release", "--yes", at=other, home="other-home")
        assert again.returncode == 0, again.stderr
        complete(stage)
        nothing_was_done_twice(stage)


@pytest.mark.parametrize("point", points(98))
def test_killed_anywhere_three_packages_are_taken_back(tmp_path: Path, point: int) -> None:
    """Undo brings the start back; with a file on the index it changes nothing."""
    with several(tmp_path) as stage:
        killed_at(stage, point)
        before = stage.shown()
        undone = stage.seatrial("undo")
        if before.index:
            assert undone.returncode == 1, undone.stderr
            assert "it cannot be taken back: upload trio" in undone.stderr
            assert stage.shown() == before
        else:
            assert undone.returncode == 0, undone.stderr
            after = stage.shown()
            assert after.commits == ("feat: say more", "feat: begin")
            assert (after.tagged, after.releases, after.index) == ("", (), {})
            assert stage.tags() == ["v1.0.0"]
