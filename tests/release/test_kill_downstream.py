"""A release with a repository downstream, killed at any line of its last part, and finished."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.release.test_kill import MOST_POINTS, killed_at
from tests.support.downstreams import EDITS, RUN, Server, pulls, server, settings
from tests.support.killing import kill_points
from tests.support.releases import Scene, scene
from tests.support.repositories import git

BRANCH = "seatrial/demo-1.1.0"
LAST = 92
"""Points that a release of this project has; a test checks it."""

POINTS = [
    pytest.param(point, marks=() if point in {86, 88} else pytest.mark.slow)
    for point in range(MOST_POINTS - 2, LAST)
]


@contextmanager
def staged(folder: Path) -> Iterator[tuple[Scene, Server]]:
    """Set up a project with one repository downstream."""
    more = settings(f'repository = "octo/server"\n{EDITS}{RUN}')
    with scene(folder, more=more) as stage:
        yield stage, server(stage)


def complete(stage: Scene, made: Server) -> None:
    """Require the one end state: one commit on the branch, one pull request, one release."""
    assert git(made.remote, "rev-list", "--count", f"main..{BRANCH}") == "1"
    assert "(305, 2)" in made.shown("version.py", BRANCH)
    assert [pull["state"] for pull in pulls(stage)] == ["open"]
    assert stage.shown().releases[0][0] is False


def test_a_release_has_the_points_that_are_tried(tmp_path: Path) -> None:
    """The matrix below covers every point that comes after the release itself."""
    with staged(tmp_path) as (stage, made):
        assert not killed_at(stage, -1)
        complete(stage, made)
        (run,) = (stage.project.folder / ".git" / "seatrial" / "runs").iterdir()
        assert kill_points(run / "journal.jsonl") == LAST


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_it_finishes_when_run_again(tmp_path: Path, point: int) -> None:
    """Killed at this point of its journal, the same command ends in the one end state."""
    with staged(tmp_path) as (stage, made):
        killed_at(stage, point)
        again = stage.seatrial("release", "--yes")
        assert again.returncode == 0, again.stderr
        complete(stage, made)


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_another_machine_finishes_it(tmp_path: Path, point: int) -> None:
    """Without the journal the branch and the pull request tell what is done."""
    with staged(tmp_path) as (stage, made):
        killed_at(stage, point)
        other = stage.clone("other")
        hosted = stage.folder / "octo"
        git(other, "config", f"url.{hosted}/.insteadOf", "https://github.com/octo/")
        again = stage.seatrial("release", "--yes", at=other, home="other-home")
        assert again.returncode == 0, again.stderr
        complete(stage, made)
