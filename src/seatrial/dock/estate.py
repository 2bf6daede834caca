"""Everything the dock's endpoints share: the indexes, the rules' settings, the clock."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from seatrial.dock.arrivals import Arrivals
from seatrial.dock.entries import FileRecord, SeedFile
from seatrial.dock.holdings import Holdings
from seatrial.dock.hosting import Hosted
from seatrial.dock.identity import ISSUER, Issuer, Job
from seatrial.dock.ledger import Ledger
from seatrial.dock.publishers import Publisher
from seatrial.dock.tokens import MintedTokens, Publishers
from seatrial.dock.values import Limits
from seatrial.secret import Secret

INDEX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
FORGE = "forge"
"""The one name an index cannot have; the forge lies there."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the endpoints are told.

    Attributes:
        foreign: Simple API address of the user's usual index, with a final slash.
        own: normal forms of the names under release; these are never looked for elsewhere.
        credential: the user and password that uploads need; any token when absent.
        forge_token: the token that writing to the forge needs; any when absent.
        forge_push: whether a token may write to the forge at all.
        clock: gives the time, seconds since the epoch.
        limits: sizes the indexes take.
        publishers: the trusted publishers.
        stale: seconds for which a project's page does not show a new file.
        hidden: called each time that a page does not show one.
        repositories: full name, in lower case → what is known of a repository on the forge.
    """

    foreign: str
    own: frozenset[str]
    credential: tuple[str, Secret] | None
    forge_token: Secret | None
    forge_push: bool
    clock: Callable[[], float]
    limits: Limits
    publishers: tuple[Publisher, ...] = ()
    stale: float = 0.0
    hidden: Callable[[], object] = list
    repositories: Mapping[str, Hosted] = {}


class Estate:
    """What the dock holds.

    Args:
        root: the dock's folder.
        settings: what it was told.

    Attributes:
        arrivals: what came to be uploaded, to whichever index.
        ledger: what is held, on the disk.
        publishers: the trusted publishers.
        minted: the tokens that they were given.
        issuer: who signs what jobs say of themselves.
        url: where the dock serves, without a final slash; empty until it does.
    """

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self._lock = threading.Lock()
        self._indexes: dict[str, Holdings] = {}
        self.arrivals = Arrivals()
        self.ledger = Ledger(root)
        self.publishers = Publishers(settings.publishers)
        self.minted = MintedTokens()
        self.issuer = Issuer()
        self.url = ""

    @property
    def limits(self) -> Limits:
        """The sizes the indexes take."""
        return self.settings.limits

    def hosted(self, full_name: str) -> Hosted:
        """Give what is known of a repository on the forge."""
        return self.settings.repositories.get(full_name.lower(), Hosted())

    def now(self) -> float:
        """Give the time, seconds since the epoch."""
        return self.settings.clock()

    def index(self, name: str) -> Holdings | None:
        """Give an index, made anew where there is none; nothing for a name that it cannot have.

        One that holds nothing is not remembered (:meth:`kept` does so): anybody can ask for any
        number of names.
        """
        if not INDEX_NAME.fullmatch(name) or name == FORGE:
            return None
        with self._lock:
            if name in self._indexes:
                return self._indexes[name]
            held = Holdings(self.ledger, name)
            if held.serial:
                self._indexes[name] = held
            return held

    def kept(self, held: Holdings) -> Holdings:
        """Give the one index of that name, from now on, to put something into."""
        with self._lock:
            return self._indexes.setdefault(held.name, held)

    def indexes(self) -> list[Holdings]:
        """Give the indexes that hold something, by name; those of an earlier dock too."""
        names = set(self.ledger.indexes())
        with self._lock:
            names |= set(self._indexes)
        found = (self.index(name) for name in sorted(names))
        return [held for held in found if held is not None and held.serial]

    def seed(self, held: Holdings, project: str, files: Sequence[SeedFile]) -> None:
        """Take in what the real index holds of a project; a file that is held already stays."""
        self.kept(held).add_seeds([_seeded(project, file) for file in files])

    def knows_login(self, user: str, password: str) -> bool:
        """Say whether an upload may be made with this login."""
        wanted = self.settings.credential
        if wanted is None:
            return user == "__token__" and bool(password)
        return (user, Secret(password)) == wanted

    def identity(self, job: Job, audience: str) -> str:
        """Give a job's signed identity token.

        Args:
            job: the job.
            audience: for whom the token is to be.

        Raises:
            ToolMissing: the library that signs is not there.
        """
        now = self.now()
        issuer = f"{self.url}{ISSUER}{job.kind}"
        times = {"iat": int(now), "nbf": int(now), "exp": int(now + job.lifetime)}
        return self.issuer.sign({"iss": issuer, "aud": audience} | times | job.stated())

    def shown(self, files: list[FileRecord]) -> list[FileRecord]:
        """Give those files that a page shows already; all, unless it is to be stale."""
        settings = self.settings
        if settings.stale <= 0:
            return files
        since = self.now() - settings.stale
        found = [file for file in files if file.url or (file.uploaded or 0.0) <= since]
        if len(found) < len(files):
            settings.hidden()
        return found

    def elsewhere(self, normal: str) -> str:
        """Give where a project that is not held is found; empty for a name under release."""
        foreign = self.settings.foreign
        if not foreign or normal in self.settings.own:
            return ""
        return f"{foreign.rstrip('/')}/{normal}/"

    @staticmethod
    def digest(data: bytes) -> str:
        """Give the SHA-256, hexadecimal; empty for nothing."""
        return hashlib.sha256(data).hexdigest() if data else ""


def _seeded(project: str, file: SeedFile) -> FileRecord:
    """Make the record of a file that lies on the real index."""
    wheel = file.name.endswith(".whl")
    try:
        version = (
            parse_wheel_filename(file.name)[1] if wheel else parse_sdist_filename(file.name)[1]
        )
        stated = str(version)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        # An old name that the rules of today do not read; it is still a name that is used up.
        stem = file.name.removesuffix(".tar.gz").removesuffix(".zip")
        stated = stem[len(canonicalize_name(project)) + 1 :] or "0"
    return FileRecord(
        name=file.name,
        project=project,
        version=stated,
        filetype="bdist_wheel" if wheel else "sdist",
        sha256=file.sha256,
        size=file.size,
        uploaded=file.uploaded,
        url=file.url,
        yanked=file.yanked,
        form={"requires_python": [file.requires_python]} if file.requires_python else {},
    )
