from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from seatrial.dock.faults import parse_fault
from seatrial.dock.server import Dock
from seatrial.secret import Secret

REPO = "/repos/octocat/hello"
TOKEN = {"Authorization": "Bearer gh-token"}


@pytest.fixture
def forge(dock: Dock) -> Iterator[httpx.Client]:
    """Give a client of the forge that is logged in."""
    with httpx.Client(base_url=dock.forge_api, headers=TOKEN) as client:
        yield client


def draft(forge: httpx.Client, tag: str = "v1.0", **more: object) -> dict[str, Any]:
    """Open a draft and give it."""
    answer = forge.post(f"{REPO}/releases", json={"tag_name": tag, "draft": True, **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def attach(forge: httpx.Client, release: dict[str, Any], name: str, data: bytes) -> httpx.Response:
    """Attach bytes to a release."""
    url = release["upload_url"].partition("{")[0]
    headers = {"Content-Type": "application/octet-stream"}
    return forge.post(url, params={"name": name}, content=data, headers=headers)


def test_a_release_goes_from_draft_to_public(forge: httpx.Client) -> None:
    """A draft is found by its id and in the list, never by its tag, until it is public."""
    made = draft(forge, name="Hello 1.0", body="New", target_commitish="abc", prerelease=False)
    assert made["draft"] is True
    assert made["published_at"] is None
    assert "untagged-" in made["html_url"]
    assert forge.get(f"{REPO}/releases/tags/v1.0").status_code == 404
    assert forge.get(f"{REPO}/releases/latest").status_code == 404
    listed = forge.get(f"{REPO}/releases").json()
    assert [release["id"] for release in listed] == [made["id"]]
    public = forge.patch(f"{REPO}/releases/{made['id']}", json={"draft": False}).json()
    assert public["draft"] is False
    assert public["published_at"]
    assert public["html_url"].endswith("/releases/tag/v1.0")
    assert (public["name"], public["body"], public["target_commitish"]) == (
        "Hello 1.0",
        "New",
        "abc",
    )
    assert forge.get(f"{REPO}/releases/tags/v1.0").json()["id"] == made["id"]
    assert forge.get(f"{REPO}/releases/latest").json()["id"] == made["id"]


def test_drafts_are_seen_with_a_token_only(forge: httpx.Client, dock: Dock) -> None:
    """Without a token the list holds public releases, and a draft does not exist."""
    made = draft(forge)
    url = f"{dock.forge_api}{REPO}/releases"
    assert httpx.get(url).json() == []
    assert httpx.get(f"{url}/{made['id']}").status_code == 404


def test_two_drafts_may_have_one_tag_and_one_of_them_can_be_public(forge: httpx.Client) -> None:
    """GitHub lets drafts share a tag, and refuses the second public release of it."""
    first, second = draft(forge), draft(forge)
    assert first["id"] != second["id"]
    public = {"draft": False}
    assert forge.patch(f"{REPO}/releases/{first['id']}", json=public).status_code == 200
    refused = forge.patch(f"{REPO}/releases/{second['id']}", json=public)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"resource": "Release", "code": "already_exists", "field": "tag_name"}
    ]
    assert forge.post(f"{REPO}/releases", json={"tag_name": "v1.0"}).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"tag_name": 1}', 422),
        (b'{"tag_name": "a b"}', 422),
        (b'{"tag_name": ""}', 422),
        (b'{"tag_name": "v1", "body": "' + b"x" * 125_001 + b'"}', 422),
    ],
)
def test_a_bad_release_is_refused(forge: httpx.Client, body: bytes, status: int) -> None:
    """What GitHub would not take is refused with a message, and nothing is made."""
    answer = forge.post(f"{REPO}/releases", content=body)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert forge.get(f"{REPO}/releases").json() == []


def test_releases_come_page_by_page(forge: httpx.Client) -> None:
    """The list is cut into pages, the newest first, and the Link header leads through them."""
    for number in range(5):
        draft(forge, f"v{number}")
    seen, url, pages = [], f"{REPO}/releases?per_page=2", 0
    while url:
        answer = forge.get(url)
        seen += [release["tag_name"] for release in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
        pages += 1
    assert (seen, pages) == (["v4", "v3", "v2", "v1", "v0"], 3)


def test_an_asset_keeps_its_bytes(forge: httpx.Client, dock: Dock) -> None:
    """The forge states size and digest, gives the bytes to who asks for them, and by name."""
    made = draft(forge)
    data = bytes(range(256)) * 9000
    answer = attach(forge, made, "demo-1.0.tar.gz", data)
    assert answer.status_code == 201
    asset = answer.json()
    assert asset["digest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert (asset["state"], asset["size"], asset["name"]) == (
        "uploaded",
        len(data),
        "demo-1.0.tar.gz",
    )
    assert forge.get(asset["url"]).json() == asset
    raw = forge.get(asset["url"], headers={"Accept": "application/octet-stream"})
    assert raw.status_code == 302
    assert httpx.get(raw.headers["location"]).content == data
    assert forge.get(f"{REPO}/releases/{made['id']}").json()["assets"] == [asset]
    assert httpx.get(asset["browser_download_url"]).status_code == 404
    forge.patch(f"{REPO}/releases/{made['id']}", json={"draft": False})
    public = httpx.get(f"{dock.forge_api}{REPO}/releases/tags/v1.0").json()["assets"][0]
    assert httpx.get(public["browser_download_url"]).content == data


def test_an_asset_of_a_used_name_is_refused(forge: httpx.Client) -> None:
    """A name is given once in a release, and is free again when the asset is removed."""
    made = draft(forge)
    asset = attach(forge, made, "a.whl", b"one").json()
    refused = attach(forge, made, "a.whl", b"two")
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {
        "resource": "ReleaseAsset",
        "code": "already_exists",
        "field": "name",
    }
    assert forge.delete(asset["url"]).status_code == 204
    assert forge.get(asset["url"]).status_code == 404
    assert attach(forge, made, "a.whl", b"two").status_code == 201


@pytest.mark.parametrize(
    ("given", "spelt"), [("a b.whl", "a.b.whl"), ("../x", "x"), ("p+cu1.whl", "p+cu1.whl")]
)
def test_odd_names_are_spelt_as_github_does(forge: httpx.Client, given: str, spelt: str) -> None:
    """Characters that are not plain become dots."""
    assert attach(forge, draft(forge), given, b"x").json()["name"] == spelt


@pytest.mark.parametrize("fault", ["cut@upload-assets", "502@upload-assets"])
def test_a_broken_upload_leaves_a_starter(tmp_path: Path, fault: str) -> None:
    """An asset whose upload broke off stays as a starter that has to be removed first."""
    with (
        Dock(tmp_path / "dock", faults=[parse_fault(fault)]) as dock,
        httpx.Client(base_url=dock.forge_api, headers=TOKEN) as forge,
    ):
        made = draft(forge)
        data = b"x" * 1_000_000
        if fault.startswith("cut"):
            with pytest.raises(httpx.TransportError):
                attach(forge, made, "a.whl", data)
        else:
            assert attach(forge, made, "a.whl", data).status_code == 502
        left = forge.get(f"{REPO}/releases/{made['id']}").json()["assets"]
        assert [(asset["name"], asset["state"], asset["digest"]) for asset in left] == [
            ("a.whl", "starter", None)
        ]
        assert attach(forge, made, "a.whl", data).status_code == 422
        assert forge.delete(left[0]["url"]).status_code == 204
        assert attach(forge, made, "a.whl", data).status_code == 201


def test_a_lost_answer_leaves_the_release(tmp_path: Path) -> None:
    """With drop the draft is there although the client never heard of it."""
    with (
        Dock(tmp_path / "dock", faults=[parse_fault("drop@draft-release")]) as dock,
        httpx.Client(base_url=dock.forge_api, headers=TOKEN) as forge,
    ):
        with pytest.raises(httpx.TransportError):
            draft(forge)
        assert len(forge.get(f"{REPO}/releases").json()) == 1


@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_is_said_in_headers(tmp_path: Path, status: int) -> None:
    """A limit that is asked for comes with the headers that say when to come back."""
    with Dock(tmp_path / "dock", faults=[parse_fault(f"{status}@forge")]) as dock:
        answer = httpx.get(f"{dock.forge_api}{REPO}")
        assert answer.status_code == status
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["x-ratelimit-remaining"] == "0"
        assert httpx.get(f"{dock.forge_api}{REPO}").status_code == 200


def test_writing_needs_a_token_that_may(tmp_path: Path) -> None:
    """No token, a wrong one, and one without the right are refused as GitHub does."""
    body = {"tag_name": "v1"}
    with Dock(tmp_path / "a", forge_token=Secret("right")) as dock:
        url = f"{dock.forge_api}{REPO}/releases"
        nobody = httpx.post(url, json=body)
        assert (nobody.status_code, nobody.json()["message"]) == (401, "Requires authentication")
        wrong = httpx.post(url, json=body, headers={"Authorization": "Bearer wrong"})
        assert (wrong.status_code, wrong.json()["message"]) == (401, "Bad credentials")
        right = {"Authorization": "token right"}
        assert httpx.post(url, json=body, headers=right).status_code == 201
    with Dock(tmp_path / "b", forge_push=False) as dock:
        url = f"{dock.forge_api}{REPO}"
        assert httpx.get(url, headers=TOKEN).json()["permissions"]["push"] is False
        assert httpx.post(f"{url}/releases", json=body, headers=TOKEN).status_code == 403


def test_who_asks_is_told_what_the_token_may(forge: httpx.Client, dock: Dock) -> None:
    """The repository states the permissions of the token, and none to a stranger."""
    assert forge.get("/user").json()["login"]
    assert forge.get(REPO).json()["permissions"]["push"] is True
    assert "permissions" not in httpx.get(f"{dock.forge_api}{REPO}").json()
    assert httpx.get(f"{dock.forge_api}/user").status_code == 401


def test_a_draft_can_be_removed(forge: httpx.Client) -> None:
    """A removed release is gone with its assets."""
    made = draft(forge)
    asset = attach(forge, made, "a.whl", b"x").json()
    assert forge.delete(f"{REPO}/releases/{made['id']}").status_code == 204
    assert forge.get(f"{REPO}/releases/{made['id']}").status_code == 404
    assert forge.get(asset["url"]).status_code == 404
    assert attach(forge, made, "b.whl", b"x").status_code == 404


@pytest.mark.parametrize(
    "path", ["/repos/../x/releases", "/repos/%2e%2e/x/releases", "/repos/a/b%00/releases", "/x"]
)
def test_what_is_no_repository_is_not_found(dock: Dock, path: str) -> None:
    """A name that no repository can have is answered with 404 and makes nothing on disk."""
    assert httpx.get(f"{dock.forge_api}{path}").status_code == 404
    assert not (dock.folder / "forge").exists()
