"""Pre-releases that lead to a final release, stage by stage."""

from __future__ import annotations

from pathlib import Path

from tests.support.releases import Scene, scene


def released(stage: Scene, bump: str) -> str:
    """Release with ``--bump``, fetch what came of it, and give the tag."""
    done = stage.seatrial("release", "--yes", "--bump", bump)
    assert done.returncode == 0, done.stderr
    stage.project.git("pull", "--quiet", "--tags", "origin", "main")
    return stage.project.git("describe", "--tags", "--exact-match").strip()


def test_a_candidate_becomes_the_release_without_a_new_commit(tmp_path: Path) -> None:
    """From candidate to final release it is one command; the same command again does nothing."""
    with scene(tmp_path) as stage:
        assert released(stage, "rc") == "v1.1.0rc1"
        again = stage.seatrial("release", "--yes", "--bump", "rc")
        assert "Already complete" in again.stdout
        assert released(stage, "minor") == "v1.1.0"
        again = stage.seatrial("release", "--yes", "--bump", "minor")
        assert "Already complete" in again.stdout
        names = set(stage.shown("v1.1.0").index)
    assert {name for name in names if name.endswith(".whl")} == {
        "demo-1.1.0rc1-py3-none-any.whl",
        "demo-1.1.0-py3-none-any.whl",
    }
