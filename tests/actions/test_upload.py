"""How uploads look at an index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from seatrial.actions import upload
from seatrial.config.schema import IndexSettings, Settings
from seatrial.engine.waiting import Waiting
from seatrial.operations.indexes import Outside
from seatrial.operations.worlds import lone_world
from seatrial.plan import values
from seatrial.plan.state import Absent
from seatrial.process import Runner
from seatrial.world.given import GivenFiles
from seatrial.world.http import Http
from tests.support.talker import Heard, Say, Talker
from tests.support.wheels import make_wheel

JSON: Mapping[str, str] = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
PAGE = b'{"meta": {"api-version": "1.4"}, "name": "demo", "files": []}'
SPEC = values.Upload(
    key="upload demo 1.0 to corp", package="demo", version="1.0", index="corp", staging=False
)
PLAN = values.Plan(
    tool="",
    commit="",
    branch="",
    remote="",
    remote_tip="",
    configuration="",
    package="demo",
    version="1.0",
    previous="",
    reason="",
    tag="",
    date="",
    commits=(),
    notes="",
    remarks=(),
    actions=(SPEC,),
    point_of_no_return="",
)


def test_looks_of_the_same_moment_share_one_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that are looked for at the same moment cost the index one request for all."""

    def script(heard: Heard) -> Say:
        del heard
        return Say(200, PAGE, JSON)

    store = GivenFiles(tmp_path / "run")
    files = [store.keep(make_wheel(tmp_path, "demo", "1.0", tag=f"py{n}-none-any")) for n in (2, 3)]
    with Talker(script) as talker:
        corp = IndexSettings(upload_url=f"{talker.url}/legacy/", simple_url=f"{talker.url}/simple/")
        settings = msgspec.structs.replace(Settings(), index={"corp": corp})
        world = lone_world(Outside(settings, Runner(), Http(environ={})), PLAN, store)
        actions = [upload.UploadFile(SPEC, PLAN, file) for file in files]
        monkeypatch.setattr(upload, "RECENT", 60.0)
        assert [action.observe(world) for action in actions] == [Absent(), Absent()]
        assert len(talker.heard) == 1
        monkeypatch.setattr(upload, "RECENT", 0.0)
        assert actions[0].observe(world) == Absent()
        assert len(talker.heard) == 2


def test_who_waits_asks_anew() -> None:
    """A page serves for less time than the engine waits before it looks again."""
    assert Waiting().first > upload.RECENT
