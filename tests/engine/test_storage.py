"""Disks that are full, read-only, or hold something else."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from seatrial.engine.journal import read_entries
from seatrial.errors import StorageFault
from seatrial.storage import make_folder, storage_fault, write_whole
from tests.engine.test_kill import check_resumed
from tests.support.killing import run_child


@pytest.mark.parametrize("size", [50, 130, 200, 500, 1000, 1500, 2000])
def test_a_run_on_a_full_disk_says_so_and_goes_on_later(tmp_path: Path, size: int) -> None:
    """When the journal takes no more lines the run stops, whole lines only, and resumes."""
    child = run_child("tests.engine.fullchild", str(tmp_path), str(size))
    assert child.returncode == 3, child.stderr
    slug, sentence, next_step = child.stdout.strip().split("|")
    assert slug == "storage-fault"
    assert f"writing to {tmp_path / 'journal.jsonl'}: " in sentence
    assert "ulimit" in next_step
    data = (tmp_path / "journal.jsonl").read_bytes()
    assert len(data) <= size
    assert data.count(b"\n") == len(read_entries(tmp_path / "journal.jsonl"))
    assert data == b"" or data.endswith(b"\n")
    check_resumed(tmp_path)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "Make room"),
        (errno.EDQUOT, "Make room"),
        (errno.EROFS, "Make it writable"),
        (errno.EACCES, "Make it writable"),
        (errno.EFBIG, "ulimit"),
        (errno.ENOTDIR, "Move away the file"),
        (errno.EIO, "run this again"),
    ],
)
def test_each_refusal_has_its_way_out(number: int, words: str) -> None:
    """The sentence names the path, what the system said, and what to do."""
    fault = storage_fault(Path("x"), OSError(number, os.strerror(number)))
    assert str(fault) == f"writing to x: {os.strerror(number)}"
    assert words in fault.next_step


def test_a_file_is_replaced_wholly_or_not_at_all(tmp_path: Path) -> None:
    """A write that fails leaves the file as it was, and nothing beside it."""
    path = tmp_path / "plan.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    blocked = tmp_path / "folder"
    (blocked / "inside").mkdir(parents=True)
    with pytest.raises(StorageFault):
        write_whole(blocked, b"three")
    assert {entry.name for entry in tmp_path.iterdir()} == {"plan.json", "folder"}


def test_folders_are_made_with_those_above(tmp_path: Path) -> None:
    """A folder is made with all above it, and one that is there is fine."""
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFault):
        make_folder(tmp_path / "file" / "d")
