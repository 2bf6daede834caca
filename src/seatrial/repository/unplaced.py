"""What the configuration names and the commit does not hold: all of it, told at once."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Callable, Iterator
from typing import TypeAlias

from seatrial.config.load import FILES, Configuration, refusal, understood
from seatrial.config.positions import Path
from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration
from seatrial.repository.remotes import remote_of
from seatrial.repository.snapshot import Snapshot

Where: TypeAlias = Callable[[Path], str]
"""Gives a key of the configuration as a message names it, with its file and line."""


class Unplaced:
    """Collects such faults, each at its key.

    Args:
        where: names a key.
    """

    def __init__(self, where: Where) -> None:
        self._where = where
        self.found: list[tuple[Path, InvalidConfiguration]] = []

    @contextlib.contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Keep the fault that the block raises, as one of a key.

        Args:
            path: the key, from the top of our table.
        """
        try:
            yield
        except InvalidConfiguration as error:
            self.found.append((path, error))

    def refuse(self) -> None:
        """Raise what was found.

        Raises:
            InvalidConfiguration: something was.
        """
        if not self.found:
            return
        named = [(self._where(path), error) for path, error in self.found]
        (thing, first), *others = named
        more = [f"{place}: {error.said}" for place, error in others]
        raise InvalidConfiguration(thing, "\n".join([first.said, *more]), next_step=first.next_step)


def configuration_of(snapshot: Snapshot) -> Configuration:
    """Read the configuration of a commit.

    Args:
        snapshot: the commit.

    Raises:
        InvalidConfiguration: some of it cannot be used.  Everything that is wrong with it is told
            at once, and with it what it names, as far as it can be understood, and is not there.
    """
    said, faults = understood(snapshot.texts(FILES))
    if not faults:
        return said
    # Where all is well this is found when the packages are.
    from seatrial.config.check import Fault
    from seatrial.repository.packages import look_for_places

    lacking = Unplaced(said.where)
    look_for_places(snapshot, said.settings, lacking)
    told = [fault.path for fault in faults]
    faults += [
        Fault(path, error.said)
        for found, error in lacking.found
        if not any(_spoils(fault, path := said.whole(found)) for fault in told)
    ]
    raise refusal(said, faults)


def look_for_files(snapshot: Snapshot, settings: Settings, faults: Unplaced) -> None:
    """Look for the files that the configuration names, and the remote.

    Args:
        snapshot: the commit.
        settings: the configuration, or what of it could be understood.
        faults: is told what is not there.
    """
    with faults.at("remote"):
        remote_of(snapshot, settings)
    changelog = posixpath.normpath(settings.changelog.file)
    # Each of several packages with versions of their own has one of that name in its folder.
    held = (f"/{path}".endswith(f"/{changelog}") for path in snapshot.files)
    if settings.changelog.file and not any(held):
        with faults.at("changelog", "file"):
            raise InvalidConfiguration("changelog.file", f"this commit holds no {changelog}")
    template = settings.notes.template
    if template and snapshot.text(posixpath.normpath(template)) is None:
        with faults.at("notes", "template"):
            raise InvalidConfiguration("notes.template", f"this commit holds no text {template}")


def _spoils(fault: Path, path: Path) -> bool:
    """Whether what is wrong at one key makes it useless to say what is wrong at another one.

    What a package holds cannot be said before it is known where it lies, nor how a tag is spelt
    at a place before the format of the tags is known.
    """
    if fault == path[: len(fault)]:
        return True
    if fault[-1:] == ("path",):
        return fault[:-1] == path[: len(fault) - 1]
    return fault[-1:] == ("tag",) and "versions" in path and fault[:-1] == path[: len(fault) - 1]
