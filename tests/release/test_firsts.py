"""Projects that the first upload makes: which, for whom, and what has to be set up for each."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.support.several import TRIO, several

WORKFLOW = """\
name: release
on: {push: {tags: ["v*"]}}
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: pytest}]
  ship:
    runs-on: ubuntu-latest
    environment: {name: pypi}
    permissions: {id-token: write}
    steps: [{run: seatrial release --yes}]
"""
ELSEWHERE = """\
on: push
jobs:
  old:
    runs-on: ubuntu-latest
    steps: [{uses: pypa/gh-action-pypi-publish@v1}]
"""
FILES = {".github/workflows/ship.yml": WORKFLOW, ".github/workflows/a.yml": ELSEWHERE}


def test_all_that_has_to_be_set_up_is_one_list(tmp_path: Path) -> None:
    """Each new name is told with the values of its pending publisher: in text, JSON and pages."""
    with several(tmp_path, files=FILES) as stage:
        done = stage.seatrial("plan", "--json")
        assert done.returncode == 0, done.stderr
        firsts = json.loads(done.stdout)["plan"]["firsts"]
        assert [(one["index"], one["package"]) for one in firsts] == [
            (index, name) for index in ("stage", "main") for name in TRIO
        ]
        publisher = {
            "kind": "github",
            "owner": "octo",
            "repository": "demo",
            "workflow": "ship.yml",
            "environment": "pypi",
        }
        assert all(one["publisher"] == publisher for one in firsts)
        shown = stage.seatrial("plan").stdout
        assert "3 projects made by the first upload" in shown
        assert [line.split() for line in shown.splitlines() if "ship.yml" in line] == [
            [name, index, "octo", "demo", "ship.yml", "pypi"]
            for index in ("stage", "main")
            for name in TRIO
        ]
        assert "one pending publisher" in shown
        kept = tmp_path / "kept"
        rehearsed = stage.seatrial("rehearse", "--keep", str(kept), "--json")
        assert rehearsed.returncode == 0, rehearsed.stderr
        assert json.loads(rehearsed.stdout)["firsts"] == firsts
        for page in ("report.html", "report.md"):
            text = (kept / page).read_text("utf-8")
            assert "3 projects made by the first upload" in text
            assert text.count("ship.yml") == len(firsts)


def test_what_the_index_knows_is_no_first_upload(tmp_path: Path) -> None:
    """After the first release nothing has to be set up any more."""
    with several(tmp_path) as stage:
        released = stage.seatrial("release", "--yes")
        assert released.returncode == 0
        assert "made by the first upload" not in released.stdout
        stage.project.git("pull", "--quiet", "--tags", "origin", "main")
        stage.project.commit("feat: more", {"packages/trio-core/even.txt": "x"})
        stage.project.push()
        done = stage.seatrial("plan", "--json")
        assert json.loads(done.stdout)["plan"]["firsts"] == []
        assert "made by the first upload" not in stage.seatrial("plan").stdout


def field(kind: int, data: bytes) -> bytes:
    """Give one field of a macaroon of format 2."""
    return bytes([kind, len(data)]) + data


def token(*caveats: str) -> str:
    """Make a token of PyPI's form; it opens nothing."""
    packed = b"\x02" + field(1, b"pypi.org") + field(2, b"an-id") + b"\x00"
    for caveat in caveats:
        packed += field(2, caveat.encode()) + b"\x00"
    packed += b"\x00" + field(6, b"s" * 32)
    return "pypi-" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


@pytest.mark.parametrize(
    "caveat",
    ['[1, ["other"]]', '[2, ["0f4c"]]', '{"version": 1, "permissions": {"projects": ["other"]}}'],
)
def test_a_token_for_other_projects_is_refused_before_anything_is_done(
    tmp_path: Path, caveat: str
) -> None:
    """It cannot make a project, and says so itself: nobody learns of it half-way."""
    with several(tmp_path, more='tag = "v{version}"') as stage:
        environ = {"SEATRIAL_TOKEN_MAIN": token(caveat)}
        release = stage.start("release", "--yes", env=environ)
        _, said = release.communicate(timeout=120)
        assert release.returncode == 4, said
        assert "trio-core, trio-bots, trio-server, on main" in " ".join(said.split())
        assert token(caveat) not in said
        assert stage.tags() == ["v1.0.0"]
        assert stage.releases() == []
        rehearsed = stage.start("rehearse", "--json", env=environ)
        page, _ = rehearsed.communicate(timeout=120)
        needs = [one["what"] for one in json.loads(page)["missing"]]
        assert "a login that may make projects on main" in needs


def test_a_token_for_the_account_may_make_projects(tmp_path: Path) -> None:
    """A user's token is not taken for a narrow one."""
    with several(tmp_path, more='tag = "v{version}"') as stage:
        environ = {"SEATRIAL_TOKEN_MAIN": token('[3, "a-user"]')}
        release = stage.start("release", "--yes", env=environ)
        _, said = release.communicate(timeout=120)
        assert release.returncode == 0, said


def test_one_publisher_for_several_new_names_is_told(tmp_path: Path) -> None:
    """An index keeps one pending publisher for one job, and so a rehearsal meets its refusal."""
    more = 'tag = "v{version}"\ntrusted-publisher = "github:octo/demo:ship.yml:pypi"'
    with several(tmp_path, more=more) as stage:
        kept = tmp_path / "kept"
        words = ("rehearse", "--keep", str(kept))
        rehearsed = stage.start(*words, env={"SEATRIAL_TOKEN_MAIN": ""})
        _, said = rehearsed.communicate(timeout=120)
        assert "Non-user identities cannot create new projects" in said
        report = json.loads((kept / "report.json").read_bytes())
        (one,) = [m for m in report["missing"] if "may make projects" in m["what"]]
        assert "one pending publisher" in one["how"]
        assert report["firsts"][0]["publisher"]["workflow"] == "ship.yml"


def test_gitlab_has_a_pipeline(tmp_path: Path) -> None:
    """The namespace may have parts, and the file is the pipeline's."""
    files = {".gitlab-ci.yml": "ship: {script: [seatrial release --yes]}\n"}
    with several(tmp_path, files=files, more='tag = "v{version}"') as stage:
        url = "https://gitlab.com/octo/tools/demo.git"
        stage.project.git("remote", "set-url", "--push", "origin", url)
        done = stage.seatrial("plan", "--json")
        assert done.returncode == 0, done.stderr
        publisher = json.loads(done.stdout)["plan"]["firsts"][0]["publisher"]
        assert publisher == {
            "kind": "gitlab",
            "owner": "octo/tools",
            "repository": "demo",
            "workflow": ".gitlab-ci.yml",
            "environment": "",
        }
