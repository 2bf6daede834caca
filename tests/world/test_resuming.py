"""Downloads that break off: what came is kept, and only the rest is asked for again."""

from __future__ import annotations

import fcntl
import hashlib
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from seatrial.errors import DifferentBytes, Unreachable
from seatrial.plan.collects import Bundle, Collection
from seatrial.world.collecting import Collector
from seatrial.world.exchange import Request
from seatrial.world.http import Http
from seatrial.world.ports_ci import Ci
from seatrial.world.resuming import download_on
from tests.release.test_collect import archive, raised
from tests.support.releases import scene
from tests.support.talker import Heard, Say, Talker
from tests.support.wheels import make_wheel

DATA = bytes(range(256)) * 8192
"""2 MiB."""

WAIT = 60.0
"""Seconds that a test waits for something that has to come."""


def serving(data: bytes, cuts: list[int], *, ranges: bool = True) -> Callable[[Heard], Say]:
    """Serve a file, and cut the first answers after so many bytes.

    Args:
        data: the file.
        cuts: used up one by one.
        ranges: whether parts can be asked for.
    """

    def answer(heard: Heard) -> Say:
        asked = re.fullmatch(r"bytes=(\d+)-", heard.headers.get("range", ""))
        start = int(asked[1]) if asked and ranges else 0
        if start >= len(data):
            return Say(416, headers={"Content-Range": f"bytes */{len(data)}"})
        headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        cut = cuts.pop(0) if cuts else None
        return Say(206 if start else 200, data[start:], headers, cut_after=cut)

    return answer


def client() -> Http:
    """Give a client that does not pause."""
    return Http(wait=lambda _: None, attempts=1)


def asked_from(talker: Talker) -> list[str]:
    """Give where each request began."""
    return [heard.headers.get("range", "").removeprefix("bytes=") for heard in talker.heard]


def test_what_breaks_off_is_gone_on_with(tmp_path: Path) -> None:
    """As long as more comes each time, only the rest is asked for, and how far it came is told."""
    with Talker(serving(DATA, [700_000, 500_000])) as talker:
        told: list[int] = []
        request = Request(url=f"{talker.url}/file")
        answer = download_on(client(), request, tmp_path / "file", told.append)
        assert answer.ok
        begun = asked_from(talker)
    assert (tmp_path / "file").read_bytes() == DATA
    assert len(begun) == 3
    assert begun[0] == ""
    assert [int(one.removesuffix("-")) for one in begun[1:]] == [700_000, 1_200_000]
    assert told == sorted(told)
    assert told[-1] == len(DATA)
    assert not (tmp_path / "file.part").exists()


def test_a_later_try_goes_on_where_an_earlier_one_ended(tmp_path: Path) -> None:
    """What came before nothing more came lies beside the file, and the next call asks for less."""
    with Talker(serving(DATA, [900_000, 0])) as talker:
        request = Request(url=f"{talker.url}/file")
        with pytest.raises(Unreachable):
            download_on(client(), request, tmp_path / "file")
        assert (tmp_path / "file.part").stat().st_size == 900_000
        assert download_on(client(), request, tmp_path / "file").ok
        assert asked_from(talker)[-1] == "900000-"
    assert (tmp_path / "file").read_bytes() == DATA


def test_a_server_without_parts_is_asked_for_the_whole(tmp_path: Path) -> None:
    """Where each answer begins at the beginning, the file does too."""
    with Talker(serving(DATA, [900_000], ranges=False)) as talker:
        answer = download_on(client(), Request(url=f"{talker.url}/file"), tmp_path / "file")
        assert answer.ok
        assert asked_from(talker) == ["", "900000-"]
    assert (tmp_path / "file").read_bytes() == DATA


def test_a_part_that_is_too_long_is_thrown_away(tmp_path: Path) -> None:
    """A server that has no rest for what lies there is asked anew."""
    (tmp_path / "file.part").write_bytes(DATA + b"more")
    with Talker(serving(DATA, [])) as talker:
        assert download_on(client(), Request(url=f"{talker.url}/file"), tmp_path / "file").ok
    assert (tmp_path / "file").read_bytes() == DATA


def collected(talker: Talker, tmp_path: Path, *, sha256: str = "") -> tuple[Collector, Collection]:
    """Give a collector, and what it is to fetch from an address."""

    def none() -> Ci:
        raise AssertionError

    bundle = Bundle(name="wheels.zip", place=f"{talker.url}/wheels.zip", sha256=sha256)
    collection = Collection(via="url", origin="there", bundles=(bundle,))
    return Collector(http=client(), cache=tmp_path / "cache", root=tmp_path, ci=none), collection


def test_two_runs_fetch_one_archive_one_after_the_other(tmp_path: Path) -> None:
    """While another run writes to the cache, this one waits, says so, and takes what is there."""
    told: list[str] = []
    with Talker(serving(DATA, [])) as talker:
        by, what = collected(talker, tmp_path, sha256=hashlib.sha256(DATA).hexdigest())
        (kept := by.cache / what.bundles[0].sha256).mkdir(parents=True)
        (kept / "wheels.zip.part").write_bytes(DATA[:100])
        other = kept.with_name(f"{kept.name}.lock").open("a")
        fcntl.flock(other, fcntl.LOCK_EX)

        def comes(_: float) -> None:
            (kept / "wheels.zip.part").replace(kept / "wheels.zip")
            (kept / "wheels.zip").write_bytes(DATA)
            other.close()

        waiting = replace(by, pause=comes, tell=told.append)
        assert waiting.fetch(what, what.bundles[0]).read_bytes() == DATA
        assert not talker.heard
    assert told == ["waiting for another run that fetches wheels.zip"]


def test_what_changed_between_two_tries_is_not_joined(tmp_path: Path) -> None:
    """With a digest the mixture is refused and thrown away; without one nothing is gone on with."""
    other = bytes(reversed(DATA))
    with Talker(serving(DATA, [900_000, 0])) as talker:
        by, what = collected(talker, tmp_path, sha256=hashlib.sha256(other).hexdigest())
        with pytest.raises(Unreachable):
            by.fetch(what, what.bundles[0])
        talker.script = serving(other, [])
        with pytest.raises(DifferentBytes):
            by.fetch(what, what.bundles[0])
        assert by.fetch(what, what.bundles[0]).read_bytes() == other
        talker.script = serving(DATA, [900_000, 0])
        by, what = collected(talker, tmp_path)
        with pytest.raises(Unreachable):
            by.fetch(what, what.bundles[0])
        talker.script = serving(other, [])
        assert by.fetch(what, what.bundles[0]).read_bytes() == other


def test_how_far_it_came_is_told(tmp_path: Path) -> None:
    """A person sees the megabytes move, and of how many."""
    with Talker(serving(DATA, [])) as talker:
        by, what = collected(talker, tmp_path)
        bundle = msgspec.structs.replace(what.bundles[0], size=len(DATA))
        told: list[str] = []
        by.telling(told.append).fetch(what, bundle)
    assert told[0].startswith("fetching wheels.zip: 0.")
    assert told[-1] == "fetching wheels.zip: 2.1 of 2.1 MB"
    assert len(told) > 10


def test_a_disk_that_fills_loses_nothing(tmp_path: Path) -> None:
    """The file and the way out are named; with room again, only the rest is asked for."""
    with Talker(serving(DATA, [])) as talker:
        by, what = collected(talker, tmp_path, sha256=hashlib.sha256(DATA).hexdigest())
        script = (
            "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
            "from pathlib import Path\nfrom seatrial.errors import StorageFault\n"
            "from seatrial.world.exchange import Request\nfrom seatrial.world.http import Http\n"
            "from seatrial.world.resuming import download_on\n"
            "try:\n    download_on(Http(), Request(url=sys.argv[1]), Path(sys.argv[2]))\n"
            "except StorageFault as error:\n    print(error.thing, error.next_step)\n"
        )
        to = tmp_path / "cache" / what.bundles[0].sha256 / "wheels.zip"
        to.parent.mkdir(parents=True)
        argv = [sys.executable, "-c", script, what.bundles[0].place, str(to)]
        done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
        assert f"{to.name}.part" in done.stdout
        assert "ulimit -f" in done.stdout
        assert by.fetch(what, what.bundles[0]).read_bytes() == DATA
        assert asked_from(talker)[-1] == f"{1 << 20}-"


def test_a_process_that_is_killed_is_gone_on_with_by_the_next(tmp_path: Path) -> None:
    """Killed in the middle of a download, the command asks for the rest when it is run again."""
    wheel = make_wheel(tmp_path, version="1.1.0", size=len(DATA))
    data = archive({wheel.name: wheel.read_bytes()})
    kept = 900_000
    came, hold = threading.Event(), threading.Event()
    serve = serving(data, [kept])

    def answer(heard: Heard) -> Say:
        said = serve(heard)
        if heard.headers.get("range") == f"bytes={kept}-" and not came.is_set():
            came.set()
            hold.wait(WAIT)
        return said

    with scene(tmp_path) as stage, Talker(answer) as talker:
        raised(stage)
        source = f"{talker.url}/wheels.zip#sha256={hashlib.sha256(data).hexdigest()}"
        argv = ["collect", "--from", source, "--out", str(tmp_path / "got")]
        child = stage.start(*argv)
        assert came.wait(WAIT)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        hold.set()
        assert not (tmp_path / "got").exists()
        before = len(talker.heard)
        done = stage.seatrial(*argv)
        assert done.returncode == 0, done.stderr
        assert asked_from(talker)[before:] == [f"{kept}-"]
    assert (tmp_path / "got" / wheel.name).read_bytes() == wheel.read_bytes()
