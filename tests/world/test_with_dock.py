"""The real adapters against the dock: what a rehearsal rests on."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.dock.faults import parse_fault
from seatrial.dock.server import Dock
from seatrial.errors import CannotUndo, CredentialRefused, ReleaseClosed, Unreachable, UploadRefused
from seatrial.secret import Secret
from seatrial.world.credentials import Credential
from seatrial.world.forge.detect import Repository
from seatrial.world.forge.github import GitHub
from seatrial.world.http import Http
from seatrial.world.index import CLOSED_AFTER, HttpIndex
from seatrial.world.ports import Forge, StoredFile
from tests.support.wheels import make_sdist, make_wheel

RIGHT = "pypi-right"


class Clock:
    """The index's time, set by hand."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        """Give it."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Make a clock that stands."""
    return Clock()


@pytest.fixture
def dock(tmp_path: Path, clock: Clock) -> Iterator[Dock]:
    """Run a dock that lets one user in."""
    settled = Dock(
        tmp_path / "dock",
        own=frozenset({"demo"}),
        clock=clock,
        credential=("__token__", Secret(RIGHT)),
    )
    with settled as running:
        yield running


def index_of(dock: Dock, token: str = RIGHT) -> HttpIndex:
    """Give the real adapter with the dock's addresses."""

    def login() -> Credential:
        return Credential(username="__token__", password=Secret(token), origin="the test")

    http = Http(environ={}, wait=lambda _: None)
    return HttpIndex("pypi", dock.upload_url("pypi"), dock.simple_url("pypi"), login, http)


def stored(path: Path) -> StoredFile:
    """Give a file as the store would."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return StoredFile(name=path.name, sha256=digest, size=len(data), path=path)


def test_what_was_uploaded_is_held(dock: Dock, tmp_path: Path) -> None:
    """A wheel and an sdist come back with the digests of the files; the project was unknown."""
    index = index_of(dock)
    assert index.files("Demo") == {}
    files = [stored(make_wheel(tmp_path)), stored(make_sdist(tmp_path))]
    for file in files:
        index.upload(file)
    held = index.files("Demo")
    assert {name: one.sha256 for name, one in held.items()} == {
        file.name: file.sha256 for file in files
    }
    assert {one.uploaded for one in held.values()} == {Clock.now}
    assert not any(one.yanked for one in held.values())
    dock.yank("pypi", "demo", "1.0", "broken")
    assert {one.yanked for one in index.files("demo").values()} == {"broken"}


def test_the_same_file_again_is_taken_and_another_refused(dock: Dock, tmp_path: Path) -> None:
    """The index's own sentence comes with the refusal."""
    index = index_of(dock)
    file = stored(make_wheel(tmp_path))
    index.upload(file)
    index.upload(file)
    other = stored(make_wheel(tmp_path, headers="Summary: other\n"))
    with pytest.raises(UploadRefused, match="File already exists"):
        index.upload(other)


def test_a_wrong_token_is_refused(dock: Dock, tmp_path: Path) -> None:
    """The error says where the login came from."""
    with pytest.raises(CredentialRefused, match="came from the test"):
        index_of(dock, "pypi-wrong").upload(stored(make_wheel(tmp_path)))


def test_an_old_release_is_closed(dock: Dock, clock: Clock, tmp_path: Path) -> None:
    """After fourteen days by the index's clock a release takes no new file."""
    index = index_of(dock)
    clock.now = time.time() - CLOSED_AFTER - 60
    index.upload(stored(make_wheel(tmp_path)))
    clock.now = time.time()
    with pytest.raises(ReleaseClosed, match="older than 14 days"):
        index.upload(stored(make_sdist(tmp_path)))


@pytest.mark.parametrize("fault", ["503@upload", "cut@upload", "drop@upload", "429@upload"])
def test_a_fault_of_the_index_is_passing(fault: str, tmp_path: Path) -> None:
    """A disturbed upload is told as unreachable, and goes well the next time."""
    file = stored(make_wheel(tmp_path))
    with Dock(tmp_path / "dock", own=frozenset({"demo"}), faults=[parse_fault(fault)]) as dock:
        index = index_of(dock)
        with pytest.raises(Unreachable):
            index.upload(file)
        index.upload(file)
        assert index.files("demo")[file.name].sha256 == file.sha256


def test_many_files_at_once(dock: Dock, tmp_path: Path) -> None:
    """Eight threads upload through one adapter, and all files are held."""
    index = index_of(dock)
    files = [
        stored(make_wheel(tmp_path, tag=f"py3-none-manylinux_2_{17 + number}_x86_64", seed=number))
        for number in range(8)
    ]
    threads = [threading.Thread(target=index.upload, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {file.name for file in files} == set(index.files("demo"))


def forge_of(dock: Dock) -> Forge:
    """Give the real adapter with the dock's address."""

    def login() -> Credential:
        return Credential(username="__token__", password=Secret(RIGHT), origin="the test")

    repository = Repository(kind="github", host="github.com", owner="octo", name="demo")
    return GitHub(repository, dock.forge_api, login, Http(environ={}, wait=lambda _: None))


def test_a_release_on_the_forge(dock: Dock, tmp_path: Path) -> None:
    """Draft, assets, download, publication and undo go through as they do on GitHub."""
    forge = forge_of(dock)
    assert forge.check_credential() == "the test"
    assert list(forge.releases("v1")) == []
    number = forge.create_draft("v1", "a" * 40, "One", "Notes", pre=False)
    file = stored(make_wheel(tmp_path))
    forge.upload_asset(number, file)
    with pytest.raises(UploadRefused, match="already_exists"):
        forge.upload_asset(number, file)
    (draft,) = forge.releases("v1")
    (asset,) = draft.assets
    assert (draft.id, draft.draft, draft.title, draft.notes) == (number, True, "One", "Notes")
    assert (asset.name, asset.size, asset.sha256) == (file.name, file.size, file.sha256)
    forge.download_asset(asset, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.path.read_bytes()
    forge.delete_asset(asset)
    assert forge.releases("v1")[0].assets == ()
    forge.publish(number, latest=True)
    assert not forge.releases("v1")[0].draft
    with pytest.raises(CannotUndo):
        forge.delete_draft(number)
    other = forge.create_draft("v2", "a" * 40, "Two", "", pre=True)
    forge.delete_draft(other)
    assert list(forge.releases("v2")) == []


def test_many_releases_are_read_to_the_last_page(dock: Dock) -> None:
    """A draft is found among more releases than a page holds."""
    forge = forge_of(dock)
    first = forge.create_draft("v0", "a" * 40, "", "", pre=False)
    for number in range(1, 102):
        forge.create_draft(f"v{number}", "a" * 40, "", "", pre=False)
    assert [release.id for release in forge_of(dock).releases("v0")] == [first]


@pytest.mark.parametrize("fault", ["502@upload-assets", "cut@upload-assets", "429@upload-assets"])
def test_a_broken_upload_of_an_asset_is_made_good(fault: str, tmp_path: Path) -> None:
    """What the disturbance left under the name is in nobody's way the next time."""
    file = stored(make_wheel(tmp_path))
    with Dock(tmp_path / "dock", faults=[parse_fault(fault)]) as dock:
        forge = forge_of(dock)
        number = forge.create_draft("v1", "a" * 40, "", "", pre=False)
        with pytest.raises(Unreachable):
            forge.upload_asset(number, file)
        forge.upload_asset(number, file)
        (asset,) = forge.releases("v1")[0].assets
        assert (asset.sha256, asset.state) == (file.sha256, "uploaded")
