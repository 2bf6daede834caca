"""A release of five platform wheels killed at any line of its journal, and finished."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.release.test_kill import killed_at, nothing_was_done_twice
from tests.release.test_wrap import TARGETS, archives
from tests.support.killing import kill_points
from tests.support.releases import Scene, scene

CONFIGURATION = """
sdist = "forge-only"
staging = "stage"

[tool.seatrial.wrap]
from = "binaries"
asset = "engine-2.1.0-{target}.{ext}"

[tool.seatrial.wrap.place]
"engine-bulk{exe}" = "demo_bin/{target}/"

[tool.seatrial.wrap.targets]
"""

MOST_POINTS = 124
"""Points that a release of five targets has; a test checks it."""

POINTS = [
    # One in sixty is in the short run.
    pytest.param(point, marks=() if point % 60 == 5 else pytest.mark.slow)
    for point in range(MOST_POINTS)
]


@contextmanager
def wrapped(folder: Path) -> Iterator[Scene]:
    """Set a project up that wraps the engine's archives, which lie in its repository."""
    targets = "".join(f'{name} = "{tag}"\n' for name, (_, tag) in TARGETS.items())
    with scene(folder, more=CONFIGURATION + targets) as stage:
        files = {f"binaries/{name}": data for name, data in archives().items()}
        stage.project.commit("feat: bring the engine", files)
        stage.project.push()
        yield stage


def complete(stage: Scene) -> None:
    """Require the one end state: five wheels on both indexes, and with the sdist on the forge."""
    shown = stage.shown()
    wheels = {f"demo-1.1.0-py3-none-{tag}.whl" for _, tag in TARGETS.values()}
    assert set(shown.index) == wheels
    assert shown.stage == shown.index
    assert shown.tagged == "Release 1.1.0"
    [(draft, assets)] = shown.releases
    assert not draft
    assert set(assets) == {*wheels, "demo-1.1.0.tar.gz"}
    assert {
        name: f"sha256:{digest}" for name, digest in shown.index.items()
    }.items() <= assets.items()


def test_a_release_of_five_targets_has_the_points_that_are_tried(tmp_path: Path) -> None:
    """The matrix below covers every part of the journal of a whole release."""
    with wrapped(tmp_path) as stage:
        assert not killed_at(stage, -1)
        complete(stage)
        (run,) = (stage.project.folder / ".git" / "seatrial" / "runs").iterdir()
        assert kill_points(run / "journal.jsonl") == MOST_POINTS


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_five_targets_are_finished_here(tmp_path: Path, point: int) -> None:
    """Killed at this point of its journal, the same command ends in the one end state."""
    with wrapped(tmp_path) as stage:
        killed_at(stage, point)
        again = stage.seatrial("release", "--yes")
        assert again.returncode == 0, again.stderr
        complete(stage)
        nothing_was_done_twice(stage)


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_five_targets_are_finished_elsewhere(tmp_path: Path, point: int) -> None:
    """Without the journal the world itself tells what is done, and the draft has the bytes."""
    with wrapped(tmp_path) as stage:
        killed_at(stage, point)
        other = stage.clone("other")
        again = stage.seatrial("release", "--yes", at=other, home="other-home")
        assert again.returncode == 0, again.stderr
        complete(stage)
        nothing_was_done_twice(stage)
