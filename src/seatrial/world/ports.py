"""The ports: what an action may ask of the world, and do to it.

Each has a real adapter in this folder; a rehearsal uses the same ones with other addresses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from seatrial.plan.edits import FileEdit
from seatrial.process import Completed
from seatrial.world.built import Built
from seatrial.world.ports_ci import Collected
from seatrial.world.ports_downstream import Downstream

# This form of an import hands the name on (PEP 484, "Stub files").
from seatrial.world.ports_forge import Asset as Asset  # noqa: PLC0414
from seatrial.world.ports_forge import Forge as Forge  # noqa: PLC0414
from seatrial.world.ports_forge import ForgeRelease as ForgeRelease  # noqa: PLC0414
from seatrial.world.ports_forge import StoredFile as StoredFile  # noqa: PLC0414
from seatrial.world.ports_wares import Wares


class RemoteRef(msgspec.Struct, frozen=True, kw_only=True):
    """A reference on a remote.

    Attributes:
        id: the object it names (for an annotated tag, the tag object).
        commit: the commit it comes down to.
    """

    id: str
    commit: str


class Git(Protocol):
    """The run's own clone, and the remote it pushes to.

    The clone shares the user's objects; the user's refs, index, working tree and configuration are
    never touched.  Commits and tags take author, key and format from the user's git configuration.
    """

    def prepare(self, commit: str) -> None:
        """Make the clone, if it is not there, with its HEAD at the planned commit."""
        ...

    def release_commit(self) -> str:
        """Give the release commit made in this clone, or an empty string."""
        ...

    def commit(self, parent: str, edits: Sequence[FileEdit], message: str, when: int) -> str:
        """Make the release commit from edits, and remember it; with no edits it is the parent.

        Raises:
            Conflict: a file does not hold what the edit expects (``FileEdit.before``).
        """
        ...

    def tree(self, commit: str) -> str:
        """Give the id of a commit's tree."""
        ...

    def tag_object(self, name: str) -> RemoteRef | None:
        """Give the tag of this clone, or nothing."""
        ...

    def tag(self, name: str, commit: str, message: str, when: int) -> str:
        """Make the annotated tag in this clone and give its object's id."""
        ...

    def checkout(self, purpose: str, edits: Sequence[FileEdit] = ()) -> Path:
        """Give a new folder that holds the release commit ("gate-tests"), with edits on top."""
        ...

    def lent(self, purpose: str, edits: Sequence[FileEdit] = ()) -> AbstractContextManager[Path]:
        """Give such a folder for as long as a block lasts; others get it afterwards, cleaned up."""
        ...

    def remote_refs(self) -> Mapping[str, RemoteRef]:
        """Ask the remote for its branches and tags (full names), afresh.

        Raises:
            Unreachable: it did not answer.
        """
        ...

    def remote_mark(self, name: str) -> str:
        """Ask the remote for a reference that is neither branch nor tag; empty: not there.

        Raises:
            Unreachable: it did not answer.
        """
        ...

    def push(
        self, updates: Mapping[str, tuple[str, str]], marks: Mapping[str, str] | None = None
    ) -> None:
        """Push several references in one atomic push, each with a lease.

        Args:
            updates: full reference name → (id expected on the remote or empty for absent,
                id to put there or empty to delete it).
            marks: references that are neither branches nor tags → id to put there.

        Raises:
            BranchMoved: a lease on a branch did not hold.
            TagElsewhere: a lease on a tag did not hold.
            PushRefused: the remote refused (a protected branch, a hook, no right).
            Unreachable: it did not answer.
        """
        ...

    def discard(self) -> None:
        """Remove the clone and its checkouts."""
        ...


class HeldFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as an index shows it to installers.

    Attributes:
        name: the file's name.
        sha256: hexadecimal; empty when the index states none.
        url: where it is served, absolute.
        yanked: the reason, or ``True`` when there is none given; ``False`` when not yanked.
        uploaded: when, seconds since the epoch; nothing when the index does not say.
        size: bytes; 0 when it does not say.
        requires_python: as the index states it; empty when it does not.
    """

    name: str
    sha256: str
    url: str
    yanked: bool | str = False
    uploaded: float | None = None
    size: int = 0
    requires_python: str = ""


class Index(Protocol):
    """One package index: where files are uploaded, and the page that installers read."""

    @property
    def name(self) -> str:
        """Its name in the configuration ("pypi")."""
        ...

    @property
    def simple_url(self) -> str:
        """The address of its Simple API, with a final slash."""
        ...

    def files(self, project: str, *, asked_after: float = 0.0) -> Mapping[str, HeldFile]:
        """Give the files of a project by name; empty when the index does not know it.

        Args:
            project: the project's name; normalised here.
            asked_after: the answer may be shared with other threads, but the request for it must
                have begun after this moment (``time.monotonic()``), and after the last upload
                from here has ended; caches on the way are bypassed.

        Raises:
            Unreachable: it did not answer, after bounded retries with back-off.
            CredentialRefused: it wants a login that it did not accept.
        """
        ...

    def fetch(self, file: HeldFile, to: Path) -> None:
        """Write a held file to the disk; CannotTell where it has other bytes than stated."""
        ...

    def upload(self, file: StoredFile) -> None:
        """Upload one file by the legacy upload API; the body is streamed, never held in memory.

        One attempt: whether to try again is decided by who observes.

        Raises:
            UploadRefused: the index said no (4xx); ``said`` is its own sentence.
            ReleaseClosed: the release is too old to take files.
            CredentialMissing: nothing to log in with.
            CredentialRefused: 401 or 403.
            Unreachable: no answer, or 5xx or 429.
        """
        ...

    def check_credential(self, project: str = "") -> str:
        """Say where the credential comes from ("$TWINE_PASSWORD", ".pypirc [pypi]").

        Args:
            project: what is to be uploaded to, where the login may depend on it.

        Raises:
            CredentialMissing: there is none.
            CredentialRefused: the index does not know this job.
        """
        ...


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """A clean virtual environment: its folder, its interpreter, the interpreter's version."""

    folder: Path
    python: Path
    version: str


class BuildNeeds(msgspec.Struct, frozen=True, kw_only=True):
    """What a build is made with.

    Attributes:
        requires_python: which Pythons the package allows; any when empty.
        files: built files of other packages: where the build requires one of these, it gets these
            very bytes.
    """

    requires_python: str = ""
    files: tuple[StoredFile, ...] = ()


PLAIN = BuildNeeds()
"""A build that needs nothing of this release."""


class Machine(Protocol):
    """This machine: builds, environments, commands; all output goes to the run's logs too."""

    def build(
        self, source: Path, out: Path, *, epoch: int, timeout: float, needs: BuildNeeds = PLAIN
    ) -> Built:
        """Build an sdist, and a wheel from the sdist, by PEP 517 in isolated environments.

        Args:
            source: the project folder.
            out: an empty folder for the result; the log has its name.
            epoch: ``SOURCE_DATE_EPOCH``.
            timeout: seconds, for both.
            needs: what it is made with.

        Raises:
            BuildFailed: the backend failed; ``said`` ends with its own words.
            TimedOut: it hung.
        """
        ...

    def sdist(
        self, source: Path, out: Path, *, epoch: int, timeout: float, needs: BuildNeeds = PLAIN
    ) -> Path:
        """Build an sdist alone; arguments and errors are those of :meth:`build`."""
        ...

    def wheel(
        self, source: Path, out: Path, *, epoch: int, timeout: float, needs: BuildNeeds = PLAIN
    ) -> Path:
        """Build a wheel alone, from the folder itself; all else is as with :meth:`build`."""
        ...

    def find_python(self, version: str) -> Path:
        """Find an interpreter ("3.12"; empty is the one that runs Seatrial).

        Raises:
            PythonNotFound: it is not on this machine.
        """
        ...

    def environment(self, name: str, python: Path) -> Environment:
        """Make a clean environment, anew when one of that name is there."""
        ...

    def install(
        self,
        environment: Environment,
        *requirements: str,
        own: Mapping[str, str],
        timeout: float,
        room: int = 0,
    ) -> Completed:
        """Install requirements and their dependencies with uv.

        Args:
            environment: where to.
            requirements: "name==version", or the path of a built file, each.
            own: project name → Simple API address, or a folder of files: a name that is required
                comes from there alone, and every other one from the user's usual index only.
            timeout: seconds.
            room: bytes that it takes, as far as that is known.
        """
        ...

    def run(
        self, name: str, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> Completed:
        """Run a command; its output goes to the log of that name as it comes.

        Args:
            name: of the log.
            argv: the command; no shell reads it.
            cwd: where it runs.
            env: variables beside those that every child gets.
            timeout: seconds.

        Raises:
            ToolMissing: the program is not there.
            TimedOut: it took longer, and was ended with all that it had started.
        """
        ...

    def halt(self) -> None:
        """End every command that is under way, with all that it has started."""
        ...


class Store(Protocol):
    """The run's folder: built files by digest, small records, logs."""

    @property
    def folder(self) -> Path:
        """Where it lies."""
        ...

    def keep(self, file: Path) -> StoredFile:
        """Take a built file in (fsynced, complete or not at all), and give it back by digest."""
        ...

    def keep_all(self, files: Iterable[Path]) -> Sequence[StoredFile]:
        """Take several files of different names in, as they come; each as :meth:`keep` does.

        Raises:
            StorageFault: one cannot be read or copied.
        """
        ...

    def files(self, names: Collection[str] | None = None) -> Sequence[StoredFile]:
        """Give the kept files (of these names), wheels first, each group by name, all checked."""
        ...

    def record(self, key: str, facts: Mapping[str, str]) -> None:
        """Remember that something only this machine can know was done (a gate that passed)."""
        ...

    def recorded(self, key: str) -> Mapping[str, str] | None:
        """Give what was recorded, or nothing."""
        ...

    def log(self, name: str) -> Path:
        """Give the path of a log, its folder made."""
        ...


class Rehearsed(Protocol):
    """Built files that a rehearsal on this machine has kept, by what they were built from."""

    def find(self, source: str) -> Sequence[Path]:
        """Give the files kept for a source, complete and with their digests checked, or none."""
        ...

    def keep(self, source: str, files: Sequence[Path]) -> None:
        """Keep the files of a build; where that fails, nothing is lost but time."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The outside things that an action may touch, and the run's own folder.

    Attributes:
        git: the run's clone and its remote.
        indexes: by their names in the configuration.
        forge: nothing when the remote lies on no known forge.
        machine: builds and installs.
        store: the run's folder.
        rehearsed: what rehearsals on this machine have built.
        collected: files that were built elsewhere.
        wares: binaries that another repository made.
        downstreams: other repositories, by what the configuration calls them.
    """

    git: Git
    indexes: Mapping[str, Index]
    forge: Forge | None
    machine: Machine
    store: Store
    rehearsed: Rehearsed
    collected: Collected
    wares: Wares
    downstreams: Mapping[str, Downstream] = field(default_factory=dict)

    def index(self, name: str) -> Index:
        """Give the index of that name; the plan only names those that are there."""
        return self.indexes[name]
