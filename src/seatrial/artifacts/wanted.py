"""Which files of an archive are wanted, and where in a wheel they go."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from seatrial.artifacts.archives import is_plain
from seatrial.artifacts.supplies import Supply
from seatrial.errors import InspectionFailed

MOST_SHOWN = 30
"""Files of an archive that a message names."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted, and where it goes.

    Attributes:
        pattern: a glob; without a slash it is of the file's name, in whatever folder it lies.
        to: a folder in the wheel, with a slash at its end, or the whole path there.
    """

    pattern: str
    to: str


class Wanted:
    """The files of one archive, as they come by.

    Args:
        places: what is wanted.
        archive: the archive's name, for the errors.

    Attributes:
        placed: where those that were taken go, in their order.
    """

    def __init__(self, places: Iterable[Place], archive: str) -> None:
        self._forms = [(place, glob(place.pattern)) for place in places]
        self._archive = archive
        self._taken: dict[str, tuple[str, str]] = {}
        self._found: set[str] = set()
        self._there: list[str] = []
        self.placed: tuple[str, ...] = ()

    def take(self, supply: Supply) -> str:
        """Say where a file goes; empty where it is not wanted.

        Raises:
            InspectionFailed: it is wanted and a link, or something is there already.
        """
        self._there.append(supply.path)
        name = supply.path.rpartition("/")[2]
        place = next(
            (one for one, form in self._forms if form.fullmatch(_looked_at(one, supply.path))), None
        )
        if place is None:
            return ""
        if supply.link:
            raise self._refused(
                f"{supply.path} in it is a link to {supply.link}, and a wheel holds no links",
                f"Name {supply.link} instead of {place.pattern}.",
            )
        to = f"{place.to}{name}" if place.to.endswith("/") else place.to
        if not is_plain(to):
            raise self._refused(f"{supply.path} would go to {to!r}, which is no plain path", "")
        other = self._taken.get(to.casefold())
        if other:
            raise self._clash(supply.path, to, other[0])
        self._taken[to.casefold()] = supply.path, to
        self._found.add(place.pattern)
        self.placed = (*self.placed, to)
        return to

    def beside(self, held: Iterable[str]) -> None:
        """See that nothing that was taken goes where the wheel has a file of its own.

        Args:
            held: the paths that it has.

        Raises:
            InspectionFailed: something does.
        """
        own = {path.casefold(): path for path in held}
        for folded, (path, to) in self._taken.items():
            if folded in own:
                raise self._clash(path, to, f"{own[folded]} of the package itself")

    def _clash(self, path: str, to: str, other: str) -> InspectionFailed:
        return self._refused(
            f"{path} would go to {to}, and so does {other}",
            "Name the files more exactly, with the folder that they lie in.",
        )

    def complete(self) -> None:
        """See that everything wanted was there.

        Raises:
            InspectionFailed: something was not; what is there instead is told.
        """
        missing = [one.pattern for one, _ in self._forms if one.pattern not in self._found]
        if not missing:
            return
        there = sorted(self._there)
        shown = ", ".join(there[:MOST_SHOWN]) or "nothing"
        more = f" and {len(there) - MOST_SHOWN} more" if len(there) > MOST_SHOWN else ""
        raise self._refused(
            f"it holds no {', no '.join(missing)}; it holds {shown}{more}",
            "Mend the names in [wrap.place], or name in the target's `without` what it does not "
            "have.",
        )

    def _refused(self, said: str, way_out: str) -> InspectionFailed:
        return InspectionFailed(
            self._archive,
            said,
            doing="taking binaries from",
            next_step=way_out or "Mend [wrap.place].",
        )


def _looked_at(place: Place, path: str) -> str:
    return path if "/" in place.pattern else path.rpartition("/")[2]


def glob(pattern: str) -> re.Pattern[str]:
    """Read a glob: ``*`` and ``?`` stay in their folder, ``**/`` is any number of folders."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(parts.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL)
