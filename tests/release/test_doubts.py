"""What the project wants a person to see before the point of no return."""

from __future__ import annotations

from pathlib import Path

from tests.support.releases import scene

ASK = '[tool.seatrial.contents]\nask = ["several-modules"]\n'
REFUSE = '[tool.seatrial.contents]\nrefuse = ["several-modules"]\n'
UNKNOWN = '[tool.seatrial.contents]\nask = ["grow"]\n'


def test_a_doubt_is_not_answered_beforehand(tmp_path: Path) -> None:
    """With --yes and no terminal, a finding that is to be asked about stops before the upload."""
    with scene(tmp_path, more=ASK) as stage:
        assert stage.seatrial("rehearse").returncode == 0
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 1
        assert "it installs several modules: demo, demo_moment" in done.stderr
        assert stage.held("main") == {}


def test_a_finding_can_be_made_to_refuse(tmp_path: Path) -> None:
    """A code under refuse stops a release however grave the finding is as a rule."""
    with scene(tmp_path, more=REFUSE) as stage:
        done = stage.seatrial("rehearse")
        assert done.returncode == 1
        assert "it installs several modules" in done.stderr


def test_a_code_that_no_finding_has_is_told(tmp_path: Path) -> None:
    """A policy that can never speak is a fault of the configuration, with the nearest code."""
    with scene(tmp_path, more=UNKNOWN) as stage:
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 2
        assert "did you mean grew?" in done.stderr
