"""GitHub's releases over its REST API (version 2022-11-28)."""

from __future__ import annotations

import http as codes
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from seatrial.errors import (
    CannotTell,
    CannotUndo,
    Conflict,
    CredentialRefused,
    Unreachable,
    UploadRefused,
)
from seatrial.secret import Redactor
from seatrial.world.bodies import FileBody, JsonBody
from seatrial.world.credentials import Credential
from seatrial.world.exchange import REDIRECTS, Answer, Request, bearer, origin, shown
from seatrial.world.forge.detect import Repository
from seatrial.world.forge.githubpages import (
    HeldAsset,
    HeldRelease,
    HeldRepository,
    may_write,
    next_page,
    release_of,
)
from seatrial.world.http import Http
from seatrial.world.ports import Asset, ForgeRelease, StoredFile

VERSION = "2022-11-28"
UPLOAD_PATIENCE = 300.0
MOST_PAGES = 100
"""GitHub lists at most 10,000 releases, a hundred a page."""

T = TypeVar("T")


class GitHub:
    """The releases of one repository on GitHub, or on a server that speaks like it.

    Args:
        repository: which one.
        api: the address of the REST API.
        credential: finds the token at the moment of use.
        http: the client.
        uploads: the address of the uploads' host; the API's own when absent, where ``api.`` in
            front becomes ``uploads.``.
    """

    def __init__(
        self,
        repository: Repository,
        api: str,
        credential: Callable[[], Credential],
        http: Http,
        uploads: str = "",
    ) -> None:
        self.repository = repository
        self._api = api.rstrip("/")
        self._base = f"{self._api}/repos/{quote(repository.owner)}/{quote(repository.name)}"
        self._uploads = uploads or self._api.replace("//api.", "//uploads.", 1)
        self._credential = credential
        self._http = http
        self._made: set[int] = set()

    @property
    def name(self) -> str:
        """What a person calls it, with the repository."""
        return f"GitHub {self.repository.full_name}"

    def check_credential(self) -> str:
        """Say where the token comes from, after asking whether it may write here.

        A fine-grained token's own permissions cannot be asked for: of those, only the right of the
        person behind it is known beforehand.

        Raises:
            CredentialMissing: there is none.
            CredentialRefused: it may not write releases here.
            Unreachable: no answer.
        """
        login = self._credential()
        answer = self._send(Request(url=self._base), login)
        page = self._read(answer, HeldRepository, "looking at", login)
        reason = ""
        if page.archived:
            reason = "the repository is archived: nothing can be written to it"
        elif page.permissions is not None and not page.permissions.push:
            reason = "it may read this repository, and not write to it"
        elif not may_write(answer.headers.get("x-oauth-scopes")):
            reason = f"it lacks the scope repo: it has {answer.headers['x-oauth-scopes']}"
        if reason:
            raise CredentialRefused(self.name, f"{reason}. The token came from {login.origin}.")
        return login.origin

    def releases(self, tag: str) -> Sequence[ForgeRelease]:
        """Give every release for a tag's name, drafts too.

        All pages are read: the endpoint for one tag does not show drafts.  A draft that was made
        here is asked for by its id as well, because the list may lag behind.

        Raises:
            Unreachable: no answer, or too many requests.
            CredentialRefused: the token is not accepted.
            CannotTell: the answer cannot be read.
        """
        login = self._credential()
        found = {one.id: one for one in self._all_releases(login)}
        for number in sorted(self._made - found.keys()):
            one = self._release(str(number), login)
            if one is not None:
                found[number] = one
        return tuple(release_of(one) for one in found.values() if one.tag_name == tag)

    def create_draft(self, tag: str, target: str, title: str, notes: str, *, pre: bool) -> str:
        """Open a draft and give its id.

        Args:
            tag: the tag's name; the tag need not be there yet.
            target: the commit or branch that the tag will name.
            title: the release's title.
            notes: its text, Markdown.
            pre: whether it is a pre-release.

        Raises:
            Unreachable: no answer; the draft may be there all the same.
            CredentialRefused: the token may not do this.
            Conflict: GitHub refused it.
        """
        login = self._credential()
        values = {
            "tag_name": tag,
            "target_commitish": target,
            "name": title,
            "body": notes,
            "draft": True,
            "prerelease": pre,
        }
        answer = self._send(writing("POST", f"{self._base}/releases", values), login)
        made = self._read(answer, HeldRelease, "drafting a release on", login)
        self._made.add(made.id)
        return str(made.id)

    def upload_asset(self, release: str, file: StoredFile) -> None:
        """Attach a file, streamed, in one attempt.

        What a broken upload left under the name (an asset in the state ``starter``) is removed
        first: GitHub takes no second asset of a name.

        Raises:
            Unreachable: no answer; the file may be there all the same.
            CredentialRefused: the token may not do this.
            UploadRefused: GitHub refused it.
            Conflict: the release is gone.
        """
        login = self._credential()
        held = self._held(release, login, f"attaching {file.name} to")
        for asset in held.assets:
            if asset.name == file.name and asset.state != "uploaded":
                self._delete(f"releases/assets/{asset.id}", login)
        address = re.sub(r"\{[^}]*\}$", "", held.upload_url)
        if origin(address) not in {origin(self._uploads), origin(self._api)}:
            raise CannotTell(
                self.name, f"it wants files sent to {shown(address)}, which is not its own host"
            )
        request = Request(
            method="POST",
            url=f"{address}?{urlencode({'name': file.name})}",
            headers={"Content-Type": "application/octet-stream"},
            body=FileBody(path=file.path, length=file.size),
            patience=UPLOAD_PATIENCE,
        )
        answer = self._send(request, login)
        if answer.status in {
            codes.HTTPStatus.UNPROCESSABLE_ENTITY,
            codes.HTTPStatus.CONFLICT,
            codes.HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            codes.HTTPStatus.BAD_REQUEST,
        }:
            raise UploadRefused(f"{file.name} to {self.name}", _without(login, answer.sentence))
        self._read(answer, HeldAsset, f"attaching {file.name} to", login)

    def download_asset(self, asset: Asset, to: Path) -> None:
        """Write an asset's bytes to a file; the token does not go to the host they lie on.

        Raises:
            Unreachable: no whole answer.
            CredentialRefused: the token may not do this.
            Conflict: it is gone.
            StorageFault: the file cannot be written.
        """
        login = self._credential()
        request = Request(
            url=f"{self._base}/releases/assets/{quote(asset.id)}",
            headers={"Accept": "application/octet-stream", "X-GitHub-Api-Version": VERSION},
            authorization=bearer(login.password),
            limit=asset.size,
        )
        answer = self._http.download(request, to)
        if answer.status != codes.HTTPStatus.OK:
            self._refuse(answer, f"fetching {asset.name} from", login)

    def delete_asset(self, asset: Asset) -> None:
        """Remove an asset; quiet when it is gone.

        Raises:
            Unreachable: no answer.
            CredentialRefused: the token may not do this.
        """
        self._delete(f"releases/assets/{quote(asset.id)}", self._credential())

    def publish(self, release: str, *, latest: bool) -> None:
        """Make a draft public.

        Args:
            release: its id.
            latest: whether it becomes the one called latest; a pre-release never does.

        Raises:
            Unreachable: no answer; it may be public all the same.
            CredentialRefused: the token may not do this.
            Conflict: GitHub refused it, or it is gone.
        """
        login = self._credential()
        held = self._held(release, login, "publishing a release on")
        values = {
            "draft": False,
            "make_latest": "true" if latest and not held.prerelease else "false",
        }
        answer = self._send(writing("PATCH", self._address(release), values), login)
        self._read(answer, HeldRelease, "publishing a release on", login)

    def delete_draft(self, release: str) -> None:
        """Remove a draft; quiet when it is gone.

        Raises:
            CannotUndo: it is public.
            Unreachable: no answer.
            CredentialRefused: the token may not do this.
        """
        login = self._credential()
        held = self._release(release, login)
        if held is None:
            return
        if not held.draft:
            raise CannotUndo(f"the release {held.tag_name} on {self.name}", "it is public")
        self._delete(f"releases/{quote(release)}", login)
        self._made.discard(held.id)

    def _address(self, release: str) -> str:
        return f"{self._base}/releases/{quote(release)}"

    def _all_releases(self, login: Credential) -> Iterator[HeldRelease]:
        url = f"{self._base}/releases?per_page=100"
        doing = "listing the releases of"
        for page in self._pages(url, tuple[HeldRelease, ...], doing, login):
            yield from page

    def _pages(self, url: str, kind: type[T], doing: str, login: Credential) -> Iterator[T]:
        """Give the pages of a list, from the first on."""
        for _ in range(MOST_PAGES):
            answer = self._send(Request(url=url), login)
            yield self._read(answer, kind, doing, login)
            url = next_page(answer)
            if not url:
                return
            if origin(url) != origin(self._api):
                raise CannotTell(self.name, f"a list goes on at {shown(url)}", doing=doing)

    def _release(self, release: str, login: Credential) -> HeldRelease | None:
        answer = self._send(Request(url=self._address(release)), login)
        if answer.status == codes.HTTPStatus.NOT_FOUND:
            return None
        return self._read(answer, HeldRelease, "looking at a release on", login)

    def _held(self, release: str, login: Credential, doing: str) -> HeldRelease:
        held = self._release(release, login)
        if held is None:
            raise Conflict(
                self.name,
                f"the release {release} is gone",
                doing=doing,
                next_step="See who removed the draft, then run this again.",
            )
        return held

    def _delete(self, path: str, login: Credential) -> None:
        answer = self._send(Request(method="DELETE", url=f"{self._base}/{path}"), login)
        if not answer.ok and answer.status != codes.HTTPStatus.NOT_FOUND:
            self._refuse(answer, "removing from", login)

    def _send(self, request: Request, login: Credential) -> Answer:
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": VERSION,
            **request.headers,
        }
        token = bearer(login.password) if login.username else None
        return self._http.ask(
            msgspec.structs.replace(request, headers=headers, authorization=token)
        )

    def _read(self, answer: Answer, kind: type[T], doing: str, login: Credential) -> T:
        if not answer.ok:
            self._refuse(answer, doing, login)
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CannotTell(self.name, f"its answer cannot be read: {error}") from error

    def _refuse(self, answer: Answer, doing: str, login: Credential) -> None:
        """Raise what a refusal means, by its status and headers."""
        said = _without(login, answer.sentence)
        barred = answer.status == codes.HTTPStatus.FORBIDDEN
        if answer.passing or (barred and answer.headers.get("x-ratelimit-remaining") == "0"):
            raise Unreachable(self.name, said, doing=doing)
        if barred or answer.status == codes.HTTPStatus.UNAUTHORIZED:
            raise CredentialRefused(self.name, f"{said}. The token came from {login.origin}.")
        if answer.status == codes.HTTPStatus.NOT_FOUND:
            # GitHub does not admit that something exists to those who may not see it.
            raise CredentialRefused(
                self.name,
                f"{said}: it is not there, or the token from {login.origin} may not see it",
                doing=doing,
                next_step="See whether the repository's name is right and the token may write its"
                " contents, then run this again.",
            )
        if answer.status in REDIRECTS:
            raise Conflict(
                self.name,
                "it has moved",
                doing=doing,
                next_step="Set the remote's address to the repository's new name.",
            )
        raise Conflict(
            self.name,
            said,
            doing=doing,
            next_step="Change what it refuses, then run this again; or seatrial undo.",
        )


def writing(method: str, url: str, values: dict[str, Any]) -> Request:
    """Give a request that carries JSON."""
    body = JsonBody(data=msgspec.json.encode(values))
    return Request(method=method, url=url, headers={"Content-Type": "application/json"}, body=body)


def _without(login: Credential, said: str) -> str:
    return Redactor(login.password).clean(said.encode()).decode()
