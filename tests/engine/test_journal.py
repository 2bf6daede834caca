"""The journal: whole lines on the disk, whatever ends the process."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from seatrial.engine.journal import (
    Attempt,
    Begun,
    Done,
    Ended,
    Entry,
    Expanded,
    Intend,
    Journal,
    Skipped,
    Undone,
    read_entries,
)
from seatrial.errors import StalePlan, StorageFault
from seatrial.plan.state import Receipt

LINES: list[Entry] = [
    Begun(plan="d1", tool="0.1", pid=1, host="here"),
    Intend(key="tag ünïcode"),
    Attempt(key="tag ünïcode", error="unreachable", said="503\nagain", seconds=0.25),
    Done(key="tag ünïcode", receipt=Receipt(detail="x", facts={"id": "1"}), how="acted"),
    Expanded(key="upload", parts=("a", "b")),
    Skipped(key="publish", why="stopped"),
    Undone(key="tag ünïcode", receipt=Receipt()),
    Ended(outcome="undone"),
]


def write(path: Path, lines: list[Entry]) -> None:
    """Write lines as a process would."""
    with Journal.open(path) as journal:
        for line in lines:
            journal.append(line)


def kinds(entries: list[Entry]) -> list[str]:
    """Give the entries without their times."""
    return [type(entry).__name__ for entry in entries]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Every kind of line comes back as it was, with the time it was written at."""
    path = tmp_path / "a" / "b" / "journal.jsonl"
    write(path, LINES)
    entries = read_entries(path)
    assert kinds(entries) == kinds(LINES)
    assert all(entry.at > 1_700_000_000 for entry in entries)
    assert [entry.key for entry in entries] == [line.key for line in LINES]
    with Journal.open(path) as journal:
        assert list(journal.entries()) == entries


@pytest.mark.parametrize("back", range(11))
def test_a_torn_last_line_is_cut_off(tmp_path: Path, back: int) -> None:
    """A last line that lacks its end, be it in the middle of a character, is as if never begun."""
    path = tmp_path / "journal.jsonl"
    write(path, LINES[:2])
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    torn = whole[: whole.index("ü".encode()) + 1 - back]
    assert first < len(torn) < len(whole)
    path.write_bytes(torn)
    assert kinds(read_entries(path)) == ["Begun"]
    assert path.read_bytes() == torn, "reading changes nothing"
    write(path, LINES[4:5])
    assert kinds(read_entries(path)) == ["Begun", "Expanded"]


@pytest.mark.parametrize("garbage", [b"\0\0\0\0\n", b'{"entry":\n', b"\xff\xfe\r\n", b"\r"])
def test_a_damaged_last_line_is_cut_off(tmp_path: Path, garbage: bytes) -> None:
    """After a power cut the last line may be of the right length and hold nothing of use."""
    path = tmp_path / "journal.jsonl"
    write(path, LINES[:2])
    whole = path.read_bytes()
    path.write_bytes(whole + garbage)
    write(path, [])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("garbage", [b"\0\0\n", b'{"entry":"int\n', b"\xc3\n"])
def test_a_damaged_line_elsewhere_is_an_error(tmp_path: Path, garbage: bytes) -> None:
    """A damaged line with whole ones after it is no crash's work, and is told with its number."""
    path = tmp_path / "journal.jsonl"
    write(path, LINES[:1])
    first = path.read_bytes()
    path.write_bytes(first + garbage + first)
    with pytest.raises(StorageFault, match="damaged") as caught:
        Journal.open(path)
    assert caught.value.thing == f"line 2 of {path}"
    assert "Move the run's folder away" in caught.value.next_step


@pytest.mark.parametrize(
    "line",
    [b'{"entry":"teleported","at":1.0,"key":"x"}\n', b'{"entry":"done","key":"x"}\n', b"7\n"],
)
def test_a_line_of_the_future_is_told(tmp_path: Path, line: bytes) -> None:
    """A line that a newer Seatrial wrote is never skipped: the error says which version to take."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(line)
    with pytest.raises(StalePlan, match="does not understand") as caught:
        Journal.open(path)
    assert "newer" in caught.value.next_step


def test_unknown_fields_of_known_lines_are_fine(tmp_path: Path) -> None:
    """A field that a newer Seatrial adds to a known line does no harm."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"entry":"intend","at":1.5,"key":"x","mood":"good"}\n')
    assert read_entries(path) == [Intend(key="x", at=1.5)]


def test_the_listener_hears_each_line_before_and_after(tmp_path: Path) -> None:
    """The listener is told twice a line, by numbers that go on when the journal is opened again."""
    path = tmp_path / "journal.jsonl"
    heard: list[tuple[int, str, int]] = []

    def listen(point: int, entry: Entry) -> None:
        heard.append((point, type(entry).__name__, len(read_entries(path))))

    for line in LINES[:2]:
        with Journal.open(path, listener=listen) as journal:
            journal.append(line)
    assert heard == [(0, "Begun", 0), (1, "Begun", 1), (2, "Intend", 1), (3, "Intend", 2)]


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    """Lines of several threads stand whole, one after the other."""
    path = tmp_path / "journal.jsonl"
    with Journal.open(path) as journal:

        def some(name: str) -> None:
            for number in range(20):
                journal.append(Skipped(key=f"{name} {number}", why="x" * 100))

        threads = [threading.Thread(target=some, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(journal.entries()) == read_entries(path)
    keys = [entry.key for entry in read_entries(path)]
    assert len(keys) == 80
    assert [key for key in keys if key.startswith("c")] == [f"c {number}" for number in range(20)]


def test_a_journal_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """Reading a journal that no process has begun gives no lines, and makes no file."""
    assert read_entries(tmp_path / "none.jsonl") == []
    assert list(tmp_path.iterdir()) == []


def test_a_closed_journal_takes_no_lines(tmp_path: Path) -> None:
    """A straggler that writes after the end of the run is told so."""
    journal = Journal.open(tmp_path / "journal.jsonl")
    journal.close()
    journal.close()
    with pytest.raises(StorageFault, match="closed"):
        journal.append(Intend(key="late"))
    assert read_entries(tmp_path / "journal.jsonl") == []


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    """Where the run's folder cannot be made, the error names it and the way out."""
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(StorageFault) as caught:
        Journal.open(tmp_path / "runs" / "one" / "journal.jsonl")
    assert str(tmp_path / "runs") in caught.value.thing
    assert "Move away the file" in caught.value.next_step


def test_a_folder_in_the_place_of_the_journal_is_told(tmp_path: Path) -> None:
    """A journal that cannot be read is an error, not an empty journal."""
    with pytest.raises(StorageFault):
        read_entries(tmp_path)
    with pytest.raises(StorageFault):
        Journal.open(tmp_path)


def test_a_run_goes_on_with_its_own_plan_only(tmp_path: Path) -> None:
    """A journal that was begun with one plan refuses another, and writes nothing."""
    with Journal.open(tmp_path / "journal.jsonl") as journal:
        journal.begin("d1", "0.1")
        journal.begin("d1", "0.2")
        with pytest.raises(StalePlan, match="another plan"):
            journal.begin("d2", "0.2")
        assert kinds(list(journal.entries())) == ["Begun", "Begun"]


def test_an_undone_run_does_not_go_on(tmp_path: Path) -> None:
    """A run of which something was undone is finished by undo, never by resume."""
    with Journal.open(tmp_path / "journal.jsonl") as journal:
        journal.begin("d1", "0.1")
        journal.append(Undone(key="tag", receipt=Receipt()))
        with pytest.raises(StalePlan, match="undone") as caught:
            journal.begin("d1", "0.1")
    assert "seatrial undo" in caught.value.next_step
