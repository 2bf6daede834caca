"""Another repository's binaries: a forge's release, addresses, or a folder; only ever read.

Every archive has a SHA-256 that somebody else than the download states: the forge, a file of sums
beside it, or the configuration.  What was fetched is kept by its digest, and never fetched again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import msgspec

from seatrial.addresses import GITHUB_API
from seatrial.config.schema import WrapSettings
from seatrial.config.urls import is_open
from seatrial.errors import (
    BuildFailed,
    CannotTell,
    Conflict,
    CredentialMissing,
    CredentialRefused,
    DifferentBytes,
    SeatrialError,
    Unreachable,
)
from seatrial.plan.wraps import Ware, Wrap
from seatrial.secret import Secret
from seatrial.storage import make_folder
from seatrial.together import refuse_together
from seatrial.world.exchange import Answer, Request, bearer, shown
from seatrial.world.folders import storing
from seatrial.world.forge.githubpages import HeldRelease, release_of
from seatrial.world.http import Http
from seatrial.world.ports import Asset
from seatrial.world.resuming import counting, download_on
from seatrial.world.turns import alone

Asked = TypeVar("Asked")

NOT_FOUND = 404
BARRED = frozenset({401, 403})
LARGEST = 16 * 1024**3
"""Bytes that an archive may have where nobody says how many it has."""

LARGEST_SUMS = 1 << 20
AT_A_TIME = 4
"""Archives of a folder that are digested at a time: it leaves the interpreter's lock alone."""

NOBODY = "nobody"
_SUM = re.compile(r"(?P<digest>[0-9a-fA-F]{64})(?:[ \t]+[*]?(?P<name>.*))?")


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """Where binaries are had (:class:`seatrial.world.ports_wares.Wares`).

    Attributes:
        http: the client.
        cache: a folder for what was fetched.
        root: the repository's root; folders are named from there.
        token: gives the forge's token by the address of its API; raises CredentialMissing.
        tell: told what is fetched, in a few words.
        pause: waits for seconds.
    """

    http: Http
    cache: Path
    root: Path
    token: Callable[[str], Secret]
    tell: Callable[[str], None] = lambda _: None
    pause: Callable[[float], None] = time.sleep

    def telling(self, tell: Callable[[str], None]) -> Warehouse:
        """Give the same, with somebody who is told what is fetched, in a few words."""
        return dataclasses.replace(self, tell=tell)

    def resolve(self, asked: Wrap, settings: WrapSettings) -> Wrap:
        """Ask the source what it holds, and fill in addresses, sizes and digests.

        Args:
            asked: what the configuration asks for.
            settings: which digests it states, and which archives need none.

        Raises:
            BuildFailed: an archive is not there, or nobody states a digest of it.
            Conflict: two state different digests.
            Unreachable: no answer.
        """
        if asked.via == "forge":
            found = self._of_forge(asked, settings)
        elif asked.via == "url":
            found = self._of_addresses(asked, settings)
        else:
            found = self._of_folder(asked, settings)
        wares = _each(lambda ware: _proven(ware, settings), found.wares)
        return msgspec.structs.replace(found, wares=wares)

    def fetch(self, wrap: Wrap, ware: Ware) -> Path:
        """Give the archive, or the folder, of one platform, with the bytes that the plan states.

        Raises:
            DifferentBytes: its bytes are not those that were planned.
            Unreachable: it did not come, as often as we may ask.
            BuildFailed: it is not there any more.
            StorageFault: it cannot be kept.
        """
        if wrap.via == "folder":
            path = self.root / ware.url
            self._compare(ware, digest_of(path), "it has changed since it was planned")
            return path
        kept = self.cache / (ware.sha256 or hashlib.sha256(ware.url.encode()).hexdigest())
        path = kept / "content"
        if ware.sha256 and path.is_file() and digest_of(path) == ware.sha256:
            return path
        make_folder(kept)
        with alone(kept / "lock", ware.name, self.tell, self.pause):
            if ware.sha256 and path.is_file() and digest_of(path) == ware.sha256:
                return path
            return self._fetched(wrap, ware, path)

    def _fetched(self, wrap: Wrap, ware: Ware, path: Path) -> Path:
        if not ware.sha256:
            # Nobody could say whether the rest belongs to what an earlier try left.
            path.with_name(f"{path.name}.part").unlink(missing_ok=True)
        request = self._asking(wrap, ware)
        told = counting(self.tell, ware.name, ware.size)
        answer = download_on(self.http, request, path, told)
        if not answer.ok:
            raise _gone(ware, answer)
        digest = digest_of(path)
        if ware.sha256 and digest != ware.sha256:
            path.unlink(missing_ok=True)
        self._compare(ware, digest, "what came is not what was announced")
        return path

    def _compare(self, ware: Ware, digest: str, why: str) -> None:
        if ware.sha256 and digest != ware.sha256:
            raise DifferentBytes(
                ware.name,
                f"{why}: {ware.proof} states SHA-256 {ware.sha256[:16]}…, and its own is "
                f"{digest[:16]}…",
                doing="verifying",
                next_step="See who changed it; nothing of it was used. Then run this again.",
            )

    def _asking(self, wrap: Wrap, ware: Ware) -> Request:
        limit = ware.size or LARGEST
        if wrap.via != "forge":
            return Request(url=ware.url, limit=limit)
        headers = {"Accept": "application/octet-stream"}
        return Request(
            url=ware.url, headers=headers, limit=limit, authorization=self._authorization(ware.url)
        )

    def _authorization(self, api: str) -> Secret | None:
        """Give the token where there is one: a public release is read without."""
        try:
            return bearer(self.token(api))
        except CredentialMissing:
            return None

    def _of_forge(self, asked: Wrap, settings: WrapSettings) -> Wrap:
        where, _, tag = asked.origin.partition("@")
        name = f"GitHub {where} {tag}"
        api = (settings.api or GITHUB_API).rstrip("/")
        base = f"{api}/repos/{quote(where)}/releases"
        answer = self.http.ask(
            Request(
                url=f"{base}/tags/{quote(tag, safe='')}",
                headers={"Accept": "application/vnd.github+json"},
                authorization=self._authorization(api),
            )
        )
        if answer.status in BARRED:
            raise CredentialRefused(name, answer.sentence)
        if answer.status == NOT_FOUND:
            raise _refused(
                name,
                f"the forge shows no such release ({answer.sentence})",
                "Release the binaries first, or mend `from` and `engine-version` of [wrap]; "
                "a private repository needs a token that may read it.",
            )
        held = release_of(_read(answer, name))
        assets = {asset.name: asset for asset in held.assets if asset.state == "uploaded"}
        addresses = {one: f"{base}/assets/{quote(asset.id)}" for one, asset in assets.items()}
        wares = _each(lambda ware: self._asset(ware, assets, addresses, name), asked.wares)
        found = msgspec.structs.replace(asked, origin=name, wares=wares)
        return self._with_sums(found, settings, addresses)

    def _asset(
        self, ware: Ware, assets: Mapping[str, Asset], addresses: Mapping[str, str], release: str
    ) -> Ware:
        asset = assets.get(ware.name)
        if asset is None:
            there = ", ".join(sorted(assets)) or "no assets at all"
            raise _refused(
                f"{ware.name} of {release}",
                f"the release does not have it; it has {there}",
                "Mend `asset` of [wrap], or leave the target out until its binaries are there.",
            )
        return msgspec.structs.replace(
            ware,
            url=addresses[ware.name],
            size=asset.size,
            sha256=asset.sha256,
            proof="the forge" if asset.sha256 else "",
        )

    def _of_addresses(self, asked: Wrap, settings: WrapSettings) -> Wrap:
        # Who could change an archive on its way could change the sums as well.
        sums = {
            f"{ware.url.rpartition('/')[0]}/{name}"
            for ware in asked.wares
            if not is_open(ware.url)
            for name in (settings.sums, f"{ware.name}.sha256")
            if name
        }
        addresses = {url: url for url in sums}
        return self._with_sums(asked, settings, addresses)

    def _with_sums(self, found: Wrap, settings: WrapSettings, held: Mapping[str, str]) -> Wrap:
        """Look up in files of sums what nobody has stated yet.

        Args:
            found: what is known.
            settings: how the files of sums are called.
            held: what is there beside the archives, name or address → address.
        """
        read: dict[str, Mapping[str, str]] = {}

        def told(ware: Ware) -> Ware:
            folder = f"{ware.url.rpartition('/')[0]}/" if found.via == "url" else ""
            for name in (settings.sums, f"{ware.name}.sha256"):
                address = held.get(folder + name)
                if ware.sha256 or not name or address is None:
                    continue
                if address not in read:
                    read[address] = self._sums(found, address)
                stated = read[address]
                digest = stated.get(ware.name) or stated.get(f"./{ware.name}")
                if digest is None and name != settings.sums:
                    digest = stated.get("")
                if digest:
                    return msgspec.structs.replace(ware, sha256=digest, proof=name)
            return ware

        return msgspec.structs.replace(found, wares=tuple(map(told, found.wares)))

    def _sums(self, wrap: Wrap, address: str) -> Mapping[str, str]:
        headers = {"Accept": "application/octet-stream"} if wrap.via == "forge" else {}
        login = self._authorization(address) if wrap.via == "forge" else None
        answer = self.http.ask(
            Request(url=address, headers=headers, limit=LARGEST_SUMS, authorization=login)
        )
        if not answer.ok:
            return {}
        return read_sums(answer.body.decode("utf-8", "replace"))

    def _of_folder(self, asked: Wrap, settings: WrapSettings) -> Wrap:
        with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="digest") as pool:
            begun = [pool.submit(self._in_folder, settings, ware) for ware in asked.wares]
            wares = _each(Future.result, begun)
        return msgspec.structs.replace(asked, wares=wares)

    def _in_folder(self, settings: WrapSettings, ware: Ware) -> Ware:
        path = self.root / ware.url
        if not path.exists():
            there = ", ".join(sorted(one.name for one in path.parent.glob("*"))[:30])
            raise _refused(
                str(path),
                f"it is not there; {path.parent} holds {there or 'nothing'}",
                "Put the binaries there, or mend `from` and `asset` of [wrap].",
            )
        sums = path.parent / settings.sums
        stated = {}
        if settings.sums and path.is_file() and sums.is_file():
            with storing(sums):
                stated = read_sums(sums.read_text("utf-8", "replace"))
        digest = digest_of(path)
        size = path.stat().st_size if path.is_file() else 0
        announced = stated.get(ware.name, digest)
        proof = settings.sums if ware.name in stated else "the folder"
        planned = msgspec.structs.replace(ware, size=size, sha256=announced, proof=proof)
        self._compare(planned, digest, "it is not what was announced")
        return planned


def _each(make: Callable[[Asked], Ware], of: Iterable[Asked]) -> tuple[Ware, ...]:
    """Do the same for each archive; all that is wrong is told at once."""
    made: list[Ware] = []
    met: list[SeatrialError] = []
    for one in of:
        try:
            made.append(make(one))
        except SeatrialError as error:
            met.append(error)
    refuse_together(met)
    return tuple(made)


def _proven(ware: Ware, settings: WrapSettings) -> Ware:
    """Compare with what the configuration states; refuse what nobody vouches for."""
    pinned = settings.digests.get(ware.name, "").removeprefix("sha256:").lower()
    if pinned and ware.sha256 and pinned != ware.sha256:
        raise DifferentBytes(
            ware.name,
            f"the configuration states SHA-256 {pinned[:16]}…, and {ware.proof} "
            f"{ware.sha256[:16]}…",
            doing="comparing the digests of",
            next_step="See who changed the archive, before you change the configuration.",
        )
    if pinned:
        return msgspec.structs.replace(ware, sha256=pinned, proof="the configuration")
    if ware.sha256:
        return ware
    if ware.name in settings.unverified:
        return msgspec.structs.replace(ware, proof=NOBODY)
    said = f"nor {settings.sums} beside it"
    if is_open(ware.url):
        said = "nor anything beside it that could be believed, for its address is not encrypted"
    raise _refused(
        ware.name,
        f"nobody states its SHA-256: neither its source, {said}, nor the configuration",
        "Pin it in [wrap.digests], or name it in `unverified` of [wrap] to take whatever comes.",
    )


def read_sums(text: str) -> dict[str, str]:
    """Read what sha256sum writes: a digest and a name a line; a digest alone has the name "".

    Args:
        text: the file.
    """
    lines: Iterator[re.Match[str]] = (
        found for line in text.splitlines() if (found := _SUM.fullmatch(line.strip()))
    )
    return {(found["name"] or "").strip(): found["digest"].lower() for found in lines}


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, or one of all files of a folder with their paths.

    Raises:
        StorageFault: it cannot be read.
    """
    from seatrial.artifacts.supplies import files_in

    with storing(path):
        if path.is_file():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        whole = hashlib.sha256()
        for one in files_in(path):
            with one.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            whole.update(f"{digest}  {one.relative_to(path).as_posix()}\n".encode())
        return whole.hexdigest()


def _read(answer: Answer, name: str) -> HeldRelease:
    if answer.passing:
        raise Unreachable(name, answer.sentence)
    if not answer.ok:
        raise Conflict(name, answer.sentence, doing="looking at")
    try:
        return msgspec.json.decode(answer.body, type=HeldRelease)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CannotTell(name, f"its answer cannot be read: {error}") from error


def _gone(ware: Ware, answer: Answer) -> BuildFailed:
    return _refused(
        f"{ware.name} ({shown(ware.url)})",
        f"it cannot be fetched: {answer.sentence}",
        "See that the address is right, and that the archive is there.",
    )


def _refused(thing: str, said: str, next_step: str) -> BuildFailed:
    return BuildFailed(thing, said, doing="looking for", next_step=next_step)
