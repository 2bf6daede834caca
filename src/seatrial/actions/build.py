"""The build: once a release, and never again when its bytes are out."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from seatrial.actions.bound import Bound
from seatrial.actions.files import (
    NOT_FILES,
    belongs,
    files_of,
    label,
    release_identity,
    source_identity,
)
from seatrial.actions.marker import Marker, read_marker
from seatrial.errors import BuildFailed, BytesLost
from seatrial.plan.state import Absent, Receipt, Same, State
from seatrial.plan.values import Build, DraftRelease, Upload
from seatrial.world.ports import BuildNeeds, ForgeRelease, StoredFile, World


@dataclass(frozen=True)
class BuildFiles(Bound[Build]):
    """Put the release's files into the run's store.

    They come from the first of these that has them: the assets of this release's own draft (another
    machine was here before), a rehearsal of the same source on this machine, a build.
    """

    @property
    def heavy(self) -> bool:
        """It keeps the machine busy."""
        return True

    def preflight(self, world: World) -> None:
        """See that the binaries are there, before anything is done; what is fetched is kept.

        A folder was looked into when the release was planned.
        """
        wrap = self.spec.wrap
        if wrap is not None and wrap.via != "folder" and world.store.recorded(self.key) is None:
            from seatrial.actions.wrapping import looked_into

            looked_into(world.wares, wrap)

    def observe(self, world: World) -> State:
        """Say whether the store holds every file of the build."""
        facts = world.store.recorded(self.key)
        if facts is None:
            return Absent()
        kept = {file.name: file.sha256 for file in world.store.files()}
        wanted = {name: digest for name, digest in facts.items() if name not in NOT_FILES}
        if any(kept.get(name) != digest for name, digest in wanted.items()):
            return Absent(why="files are missing from the store")
        return Same(receipt=self._receipt(files_of(world, self.plan, self.spec.package), facts))

    def act(self, world: World) -> Receipt:
        """Fetch or build the files.

        Raises:
            BytesLost: an index holds a part of this release, and the rest cannot be had again.
        """
        source = source_identity(world, self.spec)
        draft, marker = self._draft(world)
        origin = ""
        files: tuple[StoredFile, ...] = ()
        if draft is not None and marker is not None:
            files = self._from_draft(world, draft, marker)
            origin = "the draft release"
        if not files:
            files = tuple(world.store.keep(path) for path in world.rehearsed.find(source))
            origin = "the rehearsal"
        if not files:
            files, origin = self._built(world), ""
        self._compare(world, files)
        world.rehearsed.keep(source, tuple(file.path for file in files))
        facts = {file.name: file.sha256 for file in files} | {"from": origin, "source": source}
        if self.spec.wrap is not None and not origin:
            from seatrial.actions.wrapping import compressed_with

            facts["with"] = compressed_with()
        world.store.record(self.key, facts)
        return self._receipt(files, facts)

    def _built(self, world: World) -> tuple[StoredFile, ...]:
        spec = self.spec
        name = label(self.plan, spec.package, "build")
        scratch = Path(tempfile.mkdtemp(prefix="build-", dir=world.store.folder))
        made: tuple[Path, ...] = ()
        try:
            if spec.collect is not None:
                from seatrial.actions.collecting import collected

                made = collected(world, spec, spec.collect, scratch)
                if not spec.collect.build_sdist or any(path.suffix != ".whl" for path in made):
                    return tuple(world.store.keep_all(made))
            with self._checkout(world, name) as checkout:
                here = self._made(world, checkout / spec.path, scratch / name)
                return tuple(world.store.keep_all(chain(made, here)))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _checkout(self, world: World, name: str) -> AbstractContextManager[Path]:
        """Give the sources; of many packages, one that is built later gets them after this one."""
        if len(self.plan.names) > 1:
            return world.git.lent(name, self.spec.edits)
        return contextlib.nullcontext(world.git.checkout(name, self.spec.edits))

    def _made(self, world: World, source: Path, out: Path) -> Iterator[Path]:
        """Build what is not collected, and give each file as soon as it is whole."""
        spec = self.spec
        epoch, timeout = spec.epoch, spec.timeout
        needs = BuildNeeds(
            requires_python=spec.requires_python,
            files=tuple(files_of(world, self.plan, *spec.siblings)) if spec.siblings else (),
        )
        if spec.collect is not None:
            yield world.machine.sdist(source, out, epoch=epoch, timeout=timeout, needs=needs)
        elif spec.wrap is not None:
            from seatrial.actions.wrapping import begun, wrapped

            with begun(world.wares, spec, spec.wrap, out.parent) as stamping:
                wheel, *sdist = self._both(world, source, out, needs)
                yield from wrapped(stamping, wheel)
            yield from sdist
        else:
            wheel, *sdist = self._both(world, source, out, needs)
            if not wheel.stem.endswith("-any"):
                from seatrial.artifacts.proving import with_proven_tag

                wheel = with_proven_tag(wheel, out.parent, epoch=epoch)
            yield from (wheel, *sdist)

    def _both(self, world: World, source: Path, out: Path, needs: BuildNeeds) -> tuple[Path, ...]:
        """Build the wheel, and the sdist where one is wanted.

        The wheel is made from the sdist, so that an sdist that lacks a file is found here and not
        by the first user who installs from it.  Where nobody gets the sdist, nobody does, and the
        wheel is made from the commit.
        """
        spec = self.spec
        epoch, timeout = spec.epoch, spec.timeout
        try:
            if spec.sdist == "none":
                made = world.machine.wheel(source, out, epoch=epoch, timeout=timeout, needs=needs)
                return (made,)
            both = world.machine.build(source, out, epoch=epoch, timeout=timeout, needs=needs)
        except BuildFailed as error:
            if len(self.plan.names) > 1:
                error.thing = f"{error.thing} of {spec.package}"
            raise
        return both.wheel, both.sdist

    def _draft(self, world: World) -> tuple[ForgeRelease | None, Marker | None]:
        if world.forge is None or not any(isinstance(a, DraftRelease) for a in self.plan.actions):
            return None, None
        tag = self.plan.tag_of(self.spec.package)
        source = release_identity(world, self.plan, tag)
        for release in world.forge.releases(tag):
            marker = read_marker(release.notes)
            if marker is not None and marker.source == source:
                return release, marker
        return None, None

    def _from_draft(
        self, world: World, release: ForgeRelease, marker: Marker
    ) -> tuple[StoredFile, ...]:
        forge = world.forge
        assets = {asset.name: asset for asset in release.assets if asset.state == "uploaded"}
        if forge is None or not marker.files.keys() <= assets.keys():
            return ()
        scratch = Path(tempfile.mkdtemp(prefix="draft-", dir=world.store.folder))
        try:
            kept = []
            for name, digest in marker.files.items():
                if not belongs(self.plan, name, self.spec.package):
                    continue
                forge.download_asset(assets[name], scratch / name)
                stored = world.store.keep(scratch / name)
                if stored.sha256 != digest:
                    return ()
                kept.append(stored)
            return tuple(kept)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _compare(self, world: World, files: Sequence[StoredFile]) -> None:
        """Refuse to go on with other bytes than those that are out already."""
        for upload in self.plan.actions:
            if not isinstance(upload, Upload) or upload.package != self.spec.package:
                continue
            held = world.index(upload.index).files(upload.package)
            for file in files:
                there = held.get(file.name)
                if there is not None and there.sha256 and there.sha256 != file.sha256:
                    raise BytesLost(
                        f"{self.spec.package} {self.spec.version}",
                        f"{upload.index} holds {file.name} with SHA-256 {there.sha256[:16]}…, and "
                        f"this build of the same source gave {file.sha256[:16]}…",
                    )

    def _receipt(self, files: Sequence[StoredFile], facts: Mapping[str, str]) -> Receipt:
        size = sum(file.size for file in files)
        origin = f", taken from {facts['from']}" if facts.get("from") else ""
        origin += f", compressed with {facts['with']}" if facts.get("with") else ""
        return Receipt(
            detail=f"{len(files)} files, {size / 1000:.1f} kB{origin}", facts=dict(facts)
        )
