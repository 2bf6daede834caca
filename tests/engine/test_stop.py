"""Ctrl-C, and the request to end, leave a run that can go on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from seatrial.engine.journal import Ended, read_entries
from tests.engine.scripted import done
from tests.engine.toys import Bench
from tests.support.killing import start_child


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["act", "stubborn", "patience", "question"])
def test_a_stopped_run_ends_and_can_go_on(
    tmp_path: Path, kind: str, number: signal.Signals
) -> None:
    """Stopped while it acts, waits or asks, a run ends with 130 and the journal says so."""
    with start_child("tests.engine.stopped", str(tmp_path), kind) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(number)
        said, errors = child.communicate()
    assert child.returncode == 130, errors
    assert errors == ""
    assert said == "interrupted: stopped the run: 2 of 3 actions are done\n"
    last = read_entries(tmp_path / "journal.jsonl")[-1]
    assert isinstance(last, Ended)
    assert last.outcome == "interrupted"
    assert Bench(tmp_path).run([done("gate"), done("build")]).already_complete


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    """Who presses Ctrl-C again while running actions are waited for is let go at once."""
    bench = Bench(tmp_path)
    with start_child("tests.engine.stopped", str(tmp_path), "act") as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGINT)
        child.communicate()
    assert child.returncode == 130
    assert bench.run([done("gate"), done("build")]).already_complete


def test_the_handlers_of_others_are_put_back(tmp_path: Path) -> None:
    """After the run signals do what they did before."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    Bench(tmp_path).run([done("gate")])
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
