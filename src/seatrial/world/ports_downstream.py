"""The port to repositories downstream: others that name the versions of this one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import msgspec

from seatrial.plan.downstream_values import Order, Source
from seatrial.world.ports_forge import PullRequests


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """A branch on a remote: the commit that it is at, and that commit's whole message."""

    commit: str
    message: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A commit made for a repository downstream, and how it differs from what is there."""

    commit: str
    diff: str


class Downstream(Protocol):
    """One repository downstream: cloned shallowly, edited, committed to, pushed to a branch."""

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        ...

    @property
    def owner(self) -> str:
        """The account that it belongs to; empty where it lies on no known forge."""
        ...

    @property
    def pulls(self) -> PullRequests | None:
        """Its pull requests; nothing where it lies on no known forge."""
        ...

    def base(self, branch: str) -> str:
        """Give the branch that shall change: the one named, or the default one.

        Raises:
            DownstreamDiffers: there is no such branch.
            Unreachable: no answer.
        """
        ...

    def pushed(self, fork: str, branch: str) -> Pushed | None:
        """Look at a branch, of a fork (``owner/name``) or of the repository itself (empty).

        Raises:
            Unreachable: no answer.
        """
        ...

    def is_done(self, base: str, order: Order) -> bool:
        """Say whether a branch states the release already.

        Raises:
            DownstreamDiffers: an edit does not fit.
            Unreachable: no answer.
        """
        ...

    def checkout(self, base: str, head: str) -> Path:
        """Clone a branch shallowly into a new folder, with a branch to work on checked out.

        Raises:
            Unreachable: no answer.
        """
        ...

    def resources(self, file: Path) -> tuple[Source, ...]:
        """Give the sdists of all that a built file requires, for recipes that list them.

        Raises:
            DownstreamDiffers: it cannot be resolved.
            Unreachable: no answer.
        """
        ...

    def edit(self, folder: Path, order: Order) -> None:
        """Make the edits in a checkout.

        Raises:
            DownstreamDiffers: an edit fits no place, or more than one.
        """
        ...

    def commit(self, folder: Path, message: str, when: int) -> Change | None:
        """Commit all that has changed in a checkout; nothing where nothing has.

        Args:
            folder: the checkout.
            message: of the commit.
            when: author and committer time, seconds since the epoch.
        """
        ...

    def push(self, fork: str, branch: str, change: Change, expected: str) -> None:
        """Push a commit to a branch that is at ``expected``, or is not there where that is empty.

        Raises:
            BranchMoved: it is elsewhere by now.
            PushRefused: the remote refused.
            Unreachable: no answer.
        """
        ...
