from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from seatrial.dock.record import RequestLog, RequestSeen
from seatrial.dock.server import Dock
from seatrial.errors import InvalidConfiguration, StorageFault
from tests.dock.test_forge import REPO, TOKEN, attach, draft
from tests.dock.test_upload import held
from tests.dock.uploads import fields, upload
from tests.support.docks import dock_process
from tests.support.wheels import make_wheel


def test_addresses_are_known_and_served_when_start_returns(tmp_path: Path) -> None:
    """A request made at once after the start is answered."""
    dock = Dock(tmp_path / "dock")
    dock.start()
    try:
        assert dock.port > 0
        assert httpx.get(dock.simple_url("pypi")).status_code == 200
    finally:
        dock.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(dock.simple_url("pypi"))


def test_a_dock_stops_although_a_client_holds_on(tmp_path: Path) -> None:
    """Neither an idle connection nor half a request keeps the dock from stopping."""
    dock = Dock(tmp_path / "dock")
    dock.start()
    with httpx.Client() as client, socket.create_connection(("127.0.0.1", dock.port)) as half:
        client.get(dock.simple_url("pypi"))
        half.sendall(b"POST /pypi/legacy/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
        dock.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "dock"]


def test_stopping_before_the_first_request_is_quiet(tmp_path: Path) -> None:
    """A dock may be stopped at once, twice, and without ever having been started."""
    dock = Dock(tmp_path / "dock")
    dock.stop()
    dock.start()
    dock.stop()
    dock.stop()
    assert dock.requests == []


def test_a_taken_port_is_said(tmp_path: Path, dock: Dock) -> None:
    """A port that another program has is an error that names it."""
    with pytest.raises(InvalidConfiguration, match=f"port {dock.port}"):
        Dock(tmp_path / "other", port=dock.port).start()


def test_a_port_out_of_range_is_said(tmp_path: Path) -> None:
    """A number that is no port is an error too."""
    with pytest.raises(InvalidConfiguration, match="port 70000"):
        Dock(tmp_path / "other", port=70000).start()


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    """A file where the folder should be is a storage fault that names it."""
    (tmp_path / "dock").write_text("", encoding="utf-8")
    with pytest.raises(StorageFault, match="dock"):
        Dock(tmp_path / "dock").start()


def test_a_new_dock_on_the_folder_holds_the_same(tmp_path: Path) -> None:
    """Files, yanks, releases and assets are there after a restart."""
    wheel = make_wheel(tmp_path)
    with Dock(tmp_path / "dock") as dock:
        upload(dock.upload_url("pypi"), wheel)
        dock.yank("pypi", "demo", "1.0", "why")
        with httpx.Client(base_url=dock.forge_api, headers=TOKEN) as forge:
            asset = attach(forge, draft(forge), "a.whl", b"bytes").json()
        shown = httpx.get(f"{dock.simple_url('pypi')}demo/").text
        port = dock.port
    with Dock(tmp_path / "dock", port=port) as dock:
        assert httpx.get(f"{dock.simple_url('pypi')}demo/").text == shown
        with httpx.Client(base_url=dock.forge_api, headers=TOKEN) as forge:
            assert forge.get(f"{REPO}/releases").json()[0]["assets"] == [asset]
            assert draft(forge)["id"] > asset["id"]


def half_an_upload(url: str, file: Path) -> Iterator[bytes]:
    """Give the first part of an upload's body as a client writes it."""
    request = httpx.Request(
        "POST", url, data=fields(file), files={"content": (file.name, file.read_bytes())}
    )
    body = request.read()
    kind = request.headers["content-type"]
    yield (
        f"POST /pypi/legacy/ HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nAuthorization: Bearer t\r\n\r\n"
    ).encode()
    yield body[: len(body) * 2 // 3]


def test_a_dock_killed_in_mid_upload_comes_back_without_the_file(tmp_path: Path) -> None:
    """What was half received when the server was killed is never held, and leaves nothing."""
    whole = make_wheel(tmp_path)
    half = make_wheel(tmp_path, tag="py3-none-win32", size=4_000_000)
    with dock_process(tmp_path / "dock") as dock:
        upload(dock.upload_url("pypi"), whole)
        with socket.create_connection(("127.0.0.1", dock.port)) as wire:
            for piece in half_an_upload(dock.upload_url("pypi"), half):
                wire.sendall(piece)
            # Another request shows that the server has gone on since.
            assert httpx.get(dock.simple_url("pypi")).status_code == 200
            dock.kill()
    with Dock(tmp_path / "dock") as again:
        assert set(held(again)) == {whole.name}
        assert list((tmp_path / "dock" / ".incoming").iterdir()) == []
        assert upload(again.upload_url("pypi"), half).status_code == 200
        assert set(held(again)) == {whole.name, half.name}


def test_ctrl_c_stops_a_dock_in_the_foreground(tmp_path: Path) -> None:
    """A dock in the foreground ends with success when it is interrupted."""
    with dock_process(tmp_path / "dock", own=("demo",)) as dock:
        assert httpx.get(f"{dock.simple_url('pypi')}demo/").status_code == 404
        assert dock.interrupt() == 0


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path, dock: Dock) -> None:
    """An upload that cannot be kept is answered with the system's sentence, not with silence."""
    (dock.folder / ".incoming").rmdir()
    (dock.folder / ".incoming").write_text("in the way", encoding="utf-8")
    answer = upload(dock.upload_url("pypi"), make_wheel(tmp_path))
    assert answer.status_code == 507
    assert "exists" in answer.text
    assert "The dock's folder cannot be" in answer.reason_phrase


def test_a_full_disk_costs_the_one_upload(tmp_path: Path) -> None:
    """What was received of an upload for which there is no room is taken away, and others go on."""
    large = make_wheel(tmp_path, tag="py3-none-win32", size=4_000_000)
    small = make_wheel(tmp_path)
    with dock_process(tmp_path / "dock", file_size=1_000_000) as dock:
        answer = upload(dock.upload_url("pypi"), large)
        assert answer.status_code == 507
        assert "The dock's folder cannot be" in answer.reason_phrase
        assert list((tmp_path / "dock" / ".incoming").iterdir()) == []
        assert upload(dock.upload_url("pypi"), small).status_code == 200


def test_a_disk_without_room_for_the_index_is_said(tmp_path: Path) -> None:
    """Where the file has room and the database has none, no other dock is blamed for it."""
    wheel = make_wheel(tmp_path)
    with dock_process(tmp_path / "dock", file_size=wheel.stat().st_size + 1) as dock:
        answer = upload(dock.upload_url("pypi"), wheel)
    assert answer.status_code == 507
    assert "The dock's folder cannot be" in answer.reason_phrase
    assert "another dock" not in answer.text


def test_a_log_that_cannot_be_written_fails_no_request() -> None:
    """Where the disk has no room for the log's line, the list has it still."""
    log = RequestLog(Path("/dev/full"))
    log.open()
    log.add(RequestSeen("GET", "/", 200))
    log.close()
    assert log.seen() == [RequestSeen("GET", "/", 200)]


@pytest.mark.parametrize("size", [100, 2_000_000])
def test_a_file_that_was_taken_away_is_told_and_comes_back(
    tmp_path: Path, dock: Dock, size: int
) -> None:
    """What is removed from the folder is not found, by name; the same upload brings it back."""
    wheel = make_wheel(tmp_path, size=size)
    upload(dock.upload_url("pypi"), wheel)
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    page = httpx.get(f"{dock.simple_url('pypi')}demo/", headers=accept).json()
    address = page["files"][0]["url"]
    metadata = httpx.get(f"{address}.metadata").content
    (dock.folder / "pypi" / "demo" / "files" / wheel.name).unlink()
    (dock.folder / "pypi" / "demo" / "metadata" / f"{wheel.name}.metadata").unlink()
    for kind in ("", ".metadata"):
        lost = httpx.get(f"{address}{kind}")
        assert lost.status_code == 404
        assert f"{wheel.name}{kind} is no longer in the dock's folder" in lost.text
    assert upload(dock.upload_url("pypi"), wheel).status_code == 200
    assert httpx.get(address).content == wheel.read_bytes()
    assert httpx.get(f"{address}.metadata").content == metadata


@pytest.mark.parametrize(
    "sent", [b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a" * 70000]
)
def test_rubbish_on_the_wire_is_answered_and_survived(dock: Dock, sent: bytes) -> None:
    """What is no HTTP is refused, and the next request is served."""
    with socket.create_connection(("127.0.0.1", dock.port)) as wire:
        wire.sendall(sent)
        assert wire.recv(1000).startswith(b"HTTP/1.1 4")
    assert httpx.get(dock.simple_url("pypi")).status_code == 200


def test_twenty_uploads_at_once_are_all_taken(dock: Dock, tmp_path: Path) -> None:
    """Uploads side by side do not disturb each other; of one name, one wins."""
    files = [make_wheel(tmp_path, tag=f"py3-none-manylinux_2_{n}_x86_64") for n in range(10)]
    (tmp_path / "others").mkdir()
    rivals = [
        make_wheel(tmp_path / "others", tag=f"py3-none-manylinux_2_{n}_x86_64", size=9)
        for n in range(10)
    ]
    url = dock.upload_url("pypi")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda file: upload(url, file).status_code, files + rivals))
    assert sorted(answers) == [200] * 10 + [400] * 10
    assert len(held(dock)) == 10


def test_start_imports_no_server_in_the_callers_thread(tmp_path: Path) -> None:
    """The module that commands import is light: the server comes in the dock's own thread."""
    code = "import sys, seatrial.dock.server; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    heavy = {"uvicorn", "starlette", "h11", "anyio", "python_multipart", "click"}
    assert not heavy & set(done.stdout.split())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system tells no peak")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file of 96 MiB passes through a server that needs a fraction of that."""
    wheel = make_wheel(tmp_path, size=96 * 1024 * 1024)
    with dock_process(tmp_path / "dock") as dock:
        httpx.get(dock.simple_url("pypi"))
        before = peak(dock.process.pid)
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200
        url = httpx.get(f"{dock.url}/pypi/pypi/demo/json").json()["urls"][0]["url"]
        with httpx.stream("GET", url) as answer:
            got = sum(len(piece) for piece in answer.iter_bytes(65536))
        assert got == wheel.stat().st_size
        assert peak(dock.process.pid) - before < 32 * 1024


def peak(process: int) -> int:
    """Give the most memory that a process ever had, in KiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])
