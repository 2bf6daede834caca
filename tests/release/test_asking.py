"""The one question before the point of no return, asked on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.release.test_broken import told
from tests.release.test_midway import finishes
from tests.release.test_release import complete
from tests.support.releases import Scene, scene


def answered(stage: Scene, command: str, answer: bytes) -> tuple[int, str]:
    """Run a command on a terminal, answer its question, and give its code and what it asked."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "seatrial", command],
            cwd=stage.project.folder,
            env=stage.environment(),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        # The terminal keeps the answer until it is asked for.
        os.write(ours, answer)
        _, said = process.communicate(timeout=60)
        return process.returncode, said.decode()
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"n\n", id="no"),
        pytest.param(b"\n", id="return", marks=pytest.mark.slow),
        pytest.param(b"\x04", id="end", marks=pytest.mark.slow),
    ],
)
def test_who_does_not_say_yes_has_published_nothing(tmp_path: Path, answer: bytes) -> None:
    """No, and no answer, stop the run before the upload; it can be undone, or gone on with."""
    with scene(tmp_path) as stage:
        code, said = answered(stage, "release", answer)
        assert code == (130 if answer == b"\x04" else 1), said
        assert "Traceback" not in said
        assert "upload demo 1.1.0 to main cannot be taken back" in said
        assert "seatrial resume" in said
        assert "seatrial undo" in said
        status = json.loads(stage.seatrial("status", "--json").stdout)
        ended = "interrupted" if code == 130 else "not-confirmed"
        assert status["runs"][0]["state"] == ended
        held = stage.shown()
        assert not held.index
        assert held.tagged == "Release 1.1.0"
        for name, digest in held.stage.items():
            assert f"{name}  " in said
            assert digest in said
        undone = stage.seatrial("undo", "--json")
        assert undone.returncode == 0, undone.stderr
        (stays,) = [
            r["text"] for r in json.loads(undone.stdout)["remarks"] if r["topic"] == "stays"
        ]
        assert "On stage there stays" in stays
        assert all(name in stays for name in held.stage)
        assert "1.1.0 is used up there" in stays
        after = stage.shown()
        assert (after.tagged, after.releases, after.index) == ("", (), {})
        assert after.commits == ("feat: say more", "feat: begin")


def test_who_says_yes_releases(tmp_path: Path) -> None:
    """After no, resume asks again; after yes it goes on to the end, and asks once."""
    with scene(tmp_path) as stage:
        code, said = answered(stage, "release", b"n\n")
        assert code == 1, said
        code, said = answered(stage, "resume", b"y\n")
        assert code == 0, said
        assert said.count("Go on?") == 1
        complete(stage)


def test_resume_without_a_terminal_and_without_yes_is_refused(tmp_path: Path) -> None:
    """A run that has still to ask is not gone on with where nobody can answer."""
    with scene(tmp_path, faults=["403@upload:1"]) as stage:
        assert stage.seatrial("release", "--yes").returncode == 4
        told(stage.seatrial("resume"), 1, "no terminal to ask on", "--yes")
        assert not stage.shown().index
        finishes(stage)


def test_every_credential_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    """Who has to make three tokens learns so from one command, before anything is done."""
    with scene(tmp_path) as stage:
        names = ("GH_TOKEN", "SEATRIAL_TOKEN_MAIN", "SEATRIAL_TOKEN_STAGE")
        release = stage.start("release", "--yes", env=dict.fromkeys(names, ""))
        _, said = release.communicate(timeout=60)
        assert release.returncode == 1, said
        assert all(f"${name}: nothing" in said for name in names)
        assert not (stage.project.folder / ".git" / "seatrial" / "runs").exists()
