"""How status speaks of runs."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from seatrial.cli.status import _show
from seatrial.errors import GateFailed
from seatrial.operations.looking import RunStatus


def shown(state: str, *, forever: bool = False, **more: str) -> list[str]:
    """Give the lines for a run in a state."""
    out = StringIO()
    console = Console(file=out, soft_wrap=True, highlight=False)
    status = RunStatus(
        run="20261121T004512Z-1.2.0-ab12cd",
        package="demo",
        version="1.2.0",
        commit="0123456789abcdef",
        state=state,
        done=3,
        actions=12,
        began=1_795_221_912.0,
        forever=forever,
        **more,
    )
    _show(console, status)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("state", "first", "next_step"),
    [
        ("done", "demo 1.2.0  released", ""),
        ("undone", "demo 1.2.0  taken back", ""),
        ("running", "demo 1.2.0  running, 3 of 12 actions are done", "seatrial log --follow"),
        ("killed", "demo 1.2.0  killed, 3 of 12 actions are done", "seatrial resume, or"),
        ("interrupted", "demo 1.2.0  interrupted, 3 of 12", "seatrial resume, or"),
        ("not-confirmed", "demo 1.2.0  stopped: not-confirmed, 3 of 12", "seatrial resume, or"),
        ("gate-failed", "demo 1.2.0  stopped: gate-failed, 3 of 12", GateFailed.next_step),
        ("of-tomorrow", "demo 1.2.0  stopped: of-tomorrow, 3 of 12", "seatrial resume, or"),
    ],
)
def test_a_state_has_its_words_and_its_next_step(state: str, first: str, next_step: str) -> None:
    """Each state says how far it came, and what to do, where something is left to do."""
    lines = shown(state)
    assert lines[0].startswith(first)
    assert lines[1] == "  run 20261121T004512Z-1.2.0-ab12cd"
    assert lines[2].startswith("  of commit 0123456789ab, begun 2026-11-21")
    last = lines[-1]
    assert last.startswith(f"  Next: {next_step}") if next_step else "Next" not in last


def test_no_undo_is_offered_past_the_point_of_no_return() -> None:
    """What is out stays out, whatever stopped the run: there is only forward."""
    for state in ("killed", "interrupted", "not-confirmed"):
        assert shown(state, forever=True)[-1] == "  Next: seatrial resume"


def test_what_an_error_said_is_not_told_of_a_run_that_has_ended() -> None:
    """An old error is told where it still matters."""
    assert "  exit code 1" in shown("gate-failed", said="exit code 1")
    assert "  exit code 1" not in shown("undone", said="exit code 1")
