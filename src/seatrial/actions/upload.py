"""Uploads to an index, a file at a time, each decided by its SHA-256."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.actions.files import files_of
from seatrial.errors import UploadRefused
from seatrial.plan.state import Absent, Action, Different, Receipt, Same, State, Unknown
from seatrial.plan.values import Upload, Visible
from seatrial.world.ports import HeldFile, Index, StoredFile, World

SHOWN_WITHIN = 120.0
"""Seconds that an index may take to show a file it accepted."""

RECENT = 0.4
"""Seconds for which a page may serve who looks: less than the engine waits between two looks, so
that waiting for a page to change always asks anew.  What we sent ourselves is never missed."""


@dataclass(frozen=True)
class UploadFiles(Bound[Upload]):
    """Upload every built file; becomes one action a file."""

    @property
    def irrevocable(self) -> bool:
        """A name used on an index that is not for staging is used for ever."""
        return not self.spec.staging

    def preflight(self, world: World) -> None:
        """See that there is something to log in with."""
        world.index(self.spec.index).check_credential(self.spec.package)

    def observe(self, world: World) -> State:
        """Say whether the index holds all files."""
        held = world.index(self.spec.index).files(self.spec.package)
        files = self._files(world)
        if files and all(f.name in held and held[f.name].sha256 == f.sha256 for f in files):
            return Same(receipt=Receipt(detail=f"{len(files)} files"))
        return Absent()

    def act(self, world: World) -> Receipt:
        """Report; the parts have done it."""
        return Receipt(detail=f"{len(self._files(world))} files")

    def expand(self, world: World) -> tuple[Action[World], ...]:
        """Give one action a file; an sdist waits for the wheels, whatever becomes of them.

        Who installs in between gets a wheel, and builds nothing.
        """
        files = self._files(world)
        wheels = [UploadFile(self.spec, self.plan, f) for f in files if f.name.endswith(".whl")]
        after = tuple(wheel.key for wheel in wheels)
        others = [f for f in files if not f.name.endswith(".whl")]
        return (*wheels, *(UploadFile(self.spec, self.plan, f, after) for f in others))

    def _files(self, world: World) -> Sequence[StoredFile]:
        return _shipped(world, self)


@dataclass(frozen=True)
class UploadFile(Bound[Upload]):
    """Upload one file.

    Args:
        file: which.
        after: keys of the uploads that have to end before this one begins.
    """

    file: StoredFile
    after: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its natural key."""
        return f"upload {self.file.name} to {self.spec.index}"

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing beyond what the whole upload needs."""
        return ()

    @property
    def irrevocable(self) -> bool:
        """A name used on an index that is not for staging is used for ever."""
        return not self.spec.staging

    @property
    def patience(self) -> float:
        """Seconds that the index may take to show the file."""
        return SHOWN_WITHIN

    def observe(self, world: World) -> State:
        """Compare with what the index holds under this name."""
        index = world.index(self.spec.index)
        held = _page(index, self.spec.package).get(self.file.name)
        if held is None:
            return Absent()
        if not held.sha256:
            return Unknown(why=f"{self.spec.index} states no SHA-256 for {self.file.name}")
        if held.sha256 != self.file.sha256:
            return Different(
                why=f"{self.spec.index} holds {self.file.name} with SHA-256 {held.sha256[:16]}…, "
                f"ours is {self.file.sha256[:16]}…"
            )
        return Same(receipt=self._receipt(held.url))

    def act(self, world: World) -> Receipt:
        """Send it, once; whether to send it again is decided after looking.

        Raises:
            UploadRefused: the index took it from nobody.
        """
        index = world.index(self.spec.index)
        try:
            index.upload(self.file)
        except UploadRefused:
            # Where somebody else was faster, what is there decides, and not the refusal.
            if self.file.name not in index.files(self.spec.package, asked_after=time.monotonic()):
                raise
        return self._receipt("")

    def _receipt(self, url: str) -> Receipt:
        facts = {"file": self.file.name, "sha256": self.file.sha256, "size": str(self.file.size)}
        return Receipt(
            detail=f"{self.file.size / 1000:.1f} kB", facts=facts | ({"url": url} if url else {})
        )


@dataclass(frozen=True)
class ShowFiles(Bound[Visible]):
    """Wait until the page that installers read shows every digest."""

    @property
    def patience(self) -> float:
        """Seconds to wait."""
        return self.spec.timeout

    def observe(self, world: World) -> State:
        """Say what the page lacks."""
        index = world.index(self.spec.index)
        held = _page(index, self.spec.package)
        files = _shipped(world, self)
        missing = [f.name for f in files if f.name not in held]
        wrong = [f.name for f in files if f.name in held and held[f.name].sha256 != f.sha256]
        if wrong:
            return Different(why=f"the page shows other bytes for {', '.join(wrong)}")
        if missing:
            return Unknown(
                why=f"{self.spec.index} took the files, and its page does not show "
                f"{', '.join(missing)} yet",
                error="not-visible-yet",
            )
        return Same(receipt=Receipt(detail=f"{len(files)} files on the page of {index.simple_url}"))

    def act(self, world: World) -> Receipt:
        """Do nothing: there is nothing to do but to wait."""
        files = _shipped(world, self)
        return Receipt(detail=f"{len(files)} files")


def _page(index: Index, package: str) -> Mapping[str, HeldFile]:
    """Look at the page of a package; those who look at the same moment share one request."""
    return index.files(package, asked_after=time.monotonic() - RECENT)


def _shipped(world: World, action: UploadFiles | ShowFiles) -> Sequence[StoredFile]:
    """Give the files that go to the index: an sdist may be for the forge alone."""
    spec = action.spec
    files = files_of(world, action.plan, spec.package)
    return [one for one in files if spec.sdist or one.name.endswith(".whl")]
