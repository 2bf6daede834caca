"""The dock's pages for people."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from seatrial.dock.arrivals import KEPT, Arrival, Arrivals
from seatrial.dock.entries import FileRecord, SeedFile
from seatrial.dock.server import Dock
from seatrial.dock.web import SHOWN_ELSEWHERE
from seatrial.indexrules.descriptions import render
from tests.dock.uploads import fields, upload
from tests.support.wheels import make_wheel

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
EVIL = (
    "</title></style></pre><script>document.title = 'RAN'</script>"
    "<img src=x onerror=\"document.title='RAN'\"><svg onload=\"document.title='RAN'\">"
    "\"' onmouseover=alert(1) <iframe srcdoc=x>{{ 7919 * 7907 }}"
)
MARKDOWN = "# Demo\n\nIt has a *page*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
FIELDS = (
    *("name", "version", "summary", "description", "author", "author_email", "maintainer"),
    *("maintainer_email", "license", "license_expression", "license_file", "keywords"),
    *("classifiers", "platform", "supported_platform", "home_page", "download_url"),
    *("project_urls", "requires_dist", "requires_python", "requires_external", "provides_dist"),
    *("provides_extra", "obsoletes_dist", "dynamic", "description_content_type", "made_up"),
)


class Page(HTMLParser):
    """What a page consists of: its tags with their attributes, in order, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data

    def attributes(self, name: str) -> list[str]:
        """Give the values that an attribute has anywhere."""
        return [given[name] or "" for _, given in self.tags if name in given]

    def count(self, tag: str) -> int:
        """Give how often a tag is there."""
        return sum(found == tag for found, _ in self.tags)


def page(url: str, status: int = 200) -> Page:
    """Load a page, which has to forbid scripts and everything that is not its own."""
    answer = httpx.get(url)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    return Page(answer.text)


def full(dock: Dock, folder: Path) -> None:
    """Upload two releases of demo: one with a description, one that is refused first."""
    url = dock.upload_url("pypi")
    first, second = make_wheel(folder), make_wheel(folder, version="1.1")
    described = {
        "description": MARKDOWN,
        "description_content_type": "text/markdown",
        "summary": "A short <line>",
        "project_urls": "Docs, https://docs.example/demo",
        "home_page": "https://home.example/",
    }
    assert upload(url, first, fields(first, **described)).status_code == 200
    form = fields(second, version="1.1")
    assert upload(url, second, form | {"sha256_digest": "0" * 64}).status_code == 400
    assert upload(url, second, form, auth=None).status_code == 403
    assert upload(url, second, form).status_code == 200


def with_evil(dock: Dock) -> None:
    """Hold a file with HTML in every field that there is, past every rule."""
    held = dock._estate.index("pypi")
    assert held is not None
    form = {field: [EVIL, f"Label, javascript:{EVIL}"] for field in FIELDS}
    form["description_content_type"] = ["text/markdown"]
    record = FileRecord(
        name=f"{'demo'}-1.0{EVIL.replace('/', '')}.whl",
        project="demo",
        version="1.0",
        filetype="bdist_wheel",
        sha256="0" * 64,
        uploaded=0.0,
        yanked=EVIL,
        form=form,
    )
    again = FileRecord(name="again", project="demo", version="0.9", filetype="sdist", sha256="")
    dock._estate.kept(held).add_seeds([record, again])
    dock._estate.arrivals.add(
        Arrival(index="pypi", file=EVIL, moment=0.0, status=400, message=EVIL)
    )


def test_the_first_page_tells_what_came_in(dock: Dock, tmp_path: Path) -> None:
    """Every upload is there with its verdict in words, the last one first."""
    assert "Nothing has been uploaded" in page(dock.url).text
    full(dock, tmp_path)
    text = page(dock.url).text
    said = ["taken", "refused, 403", "refused, 400", "taken"]
    places = [text.index(said[0]), text.index(said[1]), text.index(said[2]), text.rindex(said[3])]
    assert places == sorted(places)
    assert "4 uploads" in text
    assert "The digest supplied does not match a digest" in text


def test_a_body_that_broke_off_is_told_too(dock: Dock) -> None:
    """What was no form, and what never came to its end, is on the page as well."""
    httpx.post(dock.upload_url("pypi"), content=b"rubbish")
    assert "The body is no form that can be read." in page(dock.url).text


def test_a_project_is_shown_as_it_would_be_there(dock: Dock, tmp_path: Path) -> None:
    """Its page has files, metadata and the description, rendered by PyPI's own renderer."""
    full(dock, tmp_path)
    answer = httpx.get(f"{dock.url}/pypi/project/demo/1.0/")
    assert (render(MARKDOWN, "text/markdown") or "-") in answer.text
    shown = Page(answer.text)
    assert "A short <line>" in shown.text
    assert "demo-1.0-py3-none-any.whl" in shown.text
    assert {"https://docs.example/demo", "https://home.example/"} <= set(shown.attributes("href"))
    latest = page(f"{dock.url}/pypi/project/demo/")
    assert "The upload has no description." in latest.text
    assert "demo-1.1-py3-none-any.whl" in latest.text
    for link in (link for link in latest.attributes("href") if link.startswith(("/", dock.url))):
        assert httpx.get(httpx.URL(dock.url).join(link)).status_code == 200


@pytest.mark.parametrize("path", ["pypi/project/none/", "pypi/project/demo/9/", ".x/project/a/"])
def test_what_is_not_held_is_said(dock: Dock, tmp_path: Path, path: str) -> None:
    """A project, a release or an index that there is not is a page that says so."""
    full(dock, tmp_path)
    assert "The dock does not hold" in page(f"{dock.url}/{path}", 404).text


def test_another_spelling_is_sent_on(dock: Dock, tmp_path: Path) -> None:
    """A project has one address, under the dock's mark too."""
    full(dock, tmp_path)
    answer = httpx.get(f"{dock.url}/pypi/project/Demo/1.0.0/")
    assert answer.headers["location"] == "/pypi/project/demo/1.0/"
    marked = dock.simple_url("pypi").removesuffix("pypi/simple/")
    assert "Files" in page(f"{marked}pypi/project/demo/").text


def test_files_of_the_real_index_are_shown_as_such(dock: Dock) -> None:
    """What is known of a seeded file is told, and what is not known is not made up."""
    url = "https://files.example/demo-0.9.tar.gz"
    dock.seed("pypi", "demo", [SeedFile(name="demo-0.9.tar.gz", sha256="0" * 64, url=url)])
    shown = page(f"{dock.url}/pypi/project/demo/")
    assert "size unknown" in shown.text
    assert "on the real index" in shown.text
    assert url in shown.attributes("href")


@pytest.mark.parametrize("path", ["", "pypi/project/demo/1.0/", "pypi/project/<svg onload=x>/"])
def test_a_page_is_whole_for_those_who_hear_it(dock: Dock, tmp_path: Path, path: str) -> None:
    """One heading of the first rank, one main part, ids that are one each, labels that lead."""
    full(dock, tmp_path)
    shown = Page(httpx.get(f"{dock.url}/{path}").text)
    heading = 2 if "1.0" in path else 1  # The description has one of its own.
    assert (shown.count("h1"), shown.count("main"), shown.count("title")) == (heading, 1, 1)
    assert shown.attributes("lang") == ["en"]
    ids = shown.attributes("id")
    assert len(ids) == len(set(ids))
    labels = shown.attributes("aria-labelledby")
    assert set(labels) <= set(ids)
    assert len(labels) == len(set(labels))
    jumps = [link[1:] for link in shown.attributes("href") if link.startswith("#")]
    assert jumps[0] == "dock-main"
    assert set(jumps) <= set(ids)
    heads = [given for tag, given in shown.tags if tag == "th" and "1.0" not in path]
    assert all("scope" in given for given in heads)


@pytest.mark.parametrize("path", ["", "pypi/project/demo/1.0/", f"pypi/project/{'%3Csvg%3E'}/"])
def test_html_in_every_field_is_text(dock: Dock, path: str) -> None:
    """Whatever a field holds, the page gets no script, no handler, no frame, no foreign link."""
    with_evil(dock)
    shown = Page(httpx.get(f"{dock.url}/{path}").text)
    tags = {tag for tag, _ in shown.tags}
    assert not tags & {"script", "svg", "iframe", "object", "embed", "form", "input", "base"}
    assert not [name for _, given in shown.tags for name in given if name.startswith("on")]
    assert not [link for link in shown.attributes("href") if link.startswith("javascript")]
    assert "62615533" not in shown.text
    assert {tag for tag, given in shown.tags if "style" in given} == set()


def test_every_field_is_shown(dock: Dock) -> None:
    """A field that PyPI does not know is shown with the others: it was sent."""
    with_evil(dock)
    text = page(f"{dock.url}/pypi/project/demo/1.0/").text
    for field in set(FIELDS) - SHOWN_ELSEWHERE:
        assert field.replace("_", " ").capitalize() in text


@pytest.mark.parametrize("path", ["", "pypi/project/demo/1.0/"])
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
def test_nothing_runs_in_a_browser(dock: Dock, tmp_path: Path, path: str) -> None:
    """Chromium shows a page full of scripts, styled as ours, and runs none of them."""
    with_evil(dock)
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    options += ["--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"]
    picture = tmp_path / "page.png"
    shown = subprocess.run(
        [CHROMIUM, *options, f"--screenshot={picture}", "--dump-dom", f"{dock.url}/{path}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert "<title>RAN" not in shown
    assert "<title>The dock" in shown or "<title>demo 1.0" in shown
    assert "<script" not in shown
    asked = {seen.path for seen in dock.requests}
    assert asked == {f"/{path}"}


def test_what_came_in_is_bounded() -> None:
    """The oldest uploads are forgotten, and a message of any length is cut."""
    arrivals = Arrivals()
    for number in range(KEPT + 5):
        arrivals.add(Arrival(index="i", moment=float(number), status=400, message="x" * 10_000))
    assert (arrivals.count, len(arrivals.latest())) == (KEPT + 5, KEPT)
    assert arrivals.latest()[0].moment == KEPT + 4
    assert len(arrivals.latest()[0].message) < 2000
