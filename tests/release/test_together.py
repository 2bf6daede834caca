"""Two releases of one repository at once: one folder, two clones, two people."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.release.test_broken import told
from tests.release.test_midway import Hook
from tests.release.test_release import complete
from tests.support.releases import Scene, scene
from tests.support.repositories import git


def test_the_second_release_in_a_folder_is_told_who_is_at_it(tmp_path: Path) -> None:
    """While a release runs, every other command that would change it leaves, and says why."""
    with scene(tmp_path) as stage:
        hook = Hook(stage)
        first = stage.start("release", "--yes")
        hook.wait()
        before = stage.shown()
        for command in (("release", "--yes"), ("resume", "--yes"), ("undo",)):
            second = stage.seatrial(*command)
            told(second, 3, str(stage.project.folder), f"pid {first.pid}", "Wait until it has")
        assert stage.shown() == before
        assert stage.seatrial("status").returncode == 0
        hook.let_go()
        _, said = first.communicate(timeout=60)
        assert first.returncode == 0, said
        complete(stage)


def overtaken(stage: Scene, **person: str) -> tuple[subprocess.Popen[str], Hook]:
    """Let a release be in its push, and another one, from another clone, come to its end.

    Args:
        stage: the world.
        person: variables of the other one's environment.
    """
    hook = Hook(stage)
    first = stage.start("release", "--yes")
    hook.wait()
    hook.remove()
    other = stage.clone("other")
    second = stage.start("release", "--yes", at=other, env=person)
    _, said = second.communicate(timeout=60)
    assert second.returncode == 0, said
    complete(stage)
    return first, hook


@pytest.mark.slow
def test_of_two_clones_the_later_finds_what_the_first_has_done(tmp_path: Path) -> None:
    """Two clones that release at once make one release, with the bytes of one build."""
    with scene(tmp_path) as stage:
        first, hook = overtaken(stage)
        files = stage.shown()
        hook.let_go()
        _, said = first.communicate(timeout=60)
        assert first.returncode == 0, said
        assert stage.shown() == files
        public = [line for line in stage.requests() if line.startswith("PATCH")]
        assert len(public) == 1


def test_of_two_people_the_later_is_refused_and_can_clear_away_its_own(tmp_path: Path) -> None:
    """Another's tag ends a release in a sentence; undo leaves the other's release alone."""
    with scene(tmp_path) as stage:
        first, hook = overtaken(stage, GIT_AUTHOR_NAME="Grace", GIT_COMMITTER_NAME="Grace")
        files = stage.shown()
        hook.let_go()
        _, said = first.communicate(timeout=60)
        assert first.returncode == 4, said
        assert "Traceback" not in said
        assert stage.shown() == files
        undone = stage.seatrial("undo")
        assert undone.returncode == 0, undone.stderr
        assert stage.shown() == files
        git(stage.project.folder, "pull", "--quiet", "--tags")
        after = stage.seatrial("release", "--yes")
        assert after.returncode == 0, after.stderr
        assert "Already complete" in after.stdout


def test_a_lock_of_a_dead_process_holds_nobody(tmp_path: Path) -> None:
    """The file that names who holds the lock, left by a process that is no more, is no lock."""
    with scene(tmp_path) as stage:
        folder = stage.project.folder / ".git" / "seatrial"
        folder.mkdir()
        (folder / "lock").touch()
        (folder / "lock.json").write_text(
            f'{{"run":"","command":"release","pid":{os.getpid()},"host":"elsewhere","since":0}}'
        )
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
