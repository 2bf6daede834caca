"""Ctrl-C, wherever it comes: exit code 130, no child left behind, and a run that resume ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.release.test_midway import finishes, strike
from tests.support.lifelines import Lifeline
from tests.support.releases import BACKEND, scene
from tests.support.sluice import Sluice

STAY = """
import signal, time
def stay():
    mark = pathlib.Path({mark!r})
    if mark.exists():
        return
    {hold}
    strike()
    while True:
        time.sleep(60)
"""
"""Defines ``stay()``: it presses Ctrl-C for the user, and then never ends, the first time."""


def stay(folder: Path, lifeline: Lifeline) -> str:
    """Give the source of :data:`STAY`."""
    mark = str(folder / "struck")
    return strike(folder, "SIGINT") + STAY.format(mark=mark, hold=lifeline.hold)


def interrupted(release: subprocess.Popen[str]) -> str:
    """Require the end of an interrupted command; give what it said."""
    _, said = release.communicate(timeout=60)
    assert release.returncode == 130, said
    assert "seatrial resume" in said
    assert "Traceback" not in said
    return said


def test_ctrl_c_in_a_gate_ends_the_gate_and_the_run_can_go_on(tmp_path: Path) -> None:
    """The gate's process is ended with the run; resume runs the gate again."""
    line = Lifeline(tmp_path / "line")
    more = f'staging = "stage"\n[tool.seatrial.gate]\ntests = "{sys.executable} gate.py"\n'
    files = {"gate.py": stay(tmp_path, line) + "\nstay()\n"}
    with scene(tmp_path, more=more, files=files) as stage:
        said = interrupted(stage.start("release", "--yes"))
        assert "stopping: " in said
        assert line.all_ended()
        finishes(stage)


def test_ctrl_c_in_a_build_ends_the_build_and_the_run_can_go_on(tmp_path: Path) -> None:
    """The backend's process is ended with the run; resume builds again."""
    line = Lifeline(tmp_path / "line")
    backend = BACKEND + stay(tmp_path, line) + "\n\n_build = build_wheel\n"
    backend += "\n\ndef build_wheel(*words):\n    stay()\n    return _build(*words)\n"
    with scene(tmp_path, files={"backend.py": backend}) as stage:
        interrupted(stage.start("release", "--yes"))
        assert line.all_ended()
        finishes(stage)


@pytest.mark.parametrize(
    "request_line",
    [
        pytest.param("POST /forge/uploads/", marks=pytest.mark.slow),
        pytest.param("POST /stage/legacy/", marks=pytest.mark.slow),
        "POST /main/legacy/",
    ],
)
def test_ctrl_c_while_a_file_flows_leaves_a_run_that_can_go_on(
    tmp_path: Path, request_line: str
) -> None:
    """An upload that hangs is left behind, and made again by resume."""
    with Sluice(request_line) as sluice, scene(tmp_path, through=sluice) as stage:
        release = stage.start("release", "--yes")
        sluice.wait()
        release.send_signal(signal.SIGINT)
        assert release.stderr is not None
        # Once it says that it stops, the second Ctrl-C is one of its own.
        assert "Ctrl-C again" in release.stderr.readline()
        release.send_signal(signal.SIGINT)
        interrupted(release)
        sluice.open()
        finishes(stage)
