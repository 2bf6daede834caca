"""A release killed in the middle of what it does, and finished: uploads, push, build, gate."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.release.test_release import complete
from tests.support.lifelines import Lifeline
from tests.support.releases import BACKEND, Scene, scene
from tests.support.repositories import git
from tests.support.sluice import WAIT, Sluice

KILL_ONCE = """
import json, os, pathlib, signal

def strike():
    lock = pathlib.Path({lock!r})
    mark = pathlib.Path({mark!r})
    if mark.exists():
        return
    mark.touch()
    os.kill(json.loads(lock.read_text())["pid"], signal.{signal})
"""
"""Sends a signal to whoever holds the repository's lock, the first time that it is called."""


def strike(folder: Path, name: str = "SIGKILL", *, project: str = "project") -> str:
    """Give Python source that defines ``strike()``, see :data:`KILL_ONCE`."""
    lock = folder / project / ".git" / "seatrial" / "lock.json"
    return KILL_ONCE.format(lock=str(lock), mark=str(folder / "struck"), signal=name)


def ended_by_kill(process: subprocess.Popen[str]) -> None:
    """Kill a process that the test has stopped at a point, and see it end."""
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


def finishes(stage: Scene, *, bytes_of: str = "") -> None:
    """Run the release again, and require the one end state.

    Args:
        stage: the world.
        bytes_of: the index whose files have to be those it held before.
    """
    before = stage.held(bytes_of) if bytes_of else {}
    again = stage.seatrial("resume", "--yes")
    assert again.returncode == 0, again.stderr
    complete(stage)
    assert before.items() <= stage.shown().index.items()
    made_public = [
        one for one in stage.requests() if one.startswith("PATCH") and one.endswith(" 200")
    ]
    assert len(made_public) == 1


@pytest.mark.parametrize(
    ("request_line", "kept"),
    [
        pytest.param("POST /stage/legacy/", "", marks=pytest.mark.slow),
        ("POST /main/legacy/", "stage"),
    ],
)
def test_killed_while_a_file_flows_to_an_index_it_finishes(
    tmp_path: Path, request_line: str, kept: str
) -> None:
    """Half an upload counts for nothing; the rest of the same build goes up, once."""
    with Sluice(request_line) as sluice, scene(tmp_path, through=sluice) as stage:
        release = stage.start("release", "--yes")
        sluice.wait()
        ended_by_kill(release)
        sluice.open()
        finishes(stage, bytes_of=kept)


def test_killed_while_a_file_flows_to_the_forge_it_finishes(tmp_path: Path) -> None:
    """What a broken upload leaves of an asset is removed before the asset is sent again."""
    with (
        Sluice("POST /forge/uploads/", after=2000) as sluice,
        scene(tmp_path, through=sluice) as stage,
    ):
        release = stage.start("release", "--yes")
        sluice.wait()
        ended_by_kill(release)
        sluice.open()
        finishes(stage)


class Hook:
    """A ``pre-receive`` hook on the remote that says it runs, and waits for leave to end."""

    def __init__(self, stage: Scene) -> None:
        self.running = stage.folder / "running"
        self.leave = stage.folder / "leave"
        self.path = stage.remote / "hooks" / "pre-receive"
        os.mkfifo(self.running)
        self._said = os.open(self.running, os.O_RDONLY | os.O_NONBLOCK)
        os.mkfifo(self.leave)
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(f"#!/bin/sh\necho > '{self.running}'\nread x < '{self.leave}'\n")
        self.path.chmod(0o755)

    def wait(self) -> None:
        """Wait until the hook runs."""
        assert select.select([self._said], [], [], WAIT)[0], "nobody pushed"

    def let_go(self) -> None:
        """Let the hook that runs end well."""
        self.leave.write_text("go\n")

    def remove(self) -> None:
        """Run no hook for further pushes."""
        self.path.unlink()


def test_killed_in_the_push_which_then_arrives_it_finishes(tmp_path: Path) -> None:
    """A push that arrives after its sender was killed is found, and not made again."""
    with scene(tmp_path) as stage:
        hook = Hook(stage)
        release = stage.start("release", "--yes")
        hook.wait()
        ended_by_kill(release)
        hook.remove()
        hook.let_go()
        finishes(stage, bytes_of="stage")


def test_killed_in_the_push_and_resumed_while_it_still_hangs_it_finishes(tmp_path: Path) -> None:
    """Of two pushes of one release, the one that comes second finds what the first has put."""
    with scene(tmp_path) as stage:
        hook = Hook(stage)
        release = stage.start("release", "--yes")
        hook.wait()
        ended_by_kill(release)
        hook.remove()
        finishes(stage, bytes_of="stage")
        hook.let_go()
        complete(stage)


def test_killed_by_its_own_build_it_finishes(tmp_path: Path) -> None:
    """A build whose parent died counts for nothing and is made again, whole."""
    backend = BACKEND + strike(tmp_path) + "\n\n_build = build_wheel\n"
    backend += "\n\ndef build_wheel(*words):\n    strike()\n    return _build(*words)\n"
    with scene(tmp_path, files={"backend.py": backend}) as stage:
        release = stage.start("release", "--yes")
        release.communicate(timeout=60)
        assert release.returncode == -signal.SIGKILL
        finishes(stage)


def gate_of(tmp_path: Path, name: str = "SIGKILL") -> tuple[str, dict[str, str]]:
    """Give configuration and files of a gate that strikes the release that runs it."""
    more = f'staging = "stage"\n[tool.seatrial.gate]\ntests = "{sys.executable} gate.py"\n'
    return more, {"gate.py": strike(tmp_path, name) + "\nstrike()\n"}


def test_killed_by_its_own_gate_it_finishes(tmp_path: Path) -> None:
    """A gate whose parent died has not passed, and runs again."""
    more, files = gate_of(tmp_path)
    with scene(tmp_path, more=more, files=files) as stage:
        release = stage.start("release", "--yes")
        release.communicate(timeout=60)
        assert release.returncode == -signal.SIGKILL
        status = stage.seatrial("status", "--json")
        assert json.loads(status.stdout)["runs"][0]["state"] == "killed", status.stdout
        finishes(stage)
        passed = stage.seatrial("log").stdout
        assert "gate tests" in passed


def test_a_torn_last_line_of_the_journal_is_ignored(tmp_path: Path) -> None:
    """Half a line at the journal's end, as a power cut leaves it, keeps nobody from resuming."""
    more, files = gate_of(tmp_path)
    with scene(tmp_path, more=more, files=files) as stage:
        release = stage.start("release", "--yes")
        release.communicate(timeout=60)
        (run,) = (stage.project.folder / ".git" / "seatrial" / "runs").iterdir()
        with (run / "journal.jsonl").open("ab") as journal:
            journal.write(b'{"entry":"done","key":"gate te')
        finishes(stage)


def test_killed_before_the_point_of_no_return_it_can_be_undone(tmp_path: Path) -> None:
    """Killed in the push, with draft and staging done, undo brings everything back to the start."""
    with scene(tmp_path) as stage:
        hook = Hook(stage)
        release = stage.start("release", "--yes")
        hook.wait()
        ended_by_kill(release)
        hook.remove()
        hook.let_go()
        undone = stage.seatrial("undo")
        assert undone.returncode == 0, undone.stderr
        shown = stage.shown()
        assert shown.commits == ("feat: say more", "feat: begin")
        assert not shown.tagged
        assert not shown.releases
        assert not shown.index
        assert git(stage.remote, "for-each-ref", "--format=%(refname)").split() == [
            "refs/heads/main",
            "refs/tags/v1.0.0",
        ]


def test_killed_past_the_point_of_no_return_it_cannot_be_undone(tmp_path: Path) -> None:
    """With a file on the index there is only forward, and undo says so and changes nothing."""
    with Sluice("PATCH /forge/", after=10) as sluice, scene(tmp_path, through=sluice) as stage:
        release = stage.start("release", "--yes")
        sluice.wait()
        ended_by_kill(release)
        sluice.open()
        before = stage.shown()
        undone = stage.seatrial("undo")
        assert undone.returncode == 1, undone.stderr
        assert "it cannot be taken back: upload demo" in undone.stderr
        assert "seatrial resume" in undone.stderr
        assert stage.shown() == before
        finishes(stage, bytes_of="main")


def test_a_release_that_cannot_be_finished_is_left_behind_by_a_named_version(
    tmp_path: Path,
) -> None:
    """Where an index keeps refusing one of its files, the next version has a way past it."""
    with scene(tmp_path, more="", faults=["400@upload:2"]) as stage:
        refused = stage.seatrial("release", "--yes")
        assert refused.returncode == 4, refused.stderr
        stage.project.git("pull", "--quiet", "origin", "main")
        stage.project.commit("fix: mend", {"demo.py": "MENDED = True\ndef main(): pass\n"})
        stage.project.push()
        beside = stage.seatrial("release", "--yes")
        assert beside.returncode == 4, beside.stderr
        assert "name the next version with --version" in beside.stderr
        released = stage.seatrial("release", "--version", "1.1.1", "--yes")
        assert released.returncode == 0, released.stderr
        assert stage.shown("v1.1.1").tagged == "Release 1.1.1"
        held = stage.held("main")
        assert len([name for name in held if name.startswith("demo-1.1.0")]) == 1
        assert len([name for name in held if name.startswith("demo-1.1.1")]) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing tells them from others")
def test_a_gate_that_outlived_its_release_is_ended_by_the_next(tmp_path: Path) -> None:
    """Who goes on with a run first ends what the killed process left at work in its folder."""
    line = Lifeline(tmp_path / "line")
    more, files = gate_of(tmp_path)
    stays = f"if not pathlib.Path({str(tmp_path / 'struck')!r}).exists():\n    {line.hold}\n"
    stays += "    strike()\n    import time\n    time.sleep(600)\n"
    gate = files["gate.py"].removesuffix("strike()\n") + stays
    with scene(tmp_path, more=more, files={"gate.py": gate}) as stage:
        release = stage.start("release", "--yes")
        release.communicate(timeout=60)
        assert release.returncode == -signal.SIGKILL
        finishes(stage)
        assert line.all_ended()
