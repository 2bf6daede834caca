"""The run's own folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from seatrial.errors import StorageFault
from seatrial.world.ports import Store, StoredFile
from seatrial.world.store import RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """Give the store of a run that has written nothing yet."""
    return RunStore(tmp_path / "run")


def built(tmp_path: Path, name: str, content: bytes = b"bytes") -> Path:
    """Make a file as a build does."""
    path = tmp_path / "out" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_kept_file_is_known_by_its_digest(store: Store, tmp_path: Path) -> None:
    """A kept file lies under its digest with its name and bytes; the original stays."""
    original = built(tmp_path, "demo-1.0.tar.gz", b"sdist")
    kept = store.keep(original)
    digest = hashlib.sha256(b"sdist").hexdigest()
    assert (kept.name, kept.sha256, kept.size) == ("demo-1.0.tar.gz", digest, 5)
    assert kept.path == store.folder / "artifacts" / digest / "demo-1.0.tar.gz"
    assert kept.path.read_bytes() == original.read_bytes() == b"sdist"
    assert store.files() == [kept]


def test_what_was_made_in_the_runs_folder_is_not_copied(store: RunStore, tmp_path: Path) -> None:
    """A file of the run's own scratch folder is linked; one from elsewhere is not."""
    scratch = store.folder / "build-1"
    scratch.mkdir(parents=True)
    made = scratch / "demo-1.0.tar.gz"
    made.write_bytes(b"sdist")
    made.chmod(0o644)
    kept = store.keep(made)
    assert kept.sha256 == hashlib.sha256(b"sdist").hexdigest()
    assert kept.path.samefile(made)
    assert not store.keep(built(tmp_path, "demo-1.0-py3-none-any.whl")).path.samefile(
        tmp_path / "out" / "demo-1.0-py3-none-any.whl"
    )


@pytest.mark.parametrize("mode", [0o600, 0o755])
def test_a_file_with_unusual_rights_is_kept_with_the_usual_ones(store: RunStore, mode: int) -> None:
    """What a backend made for its owner alone, or to be run, is copied."""
    scratch = store.folder / "build-1"
    scratch.mkdir(parents=True)
    made = scratch / "demo-1.0.tar.gz"
    made.write_bytes(b"sdist")
    other = scratch / "other"
    other.touch()
    made.chmod(mode)
    kept = store.keep(made)
    assert not kept.path.samefile(made)
    assert kept.path.stat().st_mode == other.stat().st_mode


def test_what_a_killed_run_left_half_linked_is_never_written_into(store: RunStore) -> None:
    """A file under the name that parts have may be another name of a kept file."""
    scratch = store.folder / "build-1"
    scratch.mkdir(parents=True)
    (first := scratch / "a-1.whl").write_bytes(b"first")
    first.chmod(0o644)
    kept = store.keep(first)
    os.link(kept.path, store.folder / "artifacts" / ".b-1.whl.part")
    (second := scratch / "b-1.whl").write_bytes(b"second")
    second.chmod(0o600)
    store.keep(second)
    assert kept.path.read_bytes() == b"first"


def test_wheels_come_first_each_group_by_name(store: RunStore, tmp_path: Path) -> None:
    """The order of the files is that in which they are uploaded, and another process has it too."""
    for name in ("b-1.tar.gz", "a-1.whl", "a-1.tar.gz", "c-1.whl"):
        store.keep(built(tmp_path, name))
    names = ["a-1.whl", "c-1.whl", "a-1.tar.gz", "b-1.tar.gz"]
    assert [file.name for file in store.files()] == names
    assert RunStore(store.folder).files() == store.files()


def test_several_files_are_taken_in_at_a_time(store: RunStore, tmp_path: Path) -> None:
    """All of them are kept and come back in their order; where one is not there, that is told."""
    names = [f"{letter}-1.whl" for letter in "hgfedcba"]
    made = [built(tmp_path, name, name.encode()) for name in names]
    assert [file.name for file in store.keep_all(made)] == names
    assert [file.name for file in RunStore(store.folder).files()] == sorted(names)
    with pytest.raises(StorageFault):
        store.keep_all([built(tmp_path, "i-1.whl"), tmp_path / "none-1.whl"])


def test_an_empty_store_has_no_files_and_makes_none(store: RunStore) -> None:
    """Looking makes nothing."""
    assert store.files() == []
    assert store.recorded("gate") is None
    assert not store.folder.exists()


def test_a_build_made_again_leaves_one_file_a_name(store: RunStore, tmp_path: Path) -> None:
    """After a build that was cut short, the files are those of the next one."""
    store.keep(built(tmp_path, "a-1.tar.gz", b"first"))
    second = store.keep(built(tmp_path, "a-1.tar.gz", b"second"))
    assert store.files() == [second]
    assert store.keep(second.path) == second, "what is kept may be kept again"


def test_a_file_that_was_cut_short_does_not_count(store: RunStore, tmp_path: Path) -> None:
    """What a crash leaves before a file is whole, or before it is named, is not a kept file."""
    store.keep(built(tmp_path, "a-1.whl"))
    artifacts = store.folder / "artifacts"
    (artifacts / ".b-1.whl.part").write_bytes(b"ha")
    unnamed = artifacts / hashlib.sha256(b"whole").hexdigest()
    unnamed.mkdir()
    (unnamed / "b-1.whl").write_bytes(b"whole")
    assert [file.name for file in RunStore(store.folder).files()] == ["a-1.whl"]
    assert store.keep(built(tmp_path, "b-1.whl", b"whole")).sha256 == unnamed.name
    assert sorted(path.name for path in artifacts.iterdir() if path.name.startswith(".")) == []


def test_changed_bytes_are_noticed(store: RunStore, tmp_path: Path) -> None:
    """A kept file with other bytes than it was kept with is never given out."""
    kept = store.keep(built(tmp_path, "a-1.whl", b"right"))
    kept.path.write_bytes(b"wrong")
    for each in (store, RunStore(store.folder)):
        with pytest.raises(StorageFault, match="it was changed after it was built"):
            each.files()
    kept.path.unlink()
    with pytest.raises(StorageFault) as caught:
        store.files()
    assert caught.value.thing == str(kept.path)


def test_a_digest_is_checked_again_only_when_the_file_has_changed(
    store: RunStore, tmp_path: Path
) -> None:
    """A file of the same size, time and place is not read again; of another time it is."""
    kept = store.keep(built(tmp_path, "a-1.whl", b"right"))
    times = kept.path.stat()
    kept.path.write_bytes(b"wrong")
    os.utime(kept.path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert store.files() == [kept], "not read, so not noticed"
    with pytest.raises(StorageFault):
        RunStore(store.folder).files()


def test_what_cannot_be_read_is_not_kept(store: RunStore, tmp_path: Path) -> None:
    """A file that is not there is an error, and leaves the store as it was."""
    with pytest.raises(StorageFault):
        store.keep(tmp_path / "nothing.whl")
    assert store.files() == []


def test_damaged_names_are_told(store: RunStore, tmp_path: Path) -> None:
    """A store whose list of names was damaged says so, and does not pass for an empty one."""
    store.keep(built(tmp_path, "a-1.whl"))
    (store.folder / "artifacts" / "kept.json").write_bytes(b"[]")
    with pytest.raises(StorageFault, match="cannot be understood"):
        store.files()


@pytest.mark.parametrize("key", ["gate tests", "a/b\\c:*?", "../../x", "ü" * 300, ""])
def test_records_are_remembered(store: RunStore, key: str) -> None:
    """A record of any key comes back in another process, and the last one counts."""
    store.record(key, {"commit": "12ab"})
    store.record(key, {"commit": "34cd", "said": "ok\nfine"})
    again = RunStore(store.folder)
    assert again.recorded(key) == {"commit": "34cd", "said": "ok\nfine"}
    assert again.recorded(key + ".") is None


def test_logs_have_safe_names(store: RunStore) -> None:
    """Logs lie in one folder under names that every file system takes, each its own."""
    names = ["gate-tests", "../up", "a/b", "a b", "a-b", "..", "x" * 400, "é"]
    logs = [store.log(name) for name in names]
    assert len(set(logs)) == len(names)
    assert {log.parent for log in logs} == {store.folder / "logs"}
    assert logs[0].name == "gate-tests.log"
    for log in logs:
        log.write_text("output")


def test_where_nothing_can_be_written_the_error_says_so(tmp_path: Path) -> None:
    """A file in the place of the run's folder is named."""
    (tmp_path / "run").write_text("a file")
    store = RunStore(tmp_path / "run")
    with pytest.raises(StorageFault):
        store.record("gate", {})
    with pytest.raises(StorageFault):
        store.keep(built(tmp_path, "a-1.whl"))
    with pytest.raises(StorageFault):
        store.log("x")


def test_each_file_is_taken_in_as_soon_as_it_comes(tmp_path: Path) -> None:
    """Who is told of a file has it whole, before the next one is there."""
    came: Queue[StoredFile] = Queue()
    store, whole = RunStore(tmp_path / "run", told=came.put), []

    def made() -> Iterator[Path]:
        for name in ("a-1.whl", "b-1.whl"):
            yield built(tmp_path, name)
            whole.append(came.get(timeout=60))

    assert store.keep_all(made()) == tuple(whole)
    assert [one.path.name for one in whole] == ["a-1.whl", "b-1.whl"]
