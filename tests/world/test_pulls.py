"""The adapter for pull requests against the dock, and both against GitHub's own description."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from seatrial.dock.hosting import Hosted
from seatrial.dock.server import Dock
from seatrial.errors import Conflict, CredentialRefused
from seatrial.secret import Secret
from seatrial.world.credentials import Credential
from seatrial.world.forge.detect import Repository as Place
from seatrial.world.forge.github import GitHub
from seatrial.world.forge.githubpulls import GitHubPulls
from seatrial.world.http import Http
from seatrial.world.ports_forge import Asking, PullRequests
from tests.support import openapi
from tests.support.repositories import Repository, make_repository

ASKED = Asking(head="octo:topic", base="main", title="Say more", body="Please.\n")
TOKEN = {"Authorization": "Bearer gh-token"}
PULLS = "/repos/{owner}/{repo}/pulls"
RELEASES = "/repos/{owner}/{repo}/releases"
DRAFT = {"tag_name": "v1", "name": "One", "body": "New", "draft": True}


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """Make a repository with a branch to pull from, on its remote."""
    made = make_repository(tmp_path / "hello", remote=tmp_path / "hello.git")
    made.git("switch", "--quiet", "-c", "topic")
    made.commit("feat: say more", {"more.txt": "more\n"})
    made.push()
    return made


@pytest.fixture
def dock(tmp_path: Path, project: Repository) -> Iterator[Dock]:
    """Run a dock that knows the repository, one that may only be read, and one with rules."""
    path = str(project.remote)
    repositories = {
        "octo/hello": Hosted(path=path),
        "others/hello": Hosted(path=path, push=False, branch="trunk"),
        "octo/ruled": Hosted(rules=("pull_request", "deletion")),
        "octo/passing": Hosted(rules=("pull_request",), bypass=True),
    }
    with Dock(tmp_path / "dock", repositories=repositories) as running:
        yield running


def forge(dock: Dock, owner: str = "octo", name: str = "hello") -> GitHubPulls:
    """Give the real adapter with the dock's address."""

    def login() -> Credential:
        return Credential(username="x", password=Secret("gh-token"), origin="the test")

    place = Place(kind="github", host="", owner=owner, name=name)
    return GitHubPulls(place, dock.forge_api, login, Http())


def test_who_knows_pull_requests_is_asked(dock: Dock) -> None:
    """The ability is found by asking the forge; releases alone do not make it."""
    whole = forge(dock)
    assert isinstance(whole, PullRequests)
    bare = GitHub(whole.repository, dock.forge_api, whole._credential, Http())
    assert not isinstance(bare, PullRequests)


def test_one_is_opened_found_and_changed(dock: Dock, project: Repository) -> None:
    """It is found by its branch, from opening on, and takes another title and text."""
    github = forge(dock)
    assert github.pull_requests("octo:topic") == []
    made = github.open_pull_request(ASKED)
    assert (made.state, made.commit, made.body) == ("open", project.head, "Please.\n")
    changed = github.update_pull_request(
        made.number, msgspec.structs.replace(ASKED, title="Say much more", body="Now.\r\nOr not.")
    )
    assert changed.title == "Say much more"
    [found] = github.pull_requests("octo:topic")
    assert (found.number, found.title, found.body) == (1, "Say much more", "Now.\nOr not.")
    assert github.pull_requests("octo:other") == []


def test_a_second_one_between_the_same_branches_is_refused(dock: Dock) -> None:
    """GitHub's own sentence is what the error says."""
    github = forge(dock)
    github.open_pull_request(ASKED)
    with pytest.raises(Conflict, match="already exists for octo:topic"):
        github.open_pull_request(ASKED)


def test_one_from_no_branch_is_refused(dock: Dock) -> None:
    """A pull request comes from a branch that is there."""
    with pytest.raises(Conflict):
        forge(dock).open_pull_request(msgspec.structs.replace(ASKED, head="octo:nowhere"))


def test_the_branch_is_where_it_was_pushed_to_last(dock: Dock, project: Repository) -> None:
    """An open one shows the commit that its branch is at now."""
    github = forge(dock)
    github.open_pull_request(ASKED)
    project.commit("feat: and more")
    project.push()
    assert github.pull_requests("octo:topic")[0].commit == project.head


def test_a_merge_and_a_closing_are_told_apart(dock: Dock, project: Repository) -> None:
    """One that was closed by hand is no merged one, and a merged one names its commit."""
    github = forge(dock)
    first = github.open_pull_request(ASKED)
    with httpx.Client(base_url=f"{dock.forge_api}/repos/octo/hello", headers=TOKEN) as person:
        person.patch(f"/pulls/{first.number}", json={"state": "closed"}).raise_for_status()
        assert [one.state for one in github.pull_requests("octo:topic")] == ["closed"]
        second = github.open_pull_request(ASKED)
        person.put(f"/pulls/{second.number}/merge", json={}).raise_for_status()
    newest, oldest = github.pull_requests("octo:topic")
    assert (newest.state, oldest.state) == ("merged", "closed")
    project.git("fetch", "--quiet")
    assert newest.merged_as == project.git("rev-parse", "origin/main")
    assert project.git("log", "-1", "--format=%P", "origin/main").split()[1] == project.head


def test_rights_and_forks(dock: Dock) -> None:
    """Who may not push is told so, with the default branch, and gets a fork of their own."""
    assert forge(dock).standing().push
    standing = forge(dock, "others").standing()
    assert (standing.push, standing.branch) == (False, "trunk")
    assert forge(dock, "others").fork() == "rehearsal/hello"


def test_rules_that_refuse_a_push_are_told(dock: Dock) -> None:
    """Those that hold for the account are; others, and those that it may pass by, are not."""
    assert forge(dock, "octo", "ruled").refusals("main") == ("changes come by pull request",)
    assert forge(dock, "octo", "passing").refusals("main") == ()
    assert forge(dock).refusals("main") == ()


def test_without_a_token_nothing_is_opened(dock: Dock) -> None:
    """A request that is not logged in is refused."""
    answer = httpx.post(f"{dock.forge_api}/repos/octo/hello/pulls", json={})
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_a_text_that_is_too_long_is_refused(dock: Dock) -> None:
    """GitHub takes 65,536 characters."""
    with pytest.raises(Conflict, match="too long"):
        forge(dock).open_pull_request(msgspec.structs.replace(ASKED, body="x" * 65_537))


def test_a_repository_nobody_may_see_is_told(dock: Dock) -> None:
    """GitHub does not admit that something exists to those who may not see it."""
    with pytest.raises(CredentialRefused):
        forge(dock, "octo", "..").standing()


@pytest.mark.slow
def test_the_shapes_are_those_of_github(dock: Dock) -> None:
    """Whatever is sent and answered fits GitHub's published description of its API."""
    bodies = {
        (RELEASES, "post"): DRAFT | {"target_commitish": "main", "prerelease": False},
        (PULLS, "post"): msgspec.to_builtins(ASKED),
        (PULLS + "/{pull_number}", "patch"): {"title": "T", "body": "B", "base": "main"},
        ("/repos/{owner}/{repo}/forks", "post"): {"default_branch_only": True},
    }
    for (path, method), body in bodies.items():
        jsonschema.validate(body, openapi.request(path, method))
    with httpx.Client(base_url=dock.forge_api, headers=TOKEN) as client:
        of = "/repos/octo/hello"
        ruled = "/repos/octo/ruled"
        one = PULLS + "/{pull_number}"
        seen: list[tuple[str, str, str, httpx.Response]] = [
            (PULLS, "post", "201", client.post(f"{of}/pulls", json=bodies[PULLS, "post"])),
            (PULLS, "get", "200", client.get(f"{of}/pulls")),
            (one, "get", "200", client.get(f"{of}/pulls/1")),
            (one, "patch", "200", client.patch(f"{of}/pulls/1", json={"body": "B"})),
            (one + "/merge", "put", "200", client.put(f"{of}/pulls/1/merge", json={})),
            ("/repos/{owner}/{repo}/forks", "post", "202", client.post(f"{of}/forks", json={})),
            ("/repos/{owner}/{repo}", "get", "200", client.get(of)),
            (RELEASES, "post", "201", client.post(f"{of}/releases", json=DRAFT)),
            (RELEASES, "get", "200", client.get(f"{of}/releases")),
            (
                "/repos/{owner}/{repo}/rules/branches/{branch}",
                "get",
                "200",
                client.get(f"{ruled}/rules/branches/main"),
            ),
            (
                "/repos/{owner}/{repo}/rulesets/{ruleset_id}",
                "get",
                "200",
                client.get(f"{ruled}/rulesets/1"),
            ),
        ]
    for path, method, status, answer in seen:
        assert answer.status_code == int(status), answer.text
        _check(answer.json(), openapi.response(path, method, status))


def _check(body: Any, schema: dict[str, Any]) -> None:  # noqa: ANN401 - any JSON
    found = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in jsonschema.Draft202012Validator(schema).iter_errors(body)
    ]
    assert found == []
