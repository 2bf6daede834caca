"""A small GitHub for the tests: the few endpoints of releases, and what they do when broken."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.talker import Heard, Say, Talker

JSON = {"Content-Type": "application/json; charset=utf-8"}
BASE = "/repos/octo/demo"


class GitHubish:
    """Answers as GitHub does.

    Attributes:
        releases: by id, as the API shows them.
        contents: bytes of the assets, by id.
        page: releases a page.
        hidden: ids that the list does not show yet.
        storage: the address of another host that assets are fetched from.
        refuse: method and path → what is said instead.
    """

    def __init__(self) -> None:
        self.releases: dict[int, dict[str, Any]] = {}
        self.contents: dict[int, bytes] = {}
        self.page = 100
        self.hidden: set[int] = set()
        self.storage = ""
        self.refuse: dict[tuple[str, str], Say] = {}
        self.repository: dict[str, Any] = {"permissions": {"push": True}}
        self.headers: dict[str, str] = {}
        self.url = ""
        self._next = 1

    def __call__(self, heard: Heard) -> Say:
        """Answer one request."""
        path = urlsplit(heard.path).path
        if (heard.method, path) in self.refuse:
            return self.refuse[heard.method, path]
        if heard.headers.get("authorization") != "Bearer ghp_token":
            return say(401, {"message": "Bad credentials"})
        match path.removeprefix(BASE).strip("/").split("/"):
            case [""]:
                said = say(200, self.repository, self.headers)
            case ["releases"]:
                said = self._create(heard) if heard.method == "POST" else self._list(heard)
            case ["releases", "assets", number]:
                said = self._asset(heard, int(number))
            case ["releases", number, *more]:
                said = self._release(heard, int(number), attach=bool(more))
            case _:
                said = say(404, {"message": "Not Found"})
        return said

    def add(self, tag: str, **values: object) -> int:
        """Put a release there."""
        number, self._next = self._next, self._next + 1
        self.releases[number] = {
            "id": number,
            "tag_name": tag,
            "name": None,
            "body": None,
            "draft": True,
            "prerelease": False,
            "html_url": f"{self.url}/releases/{number}",
            "upload_url": f"{self.url}{BASE}/releases/{number}/assets{{?name,label}}",
            "assets": [],
            **values,
        }
        return number

    def attach(self, release: int, name: str, content: bytes, state: str = "uploaded") -> int:
        """Put an asset there."""
        number, self._next = self._next, self._next + 1
        self.contents[number] = content
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}" if state == "uploaded" else None
        self.releases[release]["assets"].append(
            {
                "id": number,
                "name": name,
                "size": len(content),
                "state": state,
                "digest": digest,
            }
        )
        return number

    def _list(self, heard: Heard) -> Say:
        page = int(parse_qs(urlsplit(heard.path).query).get("page", ["1"])[0])
        shown = [one for number, one in self.releases.items() if number not in self.hidden]
        end = page * self.page
        more = {"Link": f'<{self.url}{BASE}/releases?page={page + 1}>; rel="next"'}
        return say(200, shown[end - self.page : end], more if end < len(shown) else {})

    def _create(self, heard: Heard) -> Say:
        values = json.loads(heard.body)
        return say(201, self.releases[self.add(values.pop("tag_name"), **values)])

    def _release(self, heard: Heard, number: int, *, attach: bool) -> Say:
        if number not in self.releases:
            return say(404, {"message": "Not Found"})
        release = self.releases[number]
        if attach:
            name = parse_qs(urlsplit(heard.path).query)["name"][0]
            if any(asset["name"] == name for asset in release["assets"]):
                errors = [{"resource": "ReleaseAsset", "code": "already_exists", "field": "name"}]
                return say(422, {"message": "Validation Failed", "errors": errors})
            self.attach(number, name, heard.body)
            return say(201, release["assets"][-1])
        if heard.method == "DELETE":
            del self.releases[number]
            return Say(204)
        if heard.method == "PATCH":
            release.update(json.loads(heard.body))
        return say(200, release)

    def _asset(self, heard: Heard, number: int) -> Say:
        if number not in self.contents:
            return say(404, {"message": "Not Found"})
        if heard.method == "DELETE":
            del self.contents[number]
            for release in self.releases.values():
                release["assets"] = [one for one in release["assets"] if one["id"] != number]
            return Say(204)
        if self.storage:
            return Say(302, headers={"Location": f"{self.storage}/{number}?sig=secret"})
        return Say(200, self.contents[number])


def say(status: int, page: object, headers: dict[str, str] | None = None) -> Say:
    """Answer with JSON."""
    return Say(status, json.dumps(page).encode(), JSON | (headers or {}))


def serving(forge: GitHubish) -> Talker:
    """Give the server, and tell the forge its address."""
    talker = Talker(forge)
    forge.url = talker.url
    return talker
