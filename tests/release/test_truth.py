"""What the dock of a rehearsal begins with, and what the report says of what it cannot know."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx
import msgspec
import pytest

from seatrial.artifacts.compare import sha256_of
from seatrial.dock.entries import Status
from seatrial.dock.server import Dock
from seatrial.dock.values import Limits
from seatrial.errors import CannotTell
from seatrial.operations.seeding import seed_of, unknown_of
from seatrial.world.credentials import Credential
from seatrial.world.exchange import Request
from seatrial.world.http import Http
from seatrial.world.index import HttpIndex
from seatrial.world.simplepage import held_files, project_status
from seatrial.world.usual import usual_index
from tests.dock.uploads import LONG, fields, upload
from tests.support.releases import NAME, scene
from tests.support.wheels import make_sdist, make_wheel

JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


def nobody() -> Credential:
    """Give no login: pages are read without."""
    raise AssertionError


def reading(simple_url: str) -> HttpIndex:
    """Give an index that is read only."""
    return HttpIndex("pypi", "http://127.0.0.1:9/legacy/", simple_url, nobody, Http())


def told(page: httpx.Response) -> dict[str, dict[str, object]]:
    """Give what a page says of each file, but for where it is served and what serves it."""
    ours = {"url", "core-metadata", "data-dist-info-metadata", "provenance"}
    return {
        file["filename"]: {key: value for key, value in file.items() if key not in ours}
        for file in page.json()["files"]
    }


def test_the_dock_says_of_a_file_what_the_real_index_says(tmp_path: Path) -> None:
    """Digest, size, time, Python and yanked state are the real index's; so is the verdict."""
    now = [1_000_000.25]
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    with (
        Dock(tmp_path / "real", clock=lambda: now[0]) as real,
        Dock(tmp_path / "dock", clock=lambda: now[0]) as dock,
    ):
        upload(real.upload_url("pypi"), wheel)
        later = make_wheel(tmp_path, version="2.0")
        form = fields(later, version="2.0", requires_python=">=3.10")
        assert upload(real.upload_url("pypi"), later, form).status_code == 200
        real.yank("pypi", "demo", "1.0", "broken")
        held = reading(real.simple_url("pypi")).files("demo")
        assert list(unknown_of(held)) == [
            "who may upload to the project",
            "names of files that were deleted",
        ]
        dock.seed("pypi", "demo", [seed_of(file) for file in held.values()])
        pages = [
            httpx.get(f"{one.simple_url('pypi')}demo/", headers=JSON, timeout=LONG)
            for one in (real, dock)
        ]
        assert told(pages[0]) == told(pages[1])
        now[0] += 15 * 86400
        answers = [upload(one.upload_url("pypi"), sdist) for one in (real, dock)]
        assert answers[0].reason_phrase.startswith("Uploading new files to releases older than 14")
        assert answers[0].reason_phrase == answers[1].reason_phrase


def test_a_project_that_is_full_is_full_in_the_rehearsal(tmp_path: Path) -> None:
    """The sizes that the real index states count towards the project's quota."""
    wheel = make_wheel(tmp_path)
    with Dock(tmp_path / "real") as real, Dock(tmp_path / "dock") as dock:
        upload(real.upload_url("pypi"), wheel)
        (held,) = reading(real.simple_url("pypi")).files("demo").values()
        files = [
            msgspec.structs.replace(
                seed_of(held),
                size=100 * 1024**2 if number < 102 else 40 * 1024**2,
                name=f"demo-0.{number}.tar.gz",
                sha256=f"{number:064}",
            )
            for number in range(103)
        ]
        dock.seed("pypi", "demo", files)
        answer = upload(dock.upload_url("pypi"), make_sdist(tmp_path))
        assert answer.reason_phrase.startswith("Project size too large. Limit for project 'demo'")


def test_what_a_project_was_granted_is_granted_in_the_rehearsal(tmp_path: Path) -> None:
    """A project that has more than the usual sizes on the real index is not refused for it."""
    wheel = make_wheel(tmp_path, version="2.0", size=3000)
    form = fields(wheel, version="2.0")
    few = Limits(file=1000, project=4000)
    with (
        Dock(tmp_path / "real") as real,
        Dock(tmp_path / "dock", limits=few) as dock,
        Dock(tmp_path / "other", limits=few) as other,
    ):
        upload(real.upload_url("pypi"), make_wheel(tmp_path))
        (held,) = reading(real.simple_url("pypi")).files("demo").values()
        for one, size in ((dock, 5000), (other, 500)):
            one.seed("pypi", "demo", [msgspec.structs.replace(seed_of(held), size=size)])
        taken, refused = (upload(one.upload_url("pypi"), wheel, form) for one in (dock, other))
        assert taken.status_code == 200, taken.text
        assert refused.reason_phrase.startswith("File too large. Limit for project 'demo'")
        files = [
            file
            for file in told(httpx.get(f"{dock.simple_url('pypi')}demo/", headers=JSON)).items()
            if file[0] == wheel.name
        ]
        assert files[0][1]["hashes"] == {"sha256": sha256_of(wheel)}
        assert (dock.folder / "pypi/demo/files" / wheel.name).read_bytes() == wheel.read_bytes()
    granted = {"demo.whl": msgspec.structs.replace(held, size=200 * 1024**2)}
    assert "how much more than the usual sizes it was granted" in unknown_of(granted)


def test_a_page_in_html_leaves_times_and_sizes_unknown(tmp_path: Path) -> None:
    """What HTML does not tell is named; what it tells is taken."""
    with Dock(tmp_path / "real") as real:
        upload(real.upload_url("pypi"), make_wheel(tmp_path))
        real.yank("pypi", "demo", "1.0")
        answer = Http().ask(Request(url=f"{real.simple_url('pypi')}demo/"))
        held = held_files(answer)
    (file,) = held.values()
    assert (file.yanked, file.requires_python, file.uploaded, file.size) == (True, ">=3.8", None, 0)
    assert list(unknown_of(held)) == [
        "who may upload to the project",
        "names of files that were deleted",
        "when its releases began",
        "how large its files are together",
    ]
    assert next(unknown_of({})).startswith("whether the name is prohibited")


@pytest.mark.parametrize("accept", [JSON, {}])
@pytest.mark.parametrize("status", ["active", "archived", "quarantined"])
def test_a_projects_status_is_read(tmp_path: Path, accept: dict[str, str], status: Status) -> None:
    """What a page says of the project itself (PEP 792) is known, in both of its forms."""
    with Dock(tmp_path / "real") as real:
        upload(real.upload_url("pypi"), make_wheel(tmp_path))
        real.set_status("pypi", "demo", status)
        request = Request(url=f"{real.simple_url('pypi')}demo/", headers=accept)
        assert project_status(Http().ask(request)) == status
        index = reading(real.simple_url("pypi"))
        index.files("demo")
        assert (index.status("Demo"), index.status("other")) == (status, "active")


def test_an_archived_project_refuses_in_the_rehearsal(tmp_path: Path) -> None:
    """A release of a project that is archived on the real index is refused before it is made."""
    with scene(tmp_path, more="") as stage:
        wheel = make_wheel(tmp_path, NAME, "1.0.0")
        assert stage.seatrial("publish", str(wheel), "--to", "main", "--yes").returncode == 0
        stage.dock.kill()
        with Dock(tmp_path / "dock", port=stage.dock.port) as again:
            again.set_status("main", NAME, "archived")
            # The mark in its addresses is kept with the folder.
            done = stage.seatrial("rehearse")
        assert done.returncode == 4
        assert "isn't allowed to upload to project 'demo'" in done.stdout + done.stderr


def test_a_rehearsal_begins_with_the_truth_and_tells_what_it_lacks(tmp_path: Path) -> None:
    """The dock holds what the real index does, to its times; the report names what is unknown."""
    with scene(tmp_path, more="") as stage:
        wheel = make_wheel(tmp_path, NAME, "1.0.0")
        assert stage.seatrial("publish", str(wheel), "--to", "main", "--yes").returncode == 0
        before = httpx.get(f"{stage.dock.simple_url('main')}{NAME}/", headers=JSON)
        kept = tmp_path / "kept"
        done = stage.seatrial("rehearse", "--json", "--keep", str(kept))
        assert done.returncode == 0, done.stderr
        said = [r["text"] for r in json.loads(done.stdout)["remarks"] if "known" in r["topic"]]
        lacking = "who may upload to the project, names of files that were deleted"
        assert said == [f"Not rehearsed, because main does not tell: {lacking}."]
    with Dock(kept / "dock") as dock:
        after = told(httpx.get(f"{dock.simple_url('main')}{NAME}/", headers=JSON))
    assert after[wheel.name] == told(before)[wheel.name]
    assert set(after) == {wheel.name, f"{NAME}-1.1.0-py3-none-any.whl", f"{NAME}-1.1.0.tar.gz"}


@pytest.mark.slow
@pytest.mark.registry
def test_a_real_project_is_taken_over(tmp_path: Path) -> None:
    """A project of the usual index is held with all its files, and its names are taken."""
    try:
        held = reading(usual_index(os.environ)).files("sampleproject")
    except CannotTell as error:
        pytest.skip(str(error))
    wheel = make_wheel(tmp_path, "sampleproject", "4.0.0")
    with Dock(tmp_path / "dock") as dock:
        dock.seed("pypi", "sampleproject", [seed_of(file) for file in held.values()])
        page = httpx.get(f"{dock.simple_url('pypi')}sampleproject/", headers=JSON).json()
        shown = {file["filename"]: file["hashes"]["sha256"] for file in page["files"]}
        assert shown == {name: file.sha256 for name, file in held.items()}
        form = fields(wheel, name="sampleproject", version="4.0.0")
        answer = upload(dock.upload_url("pypi"), wheel, form)
        assert answer.reason_phrase.startswith("File already exists ('sampleproject-4.0.0-py3")
