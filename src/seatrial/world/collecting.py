"""Files that were built elsewhere: a forge's CI, an address, a folder; only ever read."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal

from seatrial.artifacts.listing import members_of
from seatrial.errors import Conflict, DifferentBytes, InvalidConfiguration, NotBuilt
from seatrial.plan.collects import Bundle, Collection
from seatrial.storage import make_folder, storage_faults
from seatrial.world.exchange import Request, shown
from seatrial.world.http import Http
from seatrial.world.peeking import names_in
from seatrial.world.ports_ci import SUCCESS, Ci, CiArtifact, CiRun
from seatrial.world.resuming import counting, download_on
from seatrial.world.turns import alone

GITHUB: Final = "github"
GITLAB: Final = "gitlab"
AT_ONCE = 8
"""Archives that are looked into at one time."""

LARGEST = 16 << 30
"""Bytes that an archive may have where nobody says how many it has."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
EXPIRED = "Run the workflow again on this commit, then run this again."


@dataclass(frozen=True, kw_only=True)
class Collector:
    """Where files are had that were built elsewhere (:class:`seatrial.world.ports_ci.Collected`).

    Attributes:
        http: the client.
        cache: a folder for what was fetched.
        root: the repository's root; folders are named from there.
        ci: gives the forge's CI; raises where there is none.
        via: which forge that is.
        tell: told what is fetched, in a few words.
        pause: waits for seconds.
    """

    http: Http
    cache: Path
    root: Path
    ci: Callable[[], Ci]
    via: Literal["github", "gitlab"] = GITHUB
    tell: Callable[[str], None] = lambda _: None
    pause: Callable[[float], None] = time.sleep

    def telling(self, tell: Callable[[str], None]) -> Collector:
        """Give the same, with somebody who is told what is fetched, in a few words."""
        return dataclasses.replace(self, tell=tell)

    def of_runs(self, commit: str, workflow: str, artifacts: Sequence[str]) -> Collection:
        """Find what CI built from a commit.

        Args:
            commit: in full.
            workflow: the workflow's file; any one that left files behind when empty.
            artifacts: globs of the artifacts' names.

        Raises:
            NotBuilt: no run of it ended well, or none left anything behind.
            InvalidConfiguration: several workflows left files behind.
            Unreachable, CredentialMissing, CredentialRefused: the forge did not say.
        """
        ci = self.ci()
        thing = f"{commit[:12]} on {ci.name}"
        runs = _newest(run for run in ci.runs(commit) if workflow in {"", run.workflow})
        if not runs:
            which = f"of {workflow} " if workflow else ""
            raise NotBuilt(thing, f"there is no run {which}for this commit")
        found = {
            run: [a for a in ci.artifacts(run.id) if any(fnmatchcase(a.name, g) for g in artifacts)]
            for run in runs
            if run.outcome == SUCCESS
        }
        found = {run: left for run, left in found.items() if left}
        if not found:
            raise NotBuilt(thing, _why_none(runs, artifacts))
        if len(found) > 1:
            names = ", ".join(run.workflow for run in found)
            raise InvalidConfiguration(
                "[collect]",
                f"several workflows left files of {thing} behind: {names}",
                next_step="Name the one that builds the release with workflow.",
            )
        [(run, left)] = found.items()
        gone = [artifact.name for artifact in left if artifact.expired]
        if gone:
            said = f"{', '.join(gone)} of run {run.id} expired: the forge has thrown it away"
            raise NotBuilt(thing, said, next_step=EXPIRED)
        return Collection(
            via=self.via,
            origin=f"run {run.id} of {run.workflow} on {ci.name}",
            page=run.page,
            commit=run.commit,
            bundles=tuple(map(_bundle, sorted(left, key=lambda one: one.name))),
        )

    def of_folder(self, name: str) -> Collection:
        """Take down the files of a folder, with their digests.

        Args:
            name: the folder, from the repository's root.

        Raises:
            NotBuilt: it is not there, or holds no wheel, sdist or ZIP archive.
            StorageFault: a file cannot be read.
        """
        folder = self.root / name
        with storage_faults(folder):
            files = sorted(
                path
                for path in (folder.rglob("*") if folder.is_dir() else ())
                if path.is_file() and path.name.endswith((".whl", ".tar.gz", ".zip"))
            )
        if not files:
            said = (
                "it holds no wheel and no sdist" if folder.is_dir() else "there is no such folder"
            )
            raise NotBuilt(str(folder), said, next_step="Put the files there, then run this again.")
        return Collection(
            via="folder",
            origin=f"the folder {name}",
            bundles=tuple(
                Bundle(
                    name=path.name,
                    place=path.relative_to(self.root).as_posix(),
                    size=path.stat().st_size,
                    sha256=_digest(path),
                )
                for path in files
            ),
        )

    def names(self, collection: Collection) -> tuple[str, ...] | None:
        """Give the names of the files that a collection holds, without fetching an archive.

        Args:
            collection: what is taken.

        Returns:
            Nothing where an archive cannot be looked into from here.
        """
        ci = self.ci() if collection.via in {GITHUB, GITLAB} else None

        def look(bundle: Bundle) -> tuple[str, ...] | None:
            if ci is not None:
                return ci.names(bundle.place)
            if not bundle.name.endswith(".zip"):
                return (bundle.name,)
            if collection.via == "folder":
                return members_of(self.root / bundle.place)
            return names_in(self.http, Request(url=bundle.place))

        with ThreadPoolExecutor(AT_ONCE, "look") as looking:
            found = list(looking.map(look, collection.bundles))
        whole = [names for names in found if names is not None]
        return (
            tuple(name for names in whole for name in names) if len(whole) == len(found) else None
        )

    def fetch(self, collection: Collection, bundle: Bundle) -> Path:
        """Give a bundle's archive, or its file, with the bytes that the plan states.

        What was fetched is kept by its digest, and not fetched again; a part that an earlier try
        left is gone on with.

        Raises:
            DifferentBytes: its bytes are not those that were planned.
            Unreachable: it did not come, as often as we may ask.
            Conflict: it is gone.
            StorageFault: it cannot be kept.
        """
        if collection.via == "folder":
            path = self.root / bundle.place
            _check(path, bundle, collection)
            return path
        key = (
            bundle.sha256
            or hashlib.sha256(f"{collection.origin} {bundle.place}".encode()).hexdigest()
        )
        folder = self.cache / key
        make_folder(folder)
        path = folder / bundle.name
        if bundle.sha256 and path.is_file() and _digest(path) == bundle.sha256:
            return path
        # Beside the folder: what lies in it is called what CI called it.
        with alone(folder.with_name(f"{key}.lock"), bundle.name, self.tell, self.pause):
            if not (bundle.sha256 and path.is_file() and _digest(path) == bundle.sha256):
                self._download(collection, bundle, path)
                _check(path, bundle, collection)
        return path

    def _download(self, collection: Collection, bundle: Bundle, path: Path) -> None:
        told = counting(self.tell, bundle.name, bundle.size)
        if collection.via in {GITHUB, GITLAB}:
            self.ci().fetch(bundle.place, bundle.size or LARGEST, path, told)
            return
        if not bundle.sha256:
            # Nobody could say whether the rest belongs to what an earlier try left.
            path.with_name(f"{path.name}.part").unlink(missing_ok=True)
        answer = download_on(self.http, Request(url=bundle.place, limit=LARGEST), path, told)
        if not answer.ok:
            raise Conflict(
                shown(bundle.place),
                answer.sentence,
                doing="fetching",
                next_step="See whether the address is right and CI has put the files there, "
                "then run this again.",
            )


def _newest(runs: Iterable[CiRun]) -> list[CiRun]:
    """Give the newest run of each workflow; they come the newest first."""
    found: dict[str, CiRun] = {}
    for run in runs:
        found.setdefault(run.workflow, run)
    return list(found.values())


def _why_none(runs: Sequence[CiRun], artifacts: Sequence[str]) -> str:
    """Say how the runs ended, none of which left anything that is wanted."""
    told = []
    for run in runs:
        if run.outcome == SUCCESS:
            end = f"left no artifact {' or '.join(artifacts)} behind"
        else:
            end = f"ended with {run.outcome}" if run.outcome else "is still going on"
        told.append(f"run {run.id} of {run.workflow} {end}")
    return "; ".join(told)


def _bundle(artifact: CiArtifact) -> Bundle:
    # An artifact has no file name; its archive is a ZIP always.
    return Bundle(
        name=f"{_UNSAFE.sub('-', artifact.name)}.zip",
        place=artifact.id,
        size=artifact.size,
        sha256=artifact.sha256,
    )


def _check(path: Path, bundle: Bundle, collection: Collection) -> None:
    """See that the bytes are those of the plan."""
    if not path.is_file():
        raise Conflict(
            str(path),
            "it is not there any more",
            doing="collecting",
            next_step="Put it back, or plan again.",
        )
    if bundle.sha256 and (digest := _digest(path)) != bundle.sha256:
        if collection.via != "folder":
            path.unlink()
        raise DifferentBytes(
            f"{bundle.name} of {collection.origin}",
            f"its SHA-256 is {digest[:16]}…, and {bundle.sha256[:16]}… was planned",
            next_step="Run this again to fetch it anew; if it differs again, plan again.",
        )


def _digest(path: Path) -> str:
    with storage_faults(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
