"""More clients at once than a server is used to."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from seatrial.dock import room
from tests.dock.test_hostile import WHOLE, head
from tests.dock.test_server import peak
from tests.dock.uploads import upload
from tests.support.docks import dock_process
from tests.support.wheels import make_sdist, make_wheel


async def _many(url: str, count: int) -> list[bytes]:
    """Open connections, all at once, then ask on each, and give the first line of each answer."""
    place = urlsplit(url)
    assert place.port is not None
    opened = [await asyncio.open_connection(place.hostname, place.port) for _ in range(count)]
    asked = (
        b"GET /pypi/simple/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        head(f"Content-Length: {len(WHOLE)}", "Connection: close") + WHOLE,
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"\x00\x01\r\n\r\n",
    )
    for number, (_, writer) in enumerate(opened):
        writer.write(asked[number % len(asked)])
    answers = await asyncio.gather(*(reader.read() for reader, _ in opened))
    for _, writer in opened:
        writer.close()
    return [answer.partition(b"\r\n")[0] for answer in answers]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system tells no peak")
@pytest.mark.parametrize(
    ("wanted", "room"), [(2000, 200), pytest.param(10_000, 400, marks=pytest.mark.slow)]
)
def test_thousands_of_requests_at_once_are_answered(tmp_path: Path, wanted: int, room: int) -> None:
    """Small requests, good and bad ones, all at the same time: each is answered, in little room."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        count = wanted if most > wanted + 500 else most // 8 * 4
        with dock_process(tmp_path / "dock") as dock:
            assert httpx.get(dock.url, timeout=60).status_code == 200
            before_it = peak(dock.process.pid)
            answers = asyncio.run(_many(dock.url, count))
            used = peak(dock.process.pid) - before_it
            assert httpx.get(dock.url, timeout=60).status_code == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
    assert {answers.count(line) for line in set(answers)} == {count // 4, count // 2}
    assert {line[9:12] for line in answers} == {b"200", b"405", b"400"}
    assert used < room * 1024


async def _knocks(url: str, count: int) -> list[bytes]:
    """Open connections, then ask on each; give the answers' status, nothing where one was cut."""
    place = urlsplit(url)
    assert place.port is not None
    opened = [await asyncio.open_connection(place.hostname, place.port) for _ in range(count)]
    answers = []
    for reader, writer in opened:
        with contextlib.suppress(ConnectionError):
            writer.write(b"GET /pypi/simple/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            await writer.drain()
            answers.append((await reader.read())[9:12])
            writer.close()
    return answers


def test_more_clients_than_files_leave_the_dock_its_own(tmp_path: Path) -> None:
    """Who comes when all places are taken is told so or cut; nobody is answered with a fault."""
    with dock_process(tmp_path / "dock", open_files=200) as dock:
        assert upload(dock.upload_url("pypi"), make_wheel(tmp_path)).status_code == 200
        answers = asyncio.run(_knocks(dock.url, 500))
        assert {b"200", b"503"} <= set(answers) <= {b"200", b"503", b""}
        assert upload(dock.upload_url("pypi"), make_sdist(tmp_path)).status_code == 200


def test_the_dock_takes_the_files_that_it_may_have() -> None:
    """The number of open files is raised to what the system allows, and no connection takes all."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    low = 150
    resource.setrlimit(resource.RLIMIT_NOFILE, (low, most))
    try:
        assert room.most_connections() == room.AT_A_TIME
        room.widen()
        now = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert now == (min(most, room.ENOUGH), most)
        assert room.most_connections() == now[0] - room.KEPT_BACK
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
