"""Files that are uploaded from where they lie."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from seatrial.errors import StorageFault
from seatrial.world.given import GivenFiles


def test_a_given_file_is_not_copied(tmp_path: Path) -> None:
    """Taken in, a file is known by its digest and stays where it is; wheels come first."""
    store = GivenFiles(tmp_path / "run")
    for name in ("demo-1.tar.gz", "demo-1-py3-none-any.whl"):
        (tmp_path / name).write_bytes(name.encode())
        kept = store.keep(tmp_path / name)
        assert kept.sha256 == hashlib.sha256(name.encode()).hexdigest()
        assert kept.path == tmp_path / name
    assert [file.name for file in store.files()] == ["demo-1-py3-none-any.whl", "demo-1.tar.gz"]
    assert not (tmp_path / "run").exists()


def test_a_given_file_that_was_written_to_is_refused(tmp_path: Path) -> None:
    """A file that is another one, or gone, after it was taken in is not gone on with."""
    file = tmp_path / "demo-1-py3-none-any.whl"
    file.write_bytes(b"one")
    store = GivenFiles(tmp_path / "run")
    store.keep(file)
    file.write_bytes(b"two")
    os.utime(file, (0, 0))
    with pytest.raises(StorageFault, match="was changed after it was read"):
        store.files()
    file.unlink()
    with pytest.raises(StorageFault, match="No such file"):
        store.files()
