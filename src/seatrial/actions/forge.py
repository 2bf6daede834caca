"""The forge release: a draft with every file first, public last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.actions.files import files_of, release_identity
from seatrial.actions.marker import Marker, mark, read_marker
from seatrial.plan.after_build import artifact
from seatrial.plan.state import Absent, Action, Different, Receipt, Same, State
from seatrial.plan.values import DraftRelease, PublishRelease, UploadAssets
from seatrial.world.ports import Asset, Forge, ForgeRelease, StoredFile, World

LONGEST_NOTES = 100_000
"""Characters of notes; GitHub takes 125,000, and our hidden line needs some of them."""


LISTED_WITHIN = 60.0
"""Seconds that a forge may take to list a release that it has made."""


ReleaseSpec = DraftRelease | UploadAssets | PublishRelease


class OnForge(Bound[ReleaseSpec]):
    """What the actions on a forge release share."""

    def forge(self, world: World) -> Forge:
        """Give the forge; the plan has these actions only where there is one."""
        if world.forge is None:
            raise AssertionError(self.key)
        return world.forge

    def ours(self, world: World) -> ForgeRelease | None:
        """Find this release on the forge: the public one, else the draft that we marked."""
        found = self.forge(world).releases(self.spec.tag)
        public = [release for release in found if not release.draft]
        wanted = {file.name: file.sha256 for file in self.files(world)}
        marked = [r for r in found if (m := read_marker(r.notes)) and m.files == wanted]
        return next(iter(public + marked), None)

    def files(self, world: World) -> Sequence[StoredFile]:
        """Give the built files of all packages that are released under the tag."""
        return files_of(world, self.plan, *self.plan.under(self.spec.tag))


@dataclass(frozen=True)
class OpenDraft(OnForge):
    """Open the draft.

    Its notes carry a hidden line (:mod:`seatrial.actions.marker`), by which any machine can go on.
    """

    spec: DraftRelease

    @property
    def patience(self) -> float:
        """Seconds that the forge's list may take to show a new draft."""
        return LISTED_WITHIN

    def preflight(self, world: World) -> None:
        """See that there is a credential, and that it may write releases."""
        self.forge(world).check_credential()

    def observe(self, world: World) -> State:
        """Look for a release of this tag, ours or another's."""
        if (ours := self.ours(world)) is not None:
            return Same(receipt=_receipt(ours))
        others = self.forge(world).releases(self.spec.tag)
        others = [one for one in others if one not in self._stale(world, others)]
        if others:
            return Different(
                why=f"a draft release for {self.spec.tag} that this run did not make is at "
                f"{others[0].url}: delete it there, or release another version",
                error="different-bytes",
            )
        return Absent()

    def act(self, world: World) -> Receipt:
        """Open it."""
        spec = self.spec
        for dead in self._stale(world, self.forge(world).releases(spec.tag)):
            self.forge(world).delete_draft(dead.id)
        marker = Marker(
            source=release_identity(world, self.plan, spec.tag),
            parent=self.plan.commit,
            date=self.plan.date,
            files={file.name: file.sha256 for file in self.files(world)},
        )
        notes = self._notes(world)
        made = self.forge(world).create_draft(
            spec.tag,
            self.plan.branch,
            spec.title,
            mark(_bounded(notes), marker),
            pre=spec.prerelease,
        )
        written = {} if isinstance(spec.notes, str) else {"notes": notes}
        return Receipt(detail=spec.title, facts={"release": made} | written)

    def _notes(self, world: World) -> str:
        notes = self.spec.notes
        if isinstance(notes, str):
            return notes
        return notes.render(artifact(f.name, f.sha256, f.size) for f in self.files(world))

    def _stale(self, world: World, found: Sequence[ForgeRelease]) -> list[ForgeRelease]:
        """Find drafts of this very source with other files.

        Nothing of their files is on an index: they were made by a run that died before that, and
        their bytes could not be made again.
        """
        source = release_identity(world, self.plan, self.spec.tag)
        wanted = {file.name: file.sha256 for file in self.files(world)}
        return [
            release
            for release in found
            if release.draft and (marker := read_marker(release.notes)) is not None
            if marker.source == source and marker.files != wanted
        ]

    def undo(self, world: World) -> Receipt:
        """Delete it, unless it is public."""
        ours = self.ours(world)
        if ours is None or not ours.draft:
            return Receipt(detail="no draft was left")
        self.forge(world).delete_draft(ours.id)
        return Receipt(detail="the draft is deleted")


@dataclass(frozen=True)
class AttachFiles(OnForge):
    """Attach every built file; becomes one action a file."""

    spec: UploadAssets

    def observe(self, world: World) -> State:
        """Say whether the release has all files."""
        ours = self.ours(world)
        assets = {} if ours is None else {asset.name: asset for asset in ours.assets}
        files = self.files(world)
        if files and all(file.name in assets and _same(assets[file.name], file) for file in files):
            return Same(receipt=Receipt(detail=f"{len(files)} files"))
        return Absent()

    def act(self, world: World) -> Receipt:
        """Report; the parts have done it."""
        return Receipt(detail=f"{len(self.files(world))} files")

    def expand(self, world: World) -> tuple[Action[World], ...]:
        """Give one action a file."""
        return tuple(AttachFile(self.spec, self.plan, file) for file in self.files(world))


@dataclass(frozen=True)
class AttachFile(OnForge):
    """Attach one file.

    Args:
        file: which.
    """

    file: StoredFile

    @property
    def key(self) -> str:
        """Its natural key."""
        return f"attach {self.file.name} to release {self.spec.tag}"

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing beyond what the whole needs."""
        return ()

    def observe(self, world: World) -> State:
        """Compare with the asset of this name."""
        assets = self._assets(world)
        found = next((asset for asset in assets if asset.name == self.file.name), None)
        if found is None or found.state != "uploaded":
            return Absent()
        if not _same(found, self.file):
            return Different(why=f"the release has another file under {self.file.name}")
        return Same(receipt=Receipt(detail=f"{self.file.size / 1000:.1f} kB"))

    def act(self, world: World) -> Receipt:
        """Send it; what a broken upload left under the name is removed first."""
        forge = self.forge(world)
        ours = self.ours(world)
        if ours is None:
            raise AssertionError(self.key)
        for asset in ours.assets:
            if asset.name == self.file.name and asset.state != "uploaded":
                forge.delete_asset(asset)
        forge.upload_asset(ours.id, self.file)
        return Receipt(detail=f"{self.file.size / 1000:.1f} kB")

    def _assets(self, world: World) -> Sequence[Asset]:
        ours = self.ours(world)
        return () if ours is None else ours.assets


@dataclass(frozen=True)
class ShowRelease(OnForge):
    """Make the forge release public."""

    spec: PublishRelease

    def observe(self, world: World) -> State:
        """Say whether it is public."""
        ours = self.ours(world)
        if ours is None or ours.draft:
            return Absent()
        return Same(receipt=_receipt(ours))

    def act(self, world: World) -> Receipt:
        """Make it public."""
        ours = self.ours(world)
        if ours is None:
            raise AssertionError(self.key)
        self.forge(world).publish(ours.id, latest=self.spec.latest)
        # A draft's address is not the one that the public release has.
        return _receipt(self.ours(world) or ours)


def _bounded(notes: str) -> str:
    """Cut notes that the forge would not take."""
    if len(notes) <= LONGEST_NOTES:
        return notes
    kept = notes[:LONGEST_NOTES].rpartition("\n")[0]
    return f"{kept}\n\n… (the notes are longer than a release may be; the changelog has all)"


def _same(asset: Asset, file: StoredFile) -> bool:
    """Compare by digest; by size where the forge states no digest."""
    if asset.sha256:
        return asset.sha256 == file.sha256
    return asset.size == file.size


def _receipt(release: ForgeRelease) -> Receipt:
    return Receipt(
        detail=release.title or release.tag, facts={"release": release.id, "url": release.url}
    )
