"""One run a repository at a time."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from seatrial.engine.lock import Holder, hold, holder, running
from seatrial.errors import Locked, StorageFault
from tests.support.killing import start_child


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    """Two at once: the second hears run, process, machine, time and command, and leaves."""
    common = tmp_path / "hello" / ".git"
    common.mkdir(parents=True)
    with start_child("tests.engine.holder", str(common)) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(Locked) as caught, hold(common, command="release 1.2.4"):
            pytest.fail("two hold it")
        said = caught.value.said
        assert caught.value.thing == str(tmp_path / "hello")
        assert said.startswith(f"run R1 by pid {first.pid} on {socket.gethostname()} since 20")
        assert said.endswith("UTC (release 1.2.3)")
        found = running(common)
        assert found is not None
        assert found.pid == first.pid
        first.communicate("")
    assert first.returncode == 0
    assert running(common) is None


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    """The lock of a process that was killed is free at once; what it left behind is no one's."""
    with start_child("tests.engine.holder", str(tmp_path)) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        first.kill()
        first.communicate()
    left = holder(tmp_path)
    assert left is not None
    assert left.pid == first.pid
    assert running(tmp_path) is None
    with hold(tmp_path, command="resume"):
        mine = holder(tmp_path)
        assert mine is not None
        assert mine.command == "resume"


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    """Whatever ends the block, the lock is given back, and nobody is named any more."""
    with pytest.raises(ValueError, match="oops"), hold(tmp_path, command="release"):
        raise ValueError("oops")
    assert holder(tmp_path) is None
    with (
        hold(tmp_path, command="release"),
        pytest.raises(Locked),
        hold(tmp_path, command="again"),
    ):
        pytest.fail("two hold it")


def test_an_unreadable_holder_is_another_process(tmp_path: Path) -> None:
    """Between taking the lock and saying so, or with the note damaged, nobody is named."""
    with hold(tmp_path, command="release"):
        (tmp_path / "seatrial" / "lock.json").write_bytes(b"\xff")
        with pytest.raises(Locked) as caught, hold(tmp_path, command="release"):
            pytest.fail("two hold it")
    assert caught.value.said == "another process"


def test_another_machine_is_believed(tmp_path: Path) -> None:
    """Of a holder on another machine, only its own word says that it still runs."""
    away = Holder(run="", command="release", pid=1, host="elsewhere.invalid", since=0.0)
    with hold(tmp_path, command="release"):
        (tmp_path / "seatrial" / "lock.json").write_bytes(
            b'{"run":"","command":"release","pid":1,"host":"elsewhere.invalid","since":0.0}'
        )
        assert running(tmp_path) == away
    assert str(away) == "a run by pid 1 on elsewhere.invalid since 1970-01-01 00:00 UTC (release)"


def test_where_no_lock_can_be_made_the_error_says_so(tmp_path: Path) -> None:
    """A folder that cannot be made is told by its path."""
    (tmp_path / "seatrial").write_text("a file")
    with pytest.raises(StorageFault), hold(tmp_path, command="release"):
        pytest.fail("nothing is held")
