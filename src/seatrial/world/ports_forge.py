"""The ports to where repositories live: releases, and pull requests where a forge has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

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


class LabelledPull(msgspec.Struct, frozen=True, kw_only=True):
    """A merged pull request: its number, its title, its labels."""

    number: int
    title: str
    labels: tuple[str, ...] = ()


class PullRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request, as its forge shows it.

    Attributes:
        number: its number in the repository it asks.
        title: its title.
        body: its text, Markdown.
        base: the branch it asks to change.
        head: whose branch it comes from: ``owner:branch``.
        commit: the commit that branch is at, or was at when it ended.
        state: "open", "merged", or "closed" without a merge.
        merged_as: the commit that came of the merge; empty when there was none.
        url: its page.
    """

    number: int
    title: str
    body: str
    base: str
    head: str
    commit: str
    state: Literal["open", "closed", "merged"]
    merged_as: str = ""
    url: str = ""


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What a pull request shall say.

    Attributes:
        head: whose branch it comes from: ``owner:branch``.
        base: the branch it asks to change.
        title: its title.
        body: its text, Markdown.
    """

    head: str
    base: str
    title: str
    body: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever asks may do in a repository.

    Attributes:
        push: whether branches may be pushed there.
        branch: the repository's default branch.
    """

    push: bool
    branch: str


@runtime_checkable
class PullRequests(Protocol):
    """A forge that knows pull requests; whether one does is asked with ``isinstance``."""

    @property
    def name(self) -> str:
        """What a person calls it, with the repository."""
        ...

    @property
    def owner(self) -> str:
        """The account that the repository belongs to."""
        ...

    def standing(self) -> Standing:
        """Say what the credential may do here.

        Raises:
            CredentialMissing: there is none.
            CredentialRefused: it may not even look.
        """
        ...

    def fork(self) -> str:
        """Make a copy of the repository under the account of the credential, or find it there.

        Returns:
            Its full name (``owner/name``); the copy may need a moment until it can be pushed to.
        """
        ...

    def pull_requests(self, head: str) -> Sequence[PullRequest]:
        """Give the pull requests from a branch (``owner:branch``), ended ones too, newest first."""
        ...

    def open_pull_request(self, asking: Asking) -> PullRequest:
        """Open one.  Retrying is decided by who observes."""
        ...

    def update_pull_request(self, number: int, asking: Asking) -> PullRequest:
        """Give an open one another title, text or base."""
        ...

    def refusals(self, branch: str, *, new: bool = False) -> tuple[str, ...]:
        """Say which rules of the forge would refuse a push to a branch, each a clause.

        ``new`` says that the branch is to be made.

        What the credential may not read is not told; none is no promise.
        """
        ...
