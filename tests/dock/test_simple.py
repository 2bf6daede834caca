from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

import httpx
import pytest

from seatrial.dock.entries import SeedFile
from seatrial.dock.pages import Pages
from seatrial.dock.server import Dock
from tests.dock.uploads import fields, upload
from tests.support.wheels import make_sdist, make_wheel

JSON = "application/vnd.pypi.simple.v1+json"
V1_HTML = "application/vnd.pypi.simple.v1+html"


def page(dock: Dock, path: str, accept: str = JSON) -> httpx.Response:
    """Get a page of the index pypi."""
    return httpx.get(f"{dock.simple_url('pypi')}{path}", headers={"Accept": accept})


@pytest.fixture
def wheel(dock: Dock, tmp_path: Path) -> Path:
    """Give a wheel that is on the index."""
    made = make_wheel(tmp_path)
    form = fields(made, summary="A demo", classifiers="Topic :: Software Development")
    assert upload(dock.upload_url("pypi"), made, form).status_code == 200
    return made


def test_a_project_as_json(tmp_path: Path, wheel: Path) -> None:
    """The page states what PEP 691, 700 and 714 have, in PyPI's own form."""
    with Dock(tmp_path / "other", clock=lambda: 1_700_000_000.25) as dock:
        upload(dock.upload_url("pypi"), wheel)
        answer = page(dock, "demo/")
        body = answer.json()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with zipfile.ZipFile(wheel) as archive:
        metadata = hashlib.sha256(archive.read("demo-1.0.dist-info/METADATA")).hexdigest()
    assert answer.headers["content-type"] == JSON
    assert answer.headers["x-pypi-last-serial"] == "1"
    url = body["files"][0].pop("url")
    assert url.startswith(dock.simple_url("pypi").replace("/simple/", "/packages/"))
    assert body == {
        "meta": {"_last-serial": 1, "api-version": "1.4"},
        "name": "demo",
        "project-status": {"status": "active"},
        "versions": ["1.0"],
        "files": [
            {
                "filename": wheel.name,
                "hashes": {"sha256": digest},
                "size": wheel.stat().st_size,
                "upload-time": "2023-11-14T22:13:20.250000Z",
                "requires-python": ">=3.8",
                "yanked": False,
                "core-metadata": {"sha256": metadata},
                "data-dist-info-metadata": {"sha256": metadata},
                "provenance": None,
            }
        ],
    }


def test_a_project_as_html(dock: Dock, wheel: Path) -> None:
    """The page has one link a file, with digest and attributes, and ends with the serial."""
    answer = page(dock, "demo/", "text/html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<meta name="pypi:repository-version" content="1.4">' in answer.text
    link = re.search(r'<a href="([^"]+)" ([^>]+)>([^<]+)</a><br />', answer.text)
    assert link is not None
    assert link[1].endswith(f"#sha256={hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    assert link[2].startswith('data-requires-python="&gt;=3.8" data-dist-info-metadata="sha256=')
    assert link[3] == wheel.name
    assert answer.text.endswith("<!--SERIAL 1-->\n")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (JSON, JSON),
        ("", "text/html"),
        ("*/*", "text/html"),
        ("application/*", V1_HTML),
        ("application/json", "text/html"),
        (f"{JSON}, {V1_HTML}; q=0.2, text/html; q=0.01", JSON),
        (f"{JSON};q=0.1, text/html", "text/html"),
        (f"{JSON};q=nonsense, {V1_HTML};q=0.5", V1_HTML),
    ],
)
def test_the_form_is_chosen_as_pypi_chooses_it(
    dock: Dock, wheel: Path, accept: str, kind: str
) -> None:
    """The best form by quality is sent, HTML when nothing matches, and never a 406."""
    answer = page(dock, "demo/", accept)
    assert (answer.status_code, wheel.name in answer.text) == (200, True)
    assert answer.headers["content-type"].partition(";")[0] == kind


def test_the_list_of_projects(dock: Dock, wheel: Path) -> None:
    """All held projects are listed in both forms."""
    assert wheel.is_file()
    assert page(dock, "").json()["projects"] == [{"_last-serial": 1, "name": "demo"}]
    path = httpx.URL(dock.simple_url("pypi")).path
    assert f'<a href="{path}demo/">demo</a>' in page(dock, "", "text/html").text
    plain = httpx.get(f"{dock.url}/pypi/simple/")
    assert '<a href="/pypi/simple/demo/">demo</a>' in plain.text


@pytest.mark.parametrize(
    ("path", "target"),
    [("demo", "demo/"), ("DEMO/", "demo/"), ("De_mo", "De_mo/")],
)
def test_other_spellings_are_sent_on(dock: Dock, wheel: Path, path: str, target: str) -> None:
    """A missing slash and another spelling lead to the normal form."""
    assert wheel.is_file()
    answer = page(dock, path)
    path = httpx.URL(dock.simple_url("pypi")).path
    assert (answer.status_code, answer.headers["location"]) == (301, f"{path}{target}")


def test_an_unchanged_page_is_not_sent_again(dock: Dock, wheel: Path, tmp_path: Path) -> None:
    """The ETag holds until the project changes."""
    url = f"{dock.simple_url('pypi')}demo/"
    tag = httpx.get(url).headers["etag"]
    assert httpx.get(url, headers={"If-None-Match": tag}).status_code == 304
    upload(dock.upload_url("pypi"), make_sdist(tmp_path))
    changed = httpx.get(url, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert wheel.name in changed.text


def test_head_is_get_without_the_body(dock: Dock, wheel: Path) -> None:
    """HEAD gives the headers of GET."""
    url = f"{dock.simple_url('pypi')}demo/"
    head, get = httpx.head(url), httpx.get(url)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(get.content)))
    assert wheel.name in get.text


def test_other_names_are_found_elsewhere_and_own_names_never(tmp_path: Path) -> None:
    """A name that is not under release is sent to the usual index; one under release is not."""
    foreign = "http://127.0.0.1:9/root/simple/"
    with Dock(tmp_path / "dock", foreign=foreign, own=frozenset({"De.mo"})) as dock:
        sent = page(dock, "Some_Thing/")
        assert sent.status_code == 307
        assert sent.headers["location"] == f"{foreign}some-thing/"
        assert page(dock, "de-mo/").status_code == 404


@pytest.mark.parametrize("size", [0, 3_000_000])
def test_files_are_served_whole_and_in_part(dock: Dock, tmp_path: Path, size: int) -> None:
    """A file is served by its digest, for ever the same, and by ranges."""
    made = make_wheel(tmp_path, size=size)
    upload(dock.upload_url("pypi"), made)
    data = made.read_bytes()
    url = page(dock, "demo/").json()["files"][0]["url"]
    whole = httpx.get(url)
    assert whole.content == data
    assert "immutable" in whole.headers["cache-control"]
    assert whole.headers["accept-ranges"] == "bytes"
    same = httpx.get(url, headers={"If-None-Match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    part = httpx.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    end = httpx.get(url, headers={"Range": "bytes=-7"})
    assert (end.status_code, end.content) == (206, data[-7:])
    assert httpx.get(url, headers={"Range": f"bytes={len(data)}-"}).status_code == 416
    assert httpx.head(url).headers["content-length"] == str(len(data))


def test_a_wheels_metadata_is_served_beside_it(dock: Dock, wheel: Path) -> None:
    """What the wheel says of itself is read without the wheel (PEP 658); an sdist has none."""
    file = page(dock, "demo/").json()["files"][0]
    with zipfile.ZipFile(wheel) as archive:
        inside = archive.read("demo-1.0.dist-info/METADATA")
    assert httpx.get(f"{file['url']}.metadata").content == inside
    assert file["core-metadata"]["sha256"] == hashlib.sha256(inside).hexdigest()


@pytest.mark.parametrize(
    "path",
    ["aa/bb/cc/demo-1.0-py3-none-any.whl", "../../../etc/passwd", "aa/bb/%2e%2e%2fx/demo.whl"],
)
def test_other_addresses_give_nothing(dock: Dock, wheel: Path, path: str) -> None:
    """A file is found by its own digest only, and nothing outside the index is served."""
    assert wheel.is_file()
    assert httpx.get(f"{dock.url}/pypi/packages/{path}").status_code == 404


def test_what_the_real_index_holds_counts(dock: Dock, tmp_path: Path) -> None:
    """Seeded files are shown where they really lie, and their names are used up."""
    wheel = make_wheel(tmp_path)
    seed = SeedFile(
        name=wheel.name,
        sha256="ab" * 32,
        url="https://files.example.invalid/demo.whl",
        requires_python=">=3.9",
        uploaded=0.0,
        yanked="broken",
    )
    dock.seed("pypi", "Demo", [seed])
    file = page(dock, "demo/").json()["files"][0]
    assert (file["url"], file["hashes"]) == (seed.url, {"sha256": seed.sha256})
    assert (file["yanked"], file["requires-python"]) == ("broken", ">=3.9")
    refused = upload(dock.upload_url("pypi"), wheel)
    assert refused.reason_phrase.startswith("File already exists")
    late = upload(dock.upload_url("pypi"), make_sdist(tmp_path))
    assert "older than 14 days" in late.text


def test_old_names_can_be_seeded(dock: Dock) -> None:
    """File names that the rules of today do not read are held all the same."""
    names = ["demo-0.1.win32.exe", "demo-0.1.egg", "Demo-0.0.zip", "demo-1.0-1.tar.gz", "demo.whl"]
    dock.seed("pypi", "demo", [SeedFile(name=name, sha256="", url="http://x/") for name in names])
    shown = page(dock, "demo/").json()["files"]
    assert {file["filename"] for file in shown} == set(names)
    assert httpx.get(f"{dock.url}/pypi/pypi/demo/json").status_code == 200


def test_a_yanked_release_is_marked(dock: Dock, wheel: Path) -> None:
    """Yanking marks every file of the release, in both forms."""
    dock.yank("pypi", "Demo", "1", "it <breaks>")
    assert page(dock, "demo/").json()["files"][0]["yanked"] == "it <breaks>"
    html = page(dock, "demo/", "text/html").text
    assert 'data-yanked="it &lt;breaks&gt;"' in html
    assert wheel.name in html


def test_the_json_api_tells_what_is_there(dock: Dock, wheel: Path) -> None:
    """Project and release are described, versions found in any spelling, the rest is 404."""
    url = f"{dock.url}/pypi/pypi"
    body = httpx.get(f"{url}/demo/json").json()
    assert (body["info"]["version"], body["info"]["summary"]) == ("1.0", "A demo")
    assert [file["filename"] for file in body["releases"]["1.0"]] == [wheel.name]
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert body["urls"][0]["digests"]["sha256"] == digest
    assert httpx.get(f"{url}/demo/v1.0.0/json").json()["urls"] == body["urls"]
    assert httpx.get(f"{url}/Demo/json").headers["location"] == "/pypi/pypi/demo/json"
    for missing in ("demo/2.0/json", "demo/%2e/json", "none/json"):
        answer = httpx.get(f"{url}/{missing}")
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_the_json_api_has_pypis_keys(dock: Dock, tmp_path: Path) -> None:
    """Every key is there that PyPI has, filled from the form and the file."""
    wheel = make_wheel(tmp_path, version="3.0")
    given = {
        "version": "3.0",
        "keywords": "one , two",
        "project_urls": "Docs, https://docs.example/",
        "home_page": "https://home.example/",
        "comment": "by hand",
        "author_email": "Me <me@example.org>",
    }
    assert upload(dock.upload_url("pypi"), wheel, fields(wheel, **given)).status_code == 200
    answer = httpx.get(f"{dock.url}/pypi/pypi/demo/json/")
    body = answer.json()
    assert set(body) == {
        *("info", "last_serial", "ownership", "releases", "urls", "vulnerabilities"),
    }
    assert set(body["info"]) == {
        *("author", "author_email", "bugtrack_url", "classifiers", "description"),
        *("description_content_type", "docs_url", "download_url", "downloads", "dynamic"),
        *("home_page", "keywords", "license", "license_expression", "license_files"),
        *("maintainer", "maintainer_email", "name", "package_url", "platform", "project_url"),
        *("project_urls", "provides_extra", "release_url", "requires_dist", "requires_python"),
        *("summary", "version", "yanked", "yanked_reason"),
    }
    assert body["info"]["keywords"] == "one, two"
    assert body["info"]["project_urls"] == {"Docs": "https://docs.example/"}
    (file,) = body["urls"]
    md5 = hashlib.md5(wheel.read_bytes(), usedforsecurity=False).hexdigest()
    assert (file["md5_digest"], file["digests"]["md5"]) == (md5, md5)
    assert set(file) == {
        *("comment_text", "core-metadata", "digests", "downloads", "filename", "has_sig"),
        *("md5_digest", "packagetype", "python_version", "requires_python", "size"),
        *("upload_time", "upload_time_iso_8601", "url", "yanked", "yanked_reason"),
    }
    assert (file["comment_text"], file["python_version"]) == ("by hand", "py3")
    same = {"If-None-Match": answer.headers["etag"]}
    assert httpx.get(f"{dock.url}/pypi/pypi/demo/json", headers=same).status_code == 304
    dock.set_status("pypi", "demo", "quarantined")
    assert httpx.get(f"{dock.url}/pypi/pypi/demo/json").status_code == 404


def test_the_classifiers_are_listed(dock: Dock) -> None:
    """Tools that check classifiers get PyPI's list, one a line."""
    listed = httpx.get(f"{dock.url}/pypi/pypi", params={":action": "list_classifiers"}).text
    assert "Programming Language :: Python :: 3" in listed.splitlines()
    assert httpx.get(f"{dock.url}/pypi/pypi").status_code == 404


@pytest.mark.parametrize("path", ["simple/", "simple/demo/", "pypi/demo/json"])
def test_what_is_read_takes_no_post(dock: Dock, wheel: Path, path: str) -> None:
    """Pages are for reading: another method is refused, with those that are not."""
    assert wheel.exists()
    answer = httpx.post(f"{dock.url}/pypi/{path}")
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


def test_a_page_is_kept_until_something_changes() -> None:
    """The page that was sent is sent again; after a change it is written anew, in its bounds."""
    pages = Pages(most=10)
    page = pages.keep("a", 1, b"12345")
    assert pages.get("a", 1) is page
    assert pages.get("a", 2) is None
    pages.keep("b", 1, b"1234")
    assert pages.get("a", 1) is page
    pages.keep("c", 1, b"123")
    assert (pages.get("a", 1), pages.get("b", 1)) == (page, None)
    pages.keep("d", 1, b"12345678901")
    assert [pages.get(key, 1) for key in "abcd"] == [None] * 4
