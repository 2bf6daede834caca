"""Looking into archives before it is their turn."""

from __future__ import annotations

import contextlib
import gzip
from pathlib import Path

import pytest

from seatrial.artifacts import scouting
from seatrial.artifacts.reusing import Reuse
from seatrial.artifacts.scouting import Scout
from seatrial.artifacts.supplies import Supply, opened
from tests.artifacts.test_splicing import SIZE, program, tar_of


def archives(folder: Path, count: int) -> list[tuple[Path, str]]:
    """Pack some archives with one file each that is worth looking at."""
    made = []
    for number in range(count):
        path = folder / f"{number}.tar.gz"
        path.write_bytes(gzip.compress(tar_of({"tool": program(SIZE, number)}), 9))
        made.append((path, path.name))
    return made


def offered(path: Path) -> Supply:
    """Give the one file of an archive, as who reads it meets it."""
    with opened(path, path.name) as files:
        ((supply, _),) = ((one, content.read(one.size)) for one, content in files)
    return supply


def test_what_a_scout_found_is_what_is_found_without_one(tmp_path: Path) -> None:
    """Whoever looks, and whenever, the same blocks are taken over."""
    made = archives(tmp_path, 3)
    with Scout(made) as scout:
        for number in (2, 0, 1):
            supply = offered(made[number][0])
            with scout.taken(number) as found, Reuse(*made[number]) as other:
                assert found.of(supply) == other.of(supply) is not None


def test_where_there_is_no_room_nothing_is_looked_at_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for is looked at all the same, and the scout ends though it never began."""
    monkeypatch.setattr(scouting, "ROOM", 0)
    made = archives(tmp_path, 2)
    with Scout(made) as scout, scout.taken(0) as found:
        assert found.held == 0
        assert found.of(offered(made[0][0])) is not None
        assert found.held > 0


def test_a_broken_archive_and_one_that_is_gone_are_left_to_who_reads_them(tmp_path: Path) -> None:
    """The scout goes on with the next one."""
    made = archives(tmp_path, 2)
    broken, gone = tmp_path / "broken.tar.gz", tmp_path / "gone.tar.gz"
    broken.write_bytes(b"<html>not here</html>")
    listed = [(broken, broken.name), (gone, gone.name), *made]
    with Scout(listed) as scout:
        for number in range(4):
            with scout.taken(number) as found:
                if number > 1:
                    assert found.of(offered(listed[number][0])) is not None


def test_what_nobody_took_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scout that is left closes what it has found."""
    closed: list[Reuse] = []
    close = Reuse.close

    def closing(self: Reuse) -> None:
        closed.append(self)
        close(self)

    monkeypatch.setattr(Reuse, "close", closing)
    with contextlib.ExitStack() as later:
        with Scout(archives(tmp_path, 3)) as scout:
            later.enter_context(scout.taken(2))
            taken = len(closed)
        assert not taken
        assert len(closed) == len(scout._found)
        assert not scout._thread.is_alive()
