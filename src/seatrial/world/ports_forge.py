"""The ports to where the repository lives and releases are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A built file in the run's store.

    Attributes:
        name: the file's name.
        sha256: hexadecimal.
        size: bytes.
        path: where it lies; it is never written again.
    """

    name: str
    sha256: str
    size: int
    path: Path


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """A file attached to a forge release; ``sha256`` is empty when the forge does not state it."""

    id: str
    name: str
    size: int
    sha256: str
    state: str = "uploaded"


class ForgeRelease(msgspec.Struct, frozen=True, kw_only=True):
    """A release on the forge, draft or public."""

    id: str
    tag: str
    title: str
    notes: str
    draft: bool
    prerelease: bool
    url: str
    assets: tuple[Asset, ...]


class Forge(Protocol):
    """Where the repository lives and releases are shown."""

    @property
    def name(self) -> str:
        """What a person calls it, with the repository ("GitHub octocat/hello")."""
        ...

    def check_credential(self) -> str:
        """Say where the credential comes from, after asking the forge whether it may write.

        Raises:
            CredentialMissing: there is none.
            CredentialRefused: it may not write releases here.
        """
        ...

    def releases(self, tag: str) -> Sequence[ForgeRelease]:
        """Give every release, drafts too, for a tag's name (more than one only by accident)."""
        ...

    def create_draft(self, tag: str, target: str, title: str, notes: str, *, pre: bool) -> str:
        """Open a draft and give its id.  ``target`` is the commit or branch the tag will name."""
        ...

    def upload_asset(self, release: str, file: StoredFile) -> None:
        """Attach a file, streamed.  Retrying is decided by who observes."""
        ...

    def download_asset(self, asset: Asset, to: Path) -> None:
        """Write an asset's bytes to a file."""
        ...

    def delete_asset(self, asset: Asset) -> None:
        """Remove an asset of a draft."""
        ...

    def publish(self, release: str, *, latest: bool) -> None:
        """Make a draft public."""
        ...

    def delete_draft(self, release: str) -> None:
        """Remove a draft; refuses one that is public."""
        ...
