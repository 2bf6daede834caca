from __future__ import annotations

import hashlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from seatrial.dock.entries import FileRecord
from seatrial.dock.holdings import Holdings
from seatrial.dock.ledger import NAME, STRAYS, Ledger
from seatrial.dock.server import Dock
from seatrial.errors import InvalidConfiguration, StorageFault
from tests.dock.test_upload import held
from tests.dock.uploads import fields, upload
from tests.support.docks import dock_process
from tests.support.wheels import make_sdist, make_wheel


def page(dock: Dock, project: str = "demo") -> httpx.Response:
    """Give a project's page in JSON."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    return httpx.get(f"{dock.simple_url('pypi')}{project}/", headers=accept)


def lying(folder: Path) -> Path:
    """Give the one file that an index has on the disk."""
    (path,) = folder.glob("pypi/demo/files/*")
    return path


@pytest.mark.parametrize("uploads", [1, 4, 9])
def test_a_dock_that_is_killed_comes_back_whole(tmp_path: Path, uploads: int) -> None:
    """After SIGKILL amid uploads, what was answered 200 is there, and all there is is whole."""
    wheels = [
        make_wheel(tmp_path, tag=f"py3-none-manylinux_2_{n}_x86_64", size=200_000 + n)
        for n in range(12)
    ]
    taken: list[str] = []
    once = threading.Lock()
    with dock_process(tmp_path / "dock") as process, ThreadPoolExecutor(4) as pool:

        def send(wheel: Path) -> None:
            with suppress(httpx.HTTPError):
                if upload(process.upload_url("pypi"), wheel).status_code == 200:
                    taken.append(wheel.name)
            with once:
                if len(taken) >= uploads and process.process.poll() is None:
                    process.kill()

        list(pool.map(send, wheels))
    digests = {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in wheels}
    with Dock(tmp_path / "dock") as dock:
        files = {file["filename"]: file for file in page(dock).json()["files"]}
        assert set(taken) <= set(files)
        for name, file in files.items():
            assert hashlib.sha256(httpx.get(file["url"]).content).hexdigest() == digests[name]
            assert httpx.get(f"{file['url']}.metadata").status_code == 200
        for wheel in wheels:
            assert upload(dock.upload_url("pypi"), wheel).status_code == 200
        assert held(dock) == digests


@pytest.mark.parametrize("cut", [None, 10])
def test_a_row_without_its_whole_file_is_taken_out(tmp_path: Path, cut: int | None) -> None:
    """A file that is gone or cut short is not offered, and can be uploaded again."""
    wheel = make_wheel(tmp_path)
    with Dock(tmp_path / "dock") as dock:
        upload(dock.upload_url("pypi"), wheel)
    path = lying(tmp_path / "dock")
    if cut is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:cut])
    with Dock(tmp_path / "dock") as dock:
        assert held(dock) == {}
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200
        assert set(held(dock)) == {wheel.name}


def test_a_file_without_a_row_is_put_aside(tmp_path: Path) -> None:
    """A file that no row speaks of is neither offered nor deleted."""
    with Dock(tmp_path / "dock") as dock:
        upload(dock.upload_url("pypi"), make_wheel(tmp_path))
    stray = lying(tmp_path / "dock").with_name("mine.whl")
    stray.write_bytes(b"mine")
    with Dock(tmp_path / "dock") as dock:
        assert len(held(dock)) == 1
    assert not stray.exists()
    assert (tmp_path / "dock" / STRAYS / "pypi" / "mine.whl").read_bytes() == b"mine"


def test_metadata_that_is_gone_is_not_announced(tmp_path: Path) -> None:
    """Where the file of the core metadata is lost, pages do not lead to it."""
    with Dock(tmp_path / "dock") as dock:
        upload(dock.upload_url("pypi"), make_wheel(tmp_path))
        assert page(dock).json()["files"][0]["core-metadata"]
    next((tmp_path / "dock").glob("pypi/demo/metadata/*")).unlink()
    with Dock(tmp_path / "dock") as dock:
        assert page(dock).json()["files"][0]["core-metadata"] is False


def test_one_dock_at_a_time_has_a_folder(tmp_path: Path) -> None:
    """A second dock on the same folder is refused with a sentence; afterwards it may have it."""
    with Dock(tmp_path / "dock") as first:
        upload(first.upload_url("pypi"), make_wheel(tmp_path))
        with pytest.raises(InvalidConfiguration, match="another dock has this folder"):
            Dock(tmp_path / "dock").start()
    with Dock(tmp_path / "dock") as second:
        assert held(second)


@pytest.mark.parametrize("broken", [b"no database at all" * 100, b"version"])
def test_a_database_that_is_not_ours_is_left_alone(tmp_path: Path, broken: bytes) -> None:
    """What cannot be read is said, and not written over."""
    path = tmp_path / NAME
    if broken == b"version":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
    else:
        path.write_bytes(broken)
    before = path.read_bytes()
    with pytest.raises(StorageFault, match="reading the dock's index"):
        Dock(tmp_path).start()
    assert path.read_bytes() == before


def test_what_was_done_to_a_project_stays(tmp_path: Path) -> None:
    """Yanked, deleted and archived: a dock that comes back knows of it."""
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    with Dock(tmp_path / "dock") as dock:
        for file in (wheel, sdist):
            upload(dock.upload_url("pypi"), file)
        dock.yank("pypi", "demo", "1", "broken")
        dock.delete("pypi", sdist.name)
        dock.set_status("pypi", "Demo", "archived")
        before = page(dock).json()
    with Dock(tmp_path / "dock") as dock:
        after = page(dock).json()
        assert [one["filename"] for one in after["files"]] == [wheel.name]
        assert after["files"][0]["yanked"] == "broken"
        assert after["project-status"] == {"status": "archived"}
        assert {**after, "files": []} == {**before, "files": []}
        dock.set_status("pypi", "demo", "active")
        answer = upload(dock.upload_url("pypi"), sdist)
        assert "previously used by a file that has since been deleted" in answer.text


def test_a_deleted_name_is_burnt(dock: Dock, tmp_path: Path) -> None:
    """A file that was deleted is not served, and its name is refused in PyPI's words."""
    wheel = make_wheel(tmp_path)
    upload(dock.upload_url("pypi"), wheel)
    url = page(dock).json()["files"][0]["url"]
    dock.delete("pypi", wheel.name)
    assert httpx.get(url).status_code == 404
    assert page(dock).json()["files"] == []
    assert page(dock).status_code == 200
    answer = upload(dock.upload_url("pypi"), wheel)
    assert answer.reason_phrase.startswith("This filename was previously used by a file that has")


def test_an_archived_project_takes_no_files(dock: Dock, tmp_path: Path) -> None:
    """An archived project is served with its status, and uploads to it are refused."""
    upload(dock.upload_url("pypi"), make_wheel(tmp_path))
    dock.set_status("pypi", "demo", "archived")
    answer = upload(dock.upload_url("pypi"), make_sdist(tmp_path))
    assert answer.status_code == 403
    assert "isn't allowed to upload to project 'demo'" in answer.reason_phrase
    html = httpx.get(f"{dock.simple_url('pypi')}demo/").text
    assert '<meta name="pypi:project-status" content="archived">' in html
    assert len(held(dock)) == 1


def test_a_quarantined_project_shows_nothing(dock: Dock, tmp_path: Path) -> None:
    """A quarantined project has an empty page, and is not listed."""
    upload(dock.upload_url("pypi"), make_wheel(tmp_path))
    other = make_wheel(tmp_path, "other")
    upload(dock.upload_url("pypi"), other, fields(other, name="other"))
    dock.set_status("pypi", "demo", "quarantined")
    shown = page(dock).json()
    assert (shown["files"], shown["versions"]) == ([], [])
    assert shown["project-status"] == {"status": "quarantined"}
    listed = httpx.get(dock.simple_url("pypi")).text
    assert "/other/" in listed
    assert "/demo/" not in listed


class Died(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["write_whole", "place", "keep"])
def test_death_between_two_steps_of_an_upload_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Wherever an upload ends before its row is written, the next dock has nothing of it."""
    root = tmp_path / "dock"
    with Dock(root) as dock:
        upload(dock.upload_url("pypi"), make_sdist(tmp_path))
    wheel = make_wheel(tmp_path)
    half = root / "half"
    half.write_bytes(wheel.read_bytes())
    ledger = Ledger(root)
    ledger.open()
    holdings = Holdings(ledger, "pypi")

    def dies(*_: object) -> None:
        raise Died

    if step == "keep":
        monkeypatch.setattr(ledger, step, dies)
    else:
        monkeypatch.setattr(f"seatrial.dock.holdings.{step}", dies)
    record = FileRecord(
        name=wheel.name,
        project="demo",
        version="1.0",
        filetype="bdist_wheel",
        sha256="0" * 64,
        size=wheel.stat().st_size,
    )
    with pytest.raises(Died):
        holdings.add(record, half, b"Name: demo\n")
    ledger.close()
    monkeypatch.undo()
    with Dock(root) as dock:
        assert set(held(dock)) == {"demo-1.0.tar.gz"}
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200
        file = next(one for one in page(dock).json()["files"] if one["filename"] == wheel.name)
        assert httpx.get(file["url"]).content == wheel.read_bytes()
        assert b"Metadata-Version" in httpx.get(f"{file['url']}.metadata").content


def test_death_in_a_deletion_leaves_the_name_burnt(tmp_path: Path) -> None:
    """A file whose row is gone, and whose bytes are still there, stays deleted."""
    wheel = make_wheel(tmp_path)
    with Dock(tmp_path / "dock") as dock:
        upload(dock.upload_url("pypi"), wheel)
    ledger = Ledger(tmp_path / "dock")
    ledger.open()
    ledger.burn("pypi", wheel.name)
    ledger.close()
    with Dock(tmp_path / "dock") as dock:
        assert held(dock) == {}
        answer = upload(dock.upload_url("pypi"), wheel)
        assert "previously used by a file that has since been deleted" in answer.text
