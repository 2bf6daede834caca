"""What breaks around a release (disk, remote, index, build) is said, and resume goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.release.test_interrupted import interrupted
from tests.release.test_midway import finishes
from tests.release.test_release import complete
from tests.support.docks import dock_process
from tests.support.lifelines import Lifeline
from tests.support.releases import BACKEND, NAME, Scene, scene
from tests.support.sluice import Sluice

ONCE = """
import pathlib
def first():
    mark = pathlib.Path({mark!r})
    there = mark.exists()
    mark.touch()
    return not there
"""
"""Defines ``first()``: true the first time that any process calls it."""


def once(folder: Path) -> str:
    """Give the source of :data:`ONCE`."""
    return ONCE.format(mark=str(folder / "once"))


def told(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """Require an exit code and words, and that it is a sentence with a way out."""
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert "\n  -> " in done.stderr, done.stderr


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Put a small file system of its own at a folder, where this machine lets us; give a filler.

    The filler takes all its room, and gives it back when it is removed or cut.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=4000k", "none", str(folder)]
    if mount is None or subprocess.run([mount, *options], capture_output=True, check=False).stderr:
        pytest.skip("no file system may be mounted here")
    try:
        filler = folder / "filler"
        room = os.statvfs(folder)
        filler.write_bytes(b"\0" * (room.f_bavail * room.f_frsize))
        yield filler
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize(
    "room",
    [
        # For nothing at all; for the lock; for some of the clone; for no build.
        pytest.param(0, marks=pytest.mark.slow),
        pytest.param(2, marks=pytest.mark.slow),
        pytest.param(20, marks=pytest.mark.slow),
        60,
    ],
)
def test_a_full_disk_is_said_and_with_room_the_release_goes_on(tmp_path: Path, room: int) -> None:
    """With so many pages left the release stops in a sentence; it goes on when there is room."""
    with scene(tmp_path) as stage, small_disk(stage.project.folder / ".git/seatrial") as filler:
        page = os.statvfs(filler).f_frsize
        os.truncate(filler, filler.stat().st_size - room * page)
        told(stage.seatrial("release", "--yes"), 3, "Make room")
        filler.unlink()
        again = stage.seatrial("release", "--yes")
        assert again.returncode == 0, again.stderr
        complete(stage)


def test_a_full_disk_in_the_middle_of_a_run_is_said_and_resume_goes_on(tmp_path: Path) -> None:
    """A disk that fills up while bytes flow stops the run at its journal; nothing is repeated."""
    with (
        Sluice("POST /stage/legacy/") as sluice,
        scene(tmp_path, through=sluice) as stage,
        small_disk(stage.project.folder / ".git" / "seatrial") as filler,
    ):
        size = filler.stat().st_size
        filler.unlink()
        release = stage.start("release", "--yes")
        sluice.wait()
        room = os.statvfs(filler.parent)
        # To the last byte: a page of the journal itself may have room left, so it fills its own.
        filler.write_bytes(b"\0" * min(size, room.f_bavail * room.f_frsize))
        sluice.open()
        _, said = release.communicate(timeout=60)
        if release.returncode:
            assert release.returncode == 3, said
            assert "No space left on device" in said
            assert "run seatrial resume" in said
        filler.unlink()
        finishes(stage)


@pytest.mark.parametrize("place", ["seatrial", "seatrial/runs"])
def test_a_file_where_our_folder_belongs_is_named(tmp_path: Path, place: str) -> None:
    """Where a folder cannot be made, the path is named, and once it is away the release goes on."""
    with scene(tmp_path) as stage:
        path = stage.project.folder / ".git" / place
        path.parent.mkdir(exist_ok=True)
        path.write_text("in the way")
        told(stage.seatrial("release", "--yes"), 3, str(path), "Move away the file")
        assert path.read_text() == "in the way"
        path.unlink()
        assert stage.seatrial("release", "--yes").returncode == 0
        complete(stage)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for the superuser")
def test_a_git_folder_that_is_read_only_is_named(tmp_path: Path) -> None:
    """Where nothing can be written, the sentence says to make it writable."""
    with scene(tmp_path) as stage:
        folder = stage.project.folder / ".git"
        folder.chmod(0o555)
        told(stage.seatrial("release", "--yes"), 3, str(folder), "Make it writable")
        folder.chmod(0o755)
        assert stage.seatrial("release", "--yes").returncode == 0


def gate(folder: Path, script: str) -> tuple[str, Mapping[str, str]]:
    """Give configuration and files of a gate that is this script."""
    more = f'staging = "stage"\n[tool.seatrial.gate]\ntests = "{sys.executable} gate.py"\n'
    return more, {"gate.py": once(folder) + script}


@pytest.mark.slow
def test_a_remote_that_vanishes_is_named_and_resume_goes_on(tmp_path: Path) -> None:
    """A remote that is away when it is to be pushed to stops the run; back again, it is pushed."""
    remote, away = tmp_path / "remote.git", tmp_path / "away.git"
    more, files = gate(tmp_path, f"first() and pathlib.Path({str(remote)!r}).rename({str(away)!r})")
    with scene(tmp_path, more=more, files=files) as stage:
        told(stage.seatrial("release", "--yes"), 3, str(remote), "Run seatrial resume")
        away.rename(remote)
        finishes(stage, bytes_of="stage")


def test_a_remote_that_is_not_there_from_the_beginning_is_named(tmp_path: Path) -> None:
    """Where there is no run to resume, the sentence does not say to resume it."""
    with scene(tmp_path) as stage:
        stage.remote.rename(tmp_path / "away.git")
        done = stage.seatrial("release", "--yes")
        told(done, 3, str(stage.remote), "Run this again")
        assert "resume" not in done.stderr


def kill_dock_after_push(stage: Scene) -> None:
    """Let the index die the moment that the release commit is pushed."""
    hook = stage.remote / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nkill -9 {stage.dock.process.pid}\n")
    hook.chmod(0o755)


def test_an_index_that_dies_and_comes_back_is_waited_for(tmp_path: Path) -> None:
    """While the index does not answer, the run says so and asks again, and then goes on."""
    with scene(tmp_path) as stage:
        kill_dock_after_push(stage)
        release = stage.start("release", "--yes")
        assert release.stderr is not None
        said = release.stderr.readline()
        assert "to main: " in said
        assert "again in" in said
        stage.dock.kill()
        with dock_process(tmp_path / "dock", own=[NAME], port=stage.dock.port):
            _, said = release.communicate(timeout=60)
            assert release.returncode == 0, said
            complete(stage)


@pytest.mark.slow
def test_a_run_stopped_while_its_index_is_dead_is_resumed(tmp_path: Path) -> None:
    """Who does not want to wait for an index stops the run, and resumes it another day."""
    with scene(tmp_path) as stage:
        kill_dock_after_push(stage)
        release = stage.start("release", "--yes")
        assert release.stderr is not None
        assert "again in" in release.stderr.readline()
        release.send_signal(signal.SIGINT)
        interrupted(release)
        stage.dock.kill()
        with dock_process(tmp_path / "dock", own=[NAME], port=stage.dock.port):
            finishes(stage, bytes_of="stage")


BUILDS = {
    "fails": ("raise SystemExit('no compiler')", "no compiler", 1),
    "is killed": ("os.kill(os.getpid(), 9)", "the wheel", 1),
    "makes none": ("return 'demo.whl'", "building the wheel", 1),
    "makes two": (
        "open(os.path.join(folder, 'x-1-py3-none-any.whl'), 'w').close(); return _build(folder)",
        "demo-1.1.0-py3-none-any.whl, demo-1.1.0.tar.gz, x-1-py3-none-any.whl",
        1,
    ),
    "hangs": ("\n        while True: time.sleep(60)", "no end after 2 s", 3),
}
"""What is wrong with a build → what the backend does, what is said, the exit code."""


@pytest.mark.parametrize(
    "wrong",
    [pytest.param(wrong, marks=() if wrong == "hangs" else pytest.mark.slow) for wrong in BUILDS],
)
def test_a_bad_build_is_said_and_touches_nothing(tmp_path: Path, wrong: str) -> None:
    """A build that goes wrong ends the run before anything is outside; mended, it goes on."""
    does, words, code = BUILDS[wrong]
    backend = BACKEND + once(tmp_path) + "\n_build = build_wheel\n"
    backend += f"\n\ndef build_wheel(folder, *more):\n    if first():\n        {does}\n"
    backend += "    return _build(folder)\n"
    more = 'staging = "stage"\n[tool.seatrial.build]\ntimeout = 2\n'
    with scene(tmp_path, more=more, files={"backend.py": backend}) as stage:
        told(stage.seatrial("release", "--yes"), code, words)
        shown = stage.shown()
        assert (shown.releases, shown.stage, shown.tagged) == ((), {}, "")
        finishes(stage)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('f"demo-{VERSION}', 'f"other-{VERSION}', "named for 'other', not for 'demo'"),
        pytest.param('f"demo-{VERSION}', 'f"demo-9', "named for 9", marks=pytest.mark.slow),
        pytest.param(
            "Version: {VERSION}", "Version: 9", "metadata states 9", marks=pytest.mark.slow
        ),
    ],
)
def test_a_file_of_another_name_or_version_is_refused(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    """What the build calls otherwise is refused; mended in a commit, the release begins anew."""
    bad = BACKEND.replace(before, after)
    assert bad != BACKEND
    with scene(tmp_path, files={"backend.py": bad}) as stage:
        told(stage.seatrial("release", "--yes"), 1, words)
        shown = stage.shown()
        assert (shown.releases, shown.stage, shown.tagged) == ((), {}, "")
        stage.project.commit("chore: build it right", {"backend.py": BACKEND})
        stage.project.push()
        again = stage.seatrial("release", "--yes")
        assert again.returncode == 0, again.stderr
        assert stage.shown().tagged == "Release 1.1.0"
        assert len(stage.held("main")) == 2


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("while True: pass", marks=pytest.mark.slow),
        "import time\nwhile True: time.sleep(60)",
    ],
)
def test_a_gate_that_hangs_is_ended_and_resume_runs_it_again(tmp_path: Path, script: str) -> None:
    """A gate has its time; after it, it is ended with all it started, and the words say so."""
    line = Lifeline(tmp_path / "line")
    more, files = gate(
        tmp_path, f"if first():\n    {line.hold}\n    " + script.replace("\n", "\n    ")
    )
    more = more.replace("[tool", "gate-timeout = 1\n[tool", 1)
    with scene(tmp_path, more=more, files=files) as stage:
        told(stage.seatrial("release", "--yes"), 3, "gate", "no end after 1 s", "its timeout")
        assert line.all_ended()
        finishes(stage)
