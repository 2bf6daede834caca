from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.errors import (
    CannotTell,
    CannotUndo,
    Conflict,
    CredentialRefused,
    SeatrialError,
    StorageFault,
    Unreachable,
    UploadRefused,
)
from seatrial.secret import Secret
from seatrial.world.credentials import Credential
from seatrial.world.forge.detect import Repository
from seatrial.world.forge.github import GitHub
from seatrial.world.http import Http
from seatrial.world.ports import Asset, Forge, StoredFile
from tests.support.talker import Say, Talker, in_turn
from tests.world.githubish import BASE, GitHubish, say, serving

REPOSITORY = Repository(kind="github", host="github.com", owner="octo", name="demo")
TOKEN = "ghp_token"


def login() -> Credential:
    """Give a token that needs no looking up."""
    return Credential(username="__token__", password=Secret(TOKEN), origin="$GH_TOKEN")


@pytest.fixture
def forge() -> GitHubish:
    """Make a small GitHub."""
    return GitHubish()


@pytest.fixture
def talker(forge: GitHubish) -> Iterator[Talker]:
    """Serve it."""
    with serving(forge) as running:
        yield running


@pytest.fixture
def github(talker: Talker) -> GitHub:
    """Give the adapter, with a client that does not wait."""
    return GitHub(REPOSITORY, talker.url, login, Http(environ={}, wait=lambda _: None, attempts=2))


def stored(folder: Path, name: str, content: bytes) -> StoredFile:
    """Give a file as the store would."""
    path = folder / name
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return StoredFile(name=name, sha256=digest, size=len(content), path=path)


def test_a_release_from_draft_to_public(github: Forge, forge: GitHubish, tmp_path: Path) -> None:
    """A draft is opened, filled, read back, and made public; nothing is there before."""
    assert github.releases("v1") == ()
    number = github.create_draft("v1", "abc", "One", "Notes\n", pre=False)
    file = stored(tmp_path, "demo-1.0+local-py3-none-any.whl", b"wheel" * 50_000)
    github.upload_asset(number, file)
    (draft,) = github.releases("v1")
    assert (draft.id, draft.tag, draft.title, draft.notes) == (number, "v1", "One", "Notes\n")
    assert (draft.draft, draft.prerelease) == (True, False)
    (asset,) = draft.assets
    assert (asset.name, asset.size, asset.sha256) == (file.name, file.size, file.sha256)
    github.download_asset(asset, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.path.read_bytes()
    github.publish(number, latest=True)
    assert github.releases("v1")[0].draft is False
    assert forge.releases[1]["make_latest"] == "true"
    assert forge.releases[1]["target_commitish"] == "abc"


def test_every_request_states_the_version(github: GitHub, talker: Talker) -> None:
    """The API's version and media type go with each request."""
    github.releases("v1")
    assert talker.heard[0].headers["x-github-api-version"] == "2022-11-28"
    assert talker.heard[0].headers["accept"] == "application/vnd.github+json"


def test_all_pages_are_read(github: GitHub, forge: GitHubish, talker: Talker) -> None:
    """Drafts of a tag are found on the last page too, and more than one of them."""
    forge.page = 2
    numbers = [forge.add(tag) for tag in ("v0", "v1", "v2", "v3", "v1")]
    found = github.releases("v1")
    assert [release.id for release in found] == [str(numbers[1]), str(numbers[4])]
    assert len(talker.heard) == 3


def test_a_list_that_leads_elsewhere_is_not_followed(github: GitHub, talker: Talker) -> None:
    """The token never goes to a host that an answer names."""
    talker.script = in_turn(say(200, [], {"Link": '<https://evil.example/?page=2>; rel="next"'}))
    with pytest.raises(CannotTell, match=r"evil\.example"):
        github.releases("v1")


def test_a_new_draft_is_found_before_the_list_shows_it(github: GitHub, forge: GitHubish) -> None:
    """The list may lag behind: what was made here is asked for by its id."""
    number = github.create_draft("v1", "abc", "", "", pre=True)
    forge.hidden.add(int(number))
    assert [release.id for release in github.releases("v1")] == [number]
    github.delete_draft(number)
    assert github.releases("v1") == ()


def test_what_a_broken_upload_left_is_replaced(
    github: GitHub, forge: GitHubish, tmp_path: Path
) -> None:
    """An asset in the state ``starter`` is removed before the file is sent again."""
    number = forge.add("v1")
    forge.attach(number, "a.whl", b"", state="starter")
    forge.attach(number, "b.whl", b"other")
    assert [asset.state for asset in github.releases("v1")[0].assets] == ["starter", "uploaded"]
    github.upload_asset(str(number), stored(tmp_path, "a.whl", b"whole"))
    assets = {asset.name: asset for asset in github.releases("v1")[0].assets}
    assert (assets["a.whl"].state, assets["a.whl"].size, len(assets)) == ("uploaded", 5, 2)


def test_an_asset_that_is_there_is_not_replaced(
    github: GitHub, forge: GitHubish, tmp_path: Path
) -> None:
    """A whole asset of the same name is refused, in GitHub's words."""
    number = forge.add("v1")
    forge.attach(number, "a.whl", b"old")
    with pytest.raises(UploadRefused, match="Validation Failed; name already_exists"):
        github.upload_asset(str(number), stored(tmp_path, "a.whl", b"new"))
    assert forge.contents[2] == b"old"


def test_an_upload_goes_to_known_hosts_only(
    github: GitHub, forge: GitHubish, tmp_path: Path
) -> None:
    """An upload address on another host is not used."""
    number = forge.add("v1", upload_url="https://evil.example/assets{?name,label}")
    with pytest.raises(CannotTell, match=r"evil\.example"):
        github.upload_asset(str(number), stored(tmp_path, "a.whl", b"new"))


def test_an_old_asset_states_no_digest(github: GitHub, forge: GitHubish) -> None:
    """A missing digest is empty, not a fault."""
    number = forge.add("v1")
    forge.attach(number, "a.whl", b"old")
    forge.releases[number]["assets"][0]["digest"] = None
    assert github.releases("v1")[0].assets[0].sha256 == ""


def test_the_token_does_not_go_to_the_storage(
    github: GitHub, forge: GitHubish, tmp_path: Path
) -> None:
    """An asset is fetched from another host without the token; its signed address is not shown."""
    number = forge.add("v1")
    forge.attach(number, "a.whl", b"content")
    (asset,) = github.releases("v1")[0].assets
    with Talker(in_turn(Say(200, b"content"), Say(503))) as storage:
        forge.storage = storage.url
        github.download_asset(asset, tmp_path / "a.whl")
        assert "authorization" not in storage.heard[0].headers
        with pytest.raises(Unreachable) as caught:
            github.download_asset(asset, tmp_path / "b.whl")
    assert "secret" not in f"{caught.value!r}"
    assert [path.name for path in tmp_path.iterdir()] == ["a.whl"]


def test_a_longer_asset_than_stated_is_not_taken(
    github: GitHub, forge: GitHubish, tmp_path: Path
) -> None:
    """A download ends at the size that the forge states."""
    number = forge.add("v1")
    forge.attach(number, "a.whl", b"content")
    asset = Asset(id="2", name="a.whl", size=3, sha256="")
    with pytest.raises(Unreachable, match="longer than 3 bytes"):
        github.download_asset(asset, tmp_path / "a.whl")


def test_removing_is_quiet_when_nothing_is_there(github: GitHub, forge: GitHubish) -> None:
    """Assets and drafts that are gone are removed."""
    number = forge.add("v1")
    asset = forge.attach(number, "a.whl", b"x")
    for _ in range(2):
        github.delete_asset(Asset(id=str(asset), name="a.whl", size=1, sha256=""))
        github.delete_draft(str(number) if not forge.contents else "0")
    github.delete_draft(str(number))
    assert (forge.releases, forge.contents) == ({}, {})


def test_a_public_release_is_not_removed(github: GitHub, forge: GitHubish) -> None:
    """Undoing stops at what others may have seen."""
    number = forge.add("v1", draft=False)
    with pytest.raises(CannotUndo, match="it is public"):
        github.delete_draft(str(number))
    assert number in forge.releases


def test_a_prerelease_is_never_latest(github: GitHub, forge: GitHubish) -> None:
    """GitHub refuses a pre-release as the latest one, so it is not asked."""
    number = forge.add("v1rc1", prerelease=True)
    github.publish(str(number), latest=True)
    assert forge.releases[number]["make_latest"] == "false"


@pytest.mark.parametrize(
    ("repository", "headers", "said"),
    [
        ({"permissions": {"push": False}}, {}, "not write"),
        ({"permissions": {"push": True}, "archived": True}, {}, "archived"),
        ({}, {"X-OAuth-Scopes": "gist, read:org"}, "lacks the scope repo"),
    ],
)
def test_a_token_that_may_not_write_is_refused_beforehand(
    github: GitHub,
    forge: GitHubish,
    repository: dict[str, object],
    headers: dict[str, str],
    said: str,
) -> None:
    """The right to write is asked for before anything is done, and nothing is changed by asking."""
    assert github.check_credential() == "$GH_TOKEN"
    forge.headers = {"X-OAuth-Scopes": "repo, gist"}
    assert github.check_credential() == "$GH_TOKEN"
    forge.repository, forge.headers = repository, headers
    with pytest.raises(CredentialRefused, match=said):
        github.check_credential()


REFUSALS = [
    (say(401, {"message": f"Bad credentials {TOKEN}"}), CredentialRefused, r"credentials \*\*\*"),
    (say(403, {"message": "Resource not accessible"}), CredentialRefused, "not accessible"),
    (say(404, {"message": "Not Found"}), CredentialRefused, "may not see it"),
    (say(403, {"message": "secondary"}, {"Retry-After": "3600"}), Unreachable, "secondary"),
    (say(403, {"message": "limit"}, {"X-RateLimit-Remaining": "0"}), Unreachable, "limit"),
    (say(429, {"message": "slow down"}), Unreachable, "slow down"),
    (say(502, {"message": "Server Error"}), Unreachable, "Server Error"),
    (say(422, {"message": "Validation Failed"}), Conflict, "Validation Failed"),
    (Say(307, headers={"Location": "/repositories/1"}), Conflict, "it has moved"),
    (Say(201, b"<html>"), CannotTell, "cannot be read"),
]


@pytest.mark.parametrize(("said", "error", "words"), REFUSALS)
def test_a_refusal_is_judged_by_its_status(
    github: GitHub, forge: GitHubish, said: Say, error: type[SeatrialError], words: str
) -> None:
    """Each status has one meaning, also when it comes to a write; the token is never shown."""
    forge.refuse["POST", f"{BASE}/releases"] = said
    with pytest.raises(error, match=words) as caught:
        github.create_draft("v1", "abc", "t", "n", pre=False)
    assert TOKEN not in f"{caught.value!r}{caught.value}"


def test_what_vanished_meanwhile_is_told(github: GitHub, tmp_path: Path) -> None:
    """A release or an asset that someone removed is told as such."""
    file = stored(tmp_path, "a.whl", b"x")
    with pytest.raises(Conflict, match="the release 7 is gone"):
        github.upload_asset("7", file)
    with pytest.raises(Conflict, match="the release 7 is gone"):
        github.publish("7", latest=True)
    asset = Asset(id="7", name="a.whl", size=1, sha256="")
    with pytest.raises(CredentialRefused):
        github.download_asset(asset, tmp_path / "b")


def test_a_file_that_vanished_is_no_fault_of_the_forge(
    github: GitHub, forge: GitHubish, tmp_path: Path
) -> None:
    """The file's own fault is told, not a cut connection."""
    number = forge.add("v1")
    file = stored(tmp_path, "a.whl", b"x")
    file.path.unlink()
    with pytest.raises(StorageFault, match="No such file"):
        github.upload_asset(str(number), file)
