"""What an index holds: its pages, read over HTTP."""

from __future__ import annotations

import json
import threading
import time

import pytest

from seatrial.addresses import INDEXES
from seatrial.errors import (
    CannotTell,
    CredentialMissing,
    CredentialRefused,
    Unreachable,
)
from seatrial.world.credentials import Credential
from seatrial.world.http import Http
from seatrial.world.index import HttpIndex
from seatrial.world.ports import Index, StoredFile
from tests.support.talker import Heard, Say, Talker, in_turn
from tests.world.indexes import HTML, JSON, PAGE, index_at, login


def test_the_adapter_is_the_port(wheel: StoredFile) -> None:
    """The index over HTTP is what the port describes."""
    del wheel
    with Talker(in_turn(PAGE)) as talker:
        index: Index = index_at(talker)
        assert (index.name, index.simple_url) == ("corp", f"{talker.url}/simple/")


def test_the_json_page_is_read() -> None:
    """Digests, yanks, upload times and relative addresses are read from JSON (PEP 691, 700)."""
    page = {
        "meta": {"api-version": "1.4", "unknown": 1},
        "name": "demo",
        "files": [
            {
                "filename": "demo-1.0.tar.gz",
                "url": "../../files/demo-1.0.tar.gz#sha256=ignored",
                "hashes": {"sha256": "AB" * 32},
                "yanked": "broken",
                "upload-time": "2024-03-01T00:00:00.5Z",
                "size": 3,
                "requires-python": None,
            },
            {"filename": "demo-1.1.tar.gz", "url": "https://f.example/x", "yanked": True},
            {"filename": "demo-1.2.tar.gz", "url": "x", "hashes": {}, "upload-time": "soon"},
        ],
    }
    with Talker(in_turn(Say(200, json.dumps(page).encode(), JSON))) as talker:
        held = index_at(talker).files("De.mo")
        assert talker.heard[0].path == "/simple/de-mo/"
        assert talker.heard[0].headers["accept"].startswith("application/vnd.pypi.simple.v1+json,")
        assert "no-cache" in talker.heard[0].headers["cache-control"]
    first, second, third = held.values()
    assert (first.sha256, first.yanked, first.uploaded) == ("ab" * 32, "broken", 1709251200.5)
    assert first.url == f"{talker.url}/files/demo-1.0.tar.gz"
    assert (second.sha256, second.yanked, second.url) == ("", True, "https://f.example/x")
    assert (third.uploaded, third.yanked, third.url) == (
        None,
        False,
        f"{talker.url}/simple/de-mo/x",
    )


def test_the_html_page_is_read() -> None:
    """Addresses, digests and yanks are read from HTML (PEP 503, 592), with a base or without."""
    page = f"""<!DOCTYPE html><html><head><base href="/root/x/">
      <meta name="pypi:repository-version" content="1.1"></head><body>
      <a href="../">../</a><a href="https://home.example/">home page</a><a>no link</a>
      <A HREF="demo-1.0%2Bcu1-py3-none-any.whl#sha256={"cd" * 32}&amp;egg=x">demo</A><br/>
      <a href="/dl/17#md5=00" data-yanked>  demo-1.1.tar.gz
      <a href="demo-1.2.tar.gz" data-yanked="bad &amp; ugly">demo-1.2.tar.gz</a>
      <a href="https://[::1/demo-1.3.tar.gz">demo-1.3.tar.gz</a>"""
    with Talker(in_turn(Say(200, page.encode(), HTML))) as talker:
        held = index_at(talker).files("demo")
    assert {name: (file.sha256, file.yanked) for name, file in held.items()} == {
        "demo-1.0+cu1-py3-none-any.whl": ("cd" * 32, False),
        "demo-1.1.tar.gz": ("", True),
        "demo-1.2.tar.gz": ("", "bad & ugly"),
        "demo-1.3.tar.gz": ("", False),
    }
    assert held["demo-1.2.tar.gz"].url == f"{talker.url}/root/x/demo-1.2.tar.gz"


def test_an_unknown_project_has_no_files() -> None:
    """404 is an answer: the index does not know the name."""
    with Talker(in_turn(Say(404, b"404 Not Found", {"Content-Type": "text/plain"}))) as talker:
        assert index_at(talker).files("demo") == {}


@pytest.mark.parametrize(
    "said",
    [
        Say(200, b"{}", JSON),
        Say(200, b"\xff", JSON),
        Say(200, b'{"files": [{"filename": 1}]}', JSON),
        Say(200, b'{"meta": {"api-version": "2.0"}, "files": []}', JSON),
        Say(200, b'<meta name="pypi:repository-version" content="2.0">', HTML),
        Say(200, b"", {"Content-Type": "image/png"}),
        Say(200, b"no type"),
        Say(418),
    ],
)
def test_what_is_no_page_is_never_an_empty_one(said: Say) -> None:
    """An answer that cannot be read stops the run: it might hide files."""
    with Talker(in_turn(said)) as talker, pytest.raises(CannotTell):
        index_at(talker).files("demo")


def test_a_private_page_is_read_with_the_login() -> None:
    """The page of the upload's host is asked for again with the login."""

    def script(heard: Heard) -> Say:
        return PAGE if "authorization" in heard.headers else Say(401)

    with Talker(script) as talker:
        assert index_at(talker).files("demo") == {}
        assert len(talker.heard) == 2


def test_the_login_stays_with_the_host_of_the_upload() -> None:
    """A page elsewhere does not get the login, even when it asks for one."""
    with Talker(in_turn(Say(403, reason="who are you"))) as reader, Talker(in_turn(PAGE)) as other:
        index = HttpIndex("corp", f"{other.url}/", f"{reader.url}/simple/", login, Http(environ={}))
        with pytest.raises(CredentialRefused, match="who are you"):
            index.files("demo")
        assert all("authorization" not in heard.headers for heard in reader.heard)


def test_a_refused_reader_is_told() -> None:
    """A login that is not accepted for reading, or missing, is one sentence."""

    def missing() -> Credential:
        raise CredentialMissing("corp", "nowhere")

    with Talker(in_turn(Say(401))) as talker:
        with pytest.raises(CredentialRefused):
            index_at(talker).files("demo")
        with pytest.raises(CredentialRefused, match="nowhere"):
            index_at(talker, missing).files("demo")


def test_concurrent_readers_share_one_request() -> None:
    """Threads that ask while a request is under way, begun late enough, wait for that one."""
    arrived, go = threading.Event(), threading.Event()

    def script(heard: Heard) -> Say:
        del heard
        arrived.set()
        go.wait(30)
        return PAGE

    with Talker(script) as talker:
        index = index_at(talker)
        moment = time.monotonic()
        results: list[object] = []
        threads = [
            threading.Thread(target=lambda: results.append(index.files("demo", asked_after=moment)))
            for _ in range(8)
        ]
        threads[0].start()
        assert arrived.wait(30)
        for thread in threads[1:]:
            thread.start()
        go.set()
        for thread in threads:
            thread.join()
        assert (results, len(talker.heard)) == ([{}] * 8, 1)
        assert index.files("demo", asked_after=moment) == {}
        assert len(talker.heard) == 1
        index.files("demo", asked_after=time.monotonic())
        index.files("demo")
        assert len(talker.heard) == 3


def test_no_page_from_before_an_upload_is_shared(wheel: StoredFile) -> None:
    """After an upload from here, taken or refused, the page is asked for anew."""
    with Talker(in_turn(PAGE, Say(200), PAGE, Say(503), PAGE)) as talker:
        index = index_at(talker)
        moment = time.monotonic()
        index.files("demo", asked_after=moment)
        index.upload(wheel)
        index.files("demo", asked_after=moment)
        with pytest.raises(Unreachable):
            index.upload(wheel)
        index.files("demo", asked_after=moment)
        index.files("demo", asked_after=moment)
        assert len(talker.heard) == 5


def test_one_look_serves_uploads_that_end_together(
    wheel: StoredFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look waits for uploads that are under way, and is then the look of all of them."""
    monkeypatch.setattr("seatrial.world.index.GATHERED", 30)
    arrived, go = threading.Event(), threading.Event()
    after: list[bool] = []

    def script(heard: Heard) -> Say:
        if heard.method == "GET":
            after.append(go.is_set())
            return PAGE
        arrived.set()
        go.wait(30)
        return Say(200)

    with Talker(script) as talker:
        index = index_at(talker)
        moment = time.monotonic()
        sender = threading.Thread(target=lambda: index.upload(wheel))
        looker = threading.Thread(target=lambda: index.files("demo", asked_after=moment))
        sender.start()
        assert arrived.wait(30)
        looker.start()
        go.set()
        sender.join()
        looker.join()
        index.files("demo", asked_after=moment)
    assert after == [True]


def test_a_shared_fault_reaches_everybody_and_is_not_kept() -> None:
    """Who waits for a request that fails gets its error; the next one asks anew."""
    with Talker(in_turn(Say(418), PAGE)) as talker:
        index = index_at(talker)
        moment = time.monotonic()
        with pytest.raises(CannotTell):
            index.files("demo", asked_after=moment)
        assert index.files("demo", asked_after=moment) == {}


@pytest.mark.registry
def test_the_real_page_is_read() -> None:
    """A project of PyPI's has its files, with digests, and an unknown one has none."""
    index = HttpIndex("pypi", *INDEXES["pypi"], login, Http())
    held = index.files("sampleproject")
    assert held["sampleproject-4.0.0.tar.gz"].sha256.startswith("0ace7980f82c5815ede4cd7bf9f66936")
    assert index.files("no-such-project-is-called-like-this") == {}
