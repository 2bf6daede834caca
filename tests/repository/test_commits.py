"""Many commits stay readable in little memory."""

from __future__ import annotations

import errno
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

from seatrial.errors import StorageFault
from seatrial.repository import commits as module
from seatrial.repository.commits import BLOCK, IN_MEMORY, Commits
from tests.support.histories import make_history

PEAK = """
import pathlib, re, sys
from seatrial.operations.project import Project
facts = Project.open(pathlib.Path(sys.argv[1])).facts
status = pathlib.Path("/proc/self/status").read_text()
print(len(facts.commits), int(re.search(r"VmHWM:\\s*(\\d+)", status)[1]) // 1024)
"""
"""Prints how many commits there are, and the most memory that it took to read them, in MiB.

What getrusage(2) gives begins with the memory of the process that this one was started from.
"""
HEAVIER = 4
"""MiB that ten times the commits may take more."""


def made(number: int, size: int = 0) -> Commits:
    """Make commits whose subjects are numbers, the first the highest, each with a long body."""
    found = Commits(("a", "b"))
    for one in reversed(range(number)):
        fields = ("f" * 40, str(one), "Ada <a@b>", "p q", f" {one} ", "x" * size)
        found.add(b"\0".join(field.encode() for field in fields), b"0 1" if one % 2 else b"1")
    found.close()
    return found


@pytest.mark.parametrize("size", [0, BLOCK // 5, 2 * BLOCK])
def test_what_is_put_away_comes_back(size: int) -> None:
    """Whatever lies in memory or in the file, each commit comes back, in order and by its place."""
    number = IN_MEMORY // max(size, 200) + 50
    found = made(number, size)

    assert [commit.subject for commit in found] == [str(one) for one in reversed(range(number))]
    assert len(found) == number
    assert found[0].when == number - 1
    assert found[-1].packages == ("b",)
    assert found[number - 2].packages == ("a", "b")
    assert found[number - 2].parents == ("p", "q")
    assert [commit.when for commit in found[-3:]] == [2, 1, 0]
    assert found == tuple(found)
    with pytest.raises(IndexError):
        found[number]


def test_commits_of_two_readers_do_not_mix() -> None:
    """Two passes at once each see every commit, though one file holds them."""
    found = made(2000, BLOCK // 20)
    assert [one.when - other.when for one, other in zip(found, found, strict=True)] == [0] * 2000


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room for a long history, the fault names the folder for such files."""

    def full(**_options: str) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr(module, "IN_MEMORY", 0)
    with pytest.raises(StorageFault, match="No space left"):
        made(1)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells it so")
def test_ten_times_the_commits_take_no_more_memory(tmp_path: Path) -> None:
    """The facts of many packages take as much memory for 50,000 commits as for 5,000."""
    peaks = {}
    for number in (5_000, 50_000):
        folder = tmp_path / str(number)
        make_history(folder, number, packages=20)
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(folder)], capture_output=True, text=True, check=True
        )
        there, peaks[number] = map(int, done.stdout.split())
        assert there == number
    assert peaks[50_000] - peaks[5_000] <= HEAVIER, peaks
