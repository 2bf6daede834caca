from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from seatrial.dock.disturbed import Disturbance, Disturbed
from seatrial.dock.faults import parse_fault
from seatrial.dock.record import RequestLog
from seatrial.dock.server import Dock
from tests.dock.test_upload import held
from tests.dock.uploads import upload
from tests.support.wheels import make_wheel


def disturbed(folder: Path, faults: Sequence[str]) -> Dock:
    """Give a dock with faults."""
    return Dock(folder / "dock", faults=[parse_fault(text) for text in faults])


@pytest.mark.parametrize("size", [0, 3_000_000])
def test_a_status_is_answered_once_and_nothing_is_stored(tmp_path: Path, size: int) -> None:
    """The second upload is answered 503, and taken when it is sent again."""
    files = [make_wheel(tmp_path, tag=f"py3-none-win{n}", size=size) for n in ("32", "_amd64")]
    with disturbed(tmp_path, ["503@upload:2"]) as dock:
        url = dock.upload_url("pypi")
        assert upload(url, files[0]).status_code == 200
        assert upload(url, files[1]).status_code == 503
        assert set(held(dock)) == {files[0].name}
        assert upload(url, files[1]).status_code == 200


@pytest.mark.parametrize("size", [0, 3_000_000])
def test_a_dropped_upload_leaves_nothing(tmp_path: Path, size: int) -> None:
    """A connection cut in the middle gives no answer, and the index does not hold the file."""
    wheel = make_wheel(tmp_path, size=size)
    with disturbed(tmp_path, ["cut@upload:1"]) as dock:
        with pytest.raises(httpx.TransportError):
            upload(dock.upload_url("pypi"), wheel)
        assert not held(dock)
        assert list((dock.folder / ".incoming").iterdir()) == []
        assert dock.requests[0] == ("POST", "/pypi/legacy/", 0)
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200


@pytest.mark.parametrize("size", [0, 3_000_000])
def test_a_lost_answer_leaves_the_file(tmp_path: Path, size: int) -> None:
    """With drop the file is held although the client never heard of it."""
    wheel = make_wheel(tmp_path, size=size)
    with disturbed(tmp_path, ["drop@upload"]) as dock:
        with pytest.raises(httpx.TransportError):
            upload(dock.upload_url("pypi"), wheel)
        assert set(held(dock)) == {wheel.name}


def test_a_page_can_fail_too(tmp_path: Path) -> None:
    """A fault can meet the page that installers read."""
    with disturbed(tmp_path, ["500@visible:1"]) as dock:
        url = f"{dock.simple_url('pypi')}demo/"
        assert [httpx.get(url).status_code for _ in range(2)] == [500, 404]


def test_a_slow_answer_comes_in_the_end(tmp_path: Path) -> None:
    """A slow request is answered as it would have been."""
    faults = [parse_fault("slow@upload")]
    wheel = make_wheel(tmp_path)
    with Dock(tmp_path / "dock", faults=faults, slow=0.05) as dock:
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200
        assert held(dock)


def test_delays_pass_side_by_side(tmp_path: Path) -> None:
    """Requests are delayed at the same time: all of them are in the application at once."""
    together = asyncio.Barrier(20)

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await together.wait()

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    async def ignored(_: Message) -> None:
        pass

    async def ask_all() -> None:
        log = RequestLog(tmp_path / "log")
        served = Disturbed(app, log, Disturbance(delay=0.01))
        scope = {"method": "GET", "path": "/", "query_string": b"", "headers": []}
        asked = (served(dict(scope), nothing, ignored) for _ in range(20))
        await asyncio.wait_for(asyncio.gather(*asked), 30)

    asyncio.run(ask_all())
    assert together.n_waiting == 0


def test_every_request_is_noted(tmp_path: Path) -> None:
    """Requests are listed and logged, and a line break in a path cannot forge a line."""
    with disturbed(tmp_path, []) as dock:
        httpx.get(f"{dock.url}/pypi/simple/x%0AGET%20/forged%20200/?q=1")
        seen = dock.requests
    assert seen == [("GET", "/pypi/simple/x\\nGET /forged 200/?q=1", 404)]
    log = (dock.folder / "requests.log").read_text(encoding="utf-8")
    assert log == "GET /pypi/simple/x\\nGET /forged 200/?q=1 404\n"


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("forbidden", 403, "Invalid or non-existent authentication information. See "),
        ("burnt", 400, "This filename was previously used by a file that has since been deleted."),
        ("burnt@upload:1", 400, "This filename was previously used by a file that has since"),
    ],
)
def test_a_refusal_can_be_asked_for(tmp_path: Path, fault: str, status: int, said: str) -> None:
    """The first upload is refused in PyPI's words, as if the login or the name were no good."""
    wheel = make_wheel(tmp_path)
    with disturbed(tmp_path, [fault]) as dock:
        answer = upload(dock.upload_url("pypi"), wheel, headers={"Accept": "application/json"})
        assert answer.status_code == status
        assert answer.reason_phrase.startswith(said)
        assert answer.json()["code"].startswith(f"{status} {said}")
        assert not held(dock)
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200


def test_a_page_can_be_stale(tmp_path: Path) -> None:
    """For the time that was asked for, the page of before is shown, serial and all."""
    now = [1_000_000.0]
    faults = [parse_fault("stale@simple:10m")]
    first, second = (make_wheel(tmp_path, tag=f"py3-none-win{n}") for n in ("32", "_amd64"))
    with Dock(tmp_path / "dock", faults=faults, clock=lambda: now[0]) as dock:
        url = f"{dock.simple_url('pypi')}demo/"
        assert upload(dock.upload_url("pypi"), first).status_code == 200
        assert httpx.get(url).status_code == 404
        now[0] += 600
        before = httpx.get(url)
        assert set(held(dock)) == {first.name}
        assert upload(dock.upload_url("pypi"), second).status_code == 200
        after = httpx.get(url)
        assert (after.text, after.headers["etag"]) == (before.text, before.headers["etag"])
        assert after.headers["x-pypi-last-serial"] == before.headers["x-pypi-last-serial"]
        now[0] += 600
        assert set(held(dock)) == {first.name, second.name}
        assert dock.met == set(faults)
