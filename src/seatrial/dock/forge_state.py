"""What the dock's forge holds: releases and their assets, in memory and on disk.

An asset is noted as ``starter`` before its bytes come and as ``uploaded`` when they are complete;
an upload that breaks off, or a server that is killed, leaves the starter behind, as on GitHub.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from seatrial.dock.storage import write_whole

NAME = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,100}")


class StoredAsset(msgspec.Struct, frozen=True, kw_only=True):
    """A file attached to a release.

    Attributes:
        id: unique in the repository.
        name: as the forge spells it.
        label: what is shown instead, or empty.
        kind: its content type.
        state: ``starter`` until its bytes are complete, then ``uploaded``.
        size: bytes.
        sha256: hexadecimal; empty for a starter.
        created: seconds since the epoch.
    """

    id: int
    name: str
    label: str
    kind: str
    state: str
    size: int
    sha256: str
    created: float


class StoredRelease(msgspec.Struct, frozen=True, kw_only=True):
    """A release.

    Attributes:
        id: unique in the repository.
        tag: the tag's name.
        target: the commit or branch that the tag will name.
        title: its title.
        notes: its text.
        draft: whether only those who may write see it.
        prerelease: whether it is marked as one.
        created: seconds since the epoch.
        published: the same; nothing for a draft.
        latest: when it was made the latest; 0 when it was not to be.
        assets: its files, the oldest first.
    """

    id: int
    tag: str
    target: str
    title: str
    notes: str
    draft: bool
    prerelease: bool
    created: float
    published: float | None = None
    latest: float = 0.0
    assets: tuple[StoredAsset, ...] = ()


class TagTaken(Exception):
    """A public release of this tag exists."""


class NameTaken(Exception):
    """An asset of this name exists."""


class Repository:
    """The releases of one repository.  Safe to use from several threads.

    Args:
        root: the dock's folder.
        owner: the repository's owner.
        name: its name.
    """

    def __init__(self, root: Path, owner: str, name: str) -> None:
        self.owner = owner
        self.name = name
        self._root = root
        self._folder = root / "forge" / owner.lower() / name.lower()
        self._lock = threading.RLock()
        self._releases: dict[int, StoredRelease] = {}
        for path in self._folder.glob("releases/*.json"):
            release = msgspec.json.decode(path.read_bytes(), type=StoredRelease)
            self._releases[release.id] = release
        self._last = max(self._ids(), default=0)

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"

    def next_id(self) -> int:
        """Give an id that nothing has."""
        with self._lock:
            self._last += 1
            return self._last

    def releases(self) -> list[StoredRelease]:
        """Give all releases, drafts too, the newest first."""
        with self._lock:
            return sorted(self._releases.values(), key=lambda release: -release.id)

    def release(self, number: int) -> StoredRelease | None:
        """Give a release by its id."""
        with self._lock:
            return self._releases.get(number)

    def keep(self, release: StoredRelease) -> StoredRelease:
        """Add a release, or put it in place of the one with its id; its assets stay as they are.

        Raises:
            TagTaken: it is public, and so is another one of its tag.
        """
        with self._lock:
            known = self._releases.get(release.id)
            if known is not None:
                release = msgspec.structs.replace(release, assets=known.assets)
            others = (other for other in self._releases.values() if other.id != release.id)
            if not release.draft and any(o.tag == release.tag and not o.draft for o in others):
                raise TagTaken
            self._write(release)
            return release

    def remove(self, release: StoredRelease) -> None:
        """Remove a release and its assets."""
        with self._lock:
            self._releases.pop(release.id, None)
            (self._folder / "releases" / f"{release.id}.json").unlink(missing_ok=True)
            for asset in release.assets:
                self.blob(asset).unlink(missing_ok=True)

    def asset(self, number: int) -> tuple[StoredRelease, StoredAsset] | None:
        """Give an asset by its id, with its release."""
        for release in self.releases():
            for asset in release.assets:
                if asset.id == number:
                    return release, asset
        return None

    def attach(self, number: int, asset: StoredAsset) -> None:
        """Add an asset to a release, or put it in place of the one with its id.

        Raises:
            NameTaken: another asset of the release has its name, be it a starter only.
            KeyError: the release is gone.
        """
        with self._lock:
            release = self._releases[number]
            others = tuple(other for other in release.assets if other.id != asset.id)
            if any(other.name == asset.name for other in others):
                raise NameTaken
            self._write(msgspec.structs.replace(release, assets=(*others, asset)))

    def detach(self, release: StoredRelease, asset: StoredAsset) -> None:
        """Remove an asset."""
        with self._lock:
            now = self._releases[release.id]
            left = tuple(other for other in now.assets if other.id != asset.id)
            self._write(msgspec.structs.replace(now, assets=left))
            self.blob(asset).unlink(missing_ok=True)

    def blob(self, asset: StoredAsset) -> Path:
        """Give the place of an asset's bytes."""
        return self._folder / "assets" / str(asset.id)

    def _ids(self) -> Iterable[int]:
        for release in self._releases.values():
            yield release.id
            for asset in release.assets:
                yield asset.id

    def _write(self, release: StoredRelease) -> None:
        path = self._folder / "releases" / f"{release.id}.json"
        write_whole(self._root, path, msgspec.json.encode(release))
        self._releases[release.id] = release


class ForgeState:
    """All repositories of the dock's forge, each made on its first use.

    Args:
        root: the dock's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._repositories: dict[tuple[str, str], Repository] = {}

    def repository(self, owner: str, name: str) -> Repository | None:
        """Give a repository; nothing for a name that none can have."""
        if not NAME.fullmatch(owner) or not NAME.fullmatch(name):
            return None
        key = (owner.lower(), name.lower())
        with self._lock:
            if key not in self._repositories:
                self._repositories[key] = Repository(self.root, owner, name)
            return self._repositories[key]
