"""What a killed Seatrial left running is ended, and nobody else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from seatrial.leftovers import Note, end_leftovers, noted
from tests.support.lifelines import Lifeline

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells enough")

PARENT = """
import subprocess, sys, time
{hold}
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[held])
print("ready", flush=True)
time.sleep(600)
"""


def started(line: Lifeline) -> subprocess.Popen[bytes]:
    """Start a process with a child in a session of its own, and wait until both are there."""
    argv = [sys.executable, "-c", PARENT.format(hold=line.hold)]
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def test_a_child_and_what_it_started_are_ended(tmp_path: Path) -> None:
    """Of a noted child the whole session is ended, and the note goes."""
    line = Lifeline(tmp_path / "line")
    with started(line) as child:
        with noted(tmp_path / "gate.log", child.pid):
            (note,) = tmp_path.glob(".*.child")
            left = note.read_bytes()
        assert not note.exists()
        note.write_bytes(left)
        end_leftovers(tmp_path)
        assert line.all_ended()
        assert child.wait() < 0
        assert not note.exists()


@pytest.mark.parametrize("change", [{"began": 1}, {"where": "another boot"}, {"pid": 1}])
def test_a_process_that_only_has_the_number_is_left_alone(
    tmp_path: Path, change: dict[str, object]
) -> None:
    """Another beginning, another boot or another process: nobody is ended, and the note goes."""
    with started(Lifeline(tmp_path / "line")) as child:
        with noted(tmp_path / "gate.log", child.pid):
            (path,) = tmp_path.glob(".*.child")
            note = msgspec.json.decode(path.read_bytes(), type=Note)
        path.write_bytes(msgspec.json.encode(msgspec.structs.replace(note, **change)))
        end_leftovers(tmp_path)
        assert child.poll() is None
        assert not path.exists()
        path.write_bytes(msgspec.json.encode(note))
        end_leftovers(tmp_path)
        assert child.wait() < 0


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff"])
def test_a_damaged_note_is_nobody(tmp_path: Path, data: bytes) -> None:
    """A note that cannot be read ends nobody."""
    path = tmp_path / ".1.child"
    path.write_bytes(data)
    end_leftovers(tmp_path)
    assert not path.exists()
