"""Labels of pull requests: the adapter against the dock, and what they decide."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest

from seatrial.dock.hosting import Hosted
from seatrial.dock.server import Dock
from seatrial.errors import (
    CannotTell,
    CredentialMissing,
    CredentialRefused,
    InvalidConfiguration,
    Unreachable,
)
from seatrial.operations.deciding import Day, changes_of, choose
from seatrial.operations.labelling import USUAL, plain
from seatrial.operations.project import Project
from seatrial.secret import Secret
from seatrial.versions.decide import Decision, Wish
from seatrial.world.credentials import Credential
from seatrial.world.forge.detect import Repository as Place
from seatrial.world.forge.githublabels import GitHubLabels
from seatrial.world.http import Http
from tests.support import openapi
from tests.support.repositories import HELLO, Repository, make_repository
from tests.support.talker import Heard, Say, Talker

TOKEN = {"Authorization": "Bearer gh-token"}
COMMIT = "a" * 40


def reader(api: str, *, token: bool = True) -> GitHubLabels:
    """Give the real adapter with another address."""

    def login() -> Credential:
        if not token:
            raise CredentialMissing("github.com")
        return Credential(username="x", password=Secret("gh-token"), origin="the test")

    return GitHubLabels(
        Place(kind="github", host="", owner="octo", name="hello"), api, login, Http()
    )


class World:
    """A repository with a dock that plays its forge."""

    def __init__(self, project: Repository, dock: Dock, log: Path) -> None:
        self.project = project
        self.log = log
        self.dock = dock
        self.http = httpx.Client(base_url=f"{dock.forge_api}/repos/octo/hello", headers=TOKEN)

    def merged(self, title: str, *labels: str, commits: tuple[str, ...] = ("Do it",)) -> str:
        """Merge a pull request with these labels and give the merge's commit."""
        branch = f"b{len(title)}-{len(labels)}"
        self.project.git("switch", "--quiet", "-c", branch, "main")
        for subject in commits:
            self.project.commit(subject)
        self.project.push()
        said = {"title": title, "head": branch, "base": "main"}
        made = self.http.post("/pulls", json=said).raise_for_status().json()
        self.http.post(f"/issues/{made['number']}/labels", json={"labels": labels})
        merge = self.http.put(f"/pulls/{made['number']}/merge", json={}).raise_for_status().json()
        self.project.git("switch", "--quiet", "main")
        self.project.git("pull", "--quiet", "--ff-only")
        return str(merge["sha"])


SETTINGS = """
[tool.seatrial.version]
source = "labels"
{more}
[tool.seatrial.forge]
kind = "github"
repository = "octo/hello"
api = "{api}"
"""


def world_with(tmp_path: Path, more: str = "") -> Iterator[World]:
    """Make one; ``more`` stands in the table of versions."""
    path = tmp_path / "hello.git"
    with Dock(tmp_path / "dock", repositories={"octo/hello": Hosted(path=str(path))}) as dock:
        settings = SETTINGS.format(api=dock.forge_api, more=more)
        files = {**HELLO, "pyproject.toml": HELLO["pyproject.toml"] + settings}
        made = make_repository(tmp_path / "hello", files, tag="v0.1.0", remote=path)
        world = World(made, dock, path.parent / "dock" / "requests.log")
        with world.http:
            yield world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Make a repository whose changes are told by the usual labels."""
    yield from world_with(tmp_path)


def messages(world: World) -> list[str]:
    """Give what tells the changes, the newest first."""
    project = Project.open(world.project.folder)
    return [subject for subject, _ in changes_of(project).messages]


def decided(world: World) -> str:
    """Give the version that comes next."""
    import datetime as dt

    project = Project.open(world.project.folder)
    outcome = choose(project, Wish(), Day(date=dt.date(2024, 1, 2), branch="main"))
    assert isinstance(outcome, Decision)
    return str(outcome.version)


@pytest.fixture(autouse=True)
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Log whoever asks in."""
    monkeypatch.setenv("GH_TOKEN", "gh-token")


def test_a_pull_request_is_found_by_each_of_its_commits(world: World) -> None:
    """Its merge and the commits of its branch name it, with labels; others name none."""
    first = world.project.head
    merge = world.merged("Say more", "Type: Enhancement", commits=("one", "two"))
    side = world.project.git("rev-list", f"{merge}^1..{merge}").split()
    found = reader(world.dock.forge_api).pulls_of([first, *side])
    assert found[first] == ()
    assert {one.number for id_ in side for one in found[id_]} == {1}
    (pull,) = found[merge]
    assert (pull.title, pull.labels) == ("Say more", ("Type: Enhancement",))
    public = reader(world.dock.forge_api, token=False).pulls_of([merge])
    assert public == {merge: (pull,)}


def test_labels_decide_and_tell(world: World) -> None:
    """A pull request is one change under its title; a commit without one tells for itself."""
    world.merged("feat(cli): never mind", "bug", commits=("feat: a", "feat!: b"))
    assert messages(world) == ["fix(cli): never mind (#1)"]
    assert decided(world) == "0.1.1"
    world.merged("Improve", "documentation", "kind/feature")
    world.merged("Without a label", commits=("fix: own words",))
    world.project.commit("fix: pushed by hand")
    assert set(messages(world)) == {
        "fix: pushed by hand",
        "fix: own words",
        "feat: Improve (#2)",
        "fix(cli): never mind (#1)",
    }
    assert decided(world) == "0.2.0"
    world.merged("Break it", "semver:major")
    assert "feat!: Break it (#4)" in messages(world)


def test_a_projects_own_labels_take_the_place_of_the_usual(tmp_path: Path) -> None:
    """With labels configured, those alone count, spelt as they are."""
    for world in world_with(tmp_path, 'labels = { "change: API" = "breaking" }'):
        world.merged("One", "bug", commits=("Do",))
        assert messages(world) == ["Do"]
        world.merged("Three", "change: API")
        assert "feat!: Three (#2)" in messages(world)


def test_each_commit_is_asked_for_once(world: World) -> None:
    """The forge is asked once for each commit of the main line, however often changes are read."""
    world.merged("Say more", "feature", commits=("one", "two", "three"))
    project = Project.open(world.project.folder)
    assert changes_of(project) == changes_of(project)
    asked = [line for line in world.log.read_text("utf-8").splitlines() if "/commits/" in line]
    assert len(asked) == 1


def test_without_a_forge_labels_cannot_be_asked(tmp_path: Path) -> None:
    """A repository on no known forge is told so, before anything is asked."""
    settings = '[tool.seatrial.version]\nsource = "labels"\n'
    files = {**HELLO, "pyproject.toml": HELLO["pyproject.toml"] + settings}
    made = make_repository(tmp_path / "r", files, tag="v0.1.0")
    made.commit("fix: more")
    project = Project.open(made.folder)
    with pytest.raises(InvalidConfiguration, match="no forge"):
        changes_of(project)


def say(status: int, body: object, headers: Mapping[str, str] | None = None) -> Say:
    """Answer with JSON."""
    content = {"Content-Type": "application/json"}
    return Say(
        status=status, headers={**content, **(headers or {})}, body=json.dumps(body).encode()
    )


@pytest.mark.parametrize(
    ("status", "body", "headers", "error"),
    [
        (403, {"message": "rate limit"}, {"X-RateLimit-Remaining": "0"}, Unreachable),
        (404, {"message": "Not Found"}, {}, CredentialRefused),
        (401, {"message": "Bad credentials"}, {}, CredentialRefused),
        (200, {"not": "a list"}, {}, CannotTell),
        (200, [{"number": "x"}], {}, CannotTell),
    ],
)
def test_an_answer_that_is_none_stops(
    status: int, body: object, headers: dict[str, str], error: type[Exception]
) -> None:
    """A limit, a refusal or another shape ends with what to do, and decides nothing."""

    def answer(_: Heard) -> Say:
        return say(status, body, headers)

    with Talker(answer) as talker, pytest.raises(error):
        reader(talker.url).pulls_of([COMMIT])


def test_what_is_not_pushed_or_not_merged_came_by_none() -> None:
    """A commit that GitHub does not know, and an open pull request, tell nothing."""
    pulls = [
        {"number": 1, "title": "Open", "labels": [{"name": "bug"}], "merged_at": None},
        {"number": 2, "title": "In", "labels": [{"name": None}], "merged_at": "2024-01-01"},
    ]

    def answer(heard: Heard) -> Say:
        if COMMIT in heard.path:
            return say(200, pulls)
        return say(422, {"message": f"No commit found for SHA: {'b' * 40}"})

    with Talker(answer) as talker:
        found = reader(talker.url).pulls_of([COMMIT, "b" * 40])
    assert [one.number for one in found[COMMIT]] == [2]
    assert found["b" * 40] == ()


@pytest.mark.parametrize(
    ("label", "known"),
    [
        ("bug", "fix"),
        ("Type: Bug", "fix"),
        ("kind/feature", "feature"),
        ("semver:major", "breaking"),
        ("Breaking Change", "breaking"),
        (":memo: documentation", "other"),
        ("good first issue", None),
    ],
)
def test_labels_are_known_in_many_spellings(label: str, known: str | None) -> None:
    """Case, a kind in front, and what joins the words do not matter."""
    assert USUAL.get(plain(label)) == known


@pytest.mark.slow
def test_the_shapes_are_those_of_github(world: World) -> None:
    """What the dock answers fits GitHub's published description."""
    merge = world.merged("Say more", "bug")
    answers = {
        "/repos/{owner}/{repo}/commits/{commit_sha}/pulls": (
            "get",
            world.http.get(f"/commits/{merge}/pulls"),
        ),
        "/repos/{owner}/{repo}/issues/{issue_number}/labels": (
            "post",
            world.http.post("/issues/1/labels", json={"labels": ["more"]}),
        ),
    }
    for path, (method, answer) in answers.items():
        schema = openapi.response(path, method, "200")
        jsonschema.Draft202012Validator(schema).validate(answer.json())
