"""The port to a forge's CI: what it built from a commit.  It is only ever read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from seatrial.plan.collects import Bundle, Collection

SUCCESS = "success"


class CiArtifact(msgspec.Struct, frozen=True, kw_only=True):
    """Files that a run left behind, in one ZIP archive.

    Attributes:
        id: its id on the forge.
        name: what the workflow calls it.
        size: bytes of the archive.
        sha256: of the archive, hexadecimal; empty where the forge does not state it.
        expired: whether the forge has thrown it away.
    """

    id: str
    name: str
    size: int
    sha256: str = ""
    expired: bool = False


class CiRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a workflow.

    Attributes:
        id: its id on the forge.
        workflow: the workflow's file name ("build.yml"), or what it is called.
        commit: the commit that it ran on, in full.
        outcome: "success", another word for how it ended, or empty while it runs.
        page: the address of its page.
    """

    id: str
    workflow: str
    commit: str
    outcome: str
    page: str = ""


class Ci(Protocol):
    """Which runs there were of a commit, and what they left."""

    @property
    def name(self) -> str:
        """What a person calls it, with the repository."""
        ...

    def runs(self, commit: str) -> Sequence[CiRun]:
        """Give the runs of a commit, the newest first.

        Raises:
            Unreachable: no answer.
            CredentialMissing, CredentialRefused: it wants a token.
        """
        ...

    def artifacts(self, run: str) -> Sequence[CiArtifact]:
        """Give what a run left behind; raises what :meth:`runs` raises."""
        ...

    def fetch(self, artifact: str, size: int, to: Path, told: Callable[[int], None] = ...) -> None:
        """Write an artifact's archive to a file, and go on with a part that lies there.

        Raises:
            Unreachable: no whole answer, as often as we may ask.
            Conflict: it is gone.
            StorageFault: the file cannot be written.
        """
        ...

    def names(self, artifact: str) -> tuple[str, ...] | None:
        """Give the names of the files in an archive; nothing where they are not seen from afar."""
        ...


class Collected(Protocol):
    """Where files are had that were built elsewhere."""

    def telling(self, tell: Callable[[str], None]) -> Collected:
        """Give the same, with somebody who is told what is fetched, in a few words."""
        ...

    def fetch(self, collection: Collection, bundle: Bundle) -> Path:
        """Give a bundle's archive, or its folder, with the bytes that the plan states.

        Raises:
            DifferentBytes: its bytes are not those that were planned.
            Unreachable: it did not come, as often as we may ask.
            Conflict: it is gone.
            StorageFault: it cannot be kept.
        """
        ...
