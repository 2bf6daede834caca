"""Going through the members of an sdist that a stranger may have made."""

from __future__ import annotations

import gzip
import posixpath
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seatrial.artifacts.archives import MIB, Paths, is_plain, most_unpacked, reading
from seatrial.errors import InspectionFailed


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a ``.tar.gz`` for one pass over its members, bounded, its checksum compared at the end.

    Raises:
        InspectionFailed: instead of all that reading a broken or hostile one raises.
    """
    # Read as a stream, forwards only: headers with negative sizes cannot send the reader back.
    with reading(path.name), _Bounded(path) as packed:
        with tarfile.open(fileobj=packed, mode="r|") as archive:
            yield archive
        # The end of the stream holds its checksum.
        while packed.read(MIB):
            pass


class _Bounded(gzip.GzipFile):
    """A stream that fails when it gives more bytes than an honest archive would."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._file = path.name
        self._most = self._left = most_unpacked(path.stat().st_size)

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._left -= len(data)
        if self._left < 0:
            said = f"it unpacks to more than {self._most // MIB} MiB, as a bomb does"
            raise InspectionFailed(self._file, said)
        return data


class Walk:
    """The checks that each member of an sdist goes through, in the archive's order.

    Args:
        file: the sdist's name, for the errors.

    Attributes:
        top: the one folder that holds everything; empty before the first member.
        doubles: files that stand there again; the last one is what is unpacked.
    """

    def __init__(self, file: str) -> None:
        self.top = ""
        self.doubles: set[str] = set()
        self._files: set[str] = set()
        self._file = file
        self._paths = Paths(file)
        self._links: set[str] = set()

    def check(self, entry: tarfile.TarInfo) -> None:
        """Take the next member.

        Raises:
            InspectionFailed: it is not a file, folder or link that stays below the top folder.
        """
        path = entry.name
        again = entry.isreg() and path in self._files
        self._paths.add(path, folder=entry.isdir(), again=again)
        if again:
            self.doubles.add(path)
        if entry.isreg():
            self._files.add(path)
        top, _, rest = path.partition("/")
        self.top = self.top or top
        if top != self.top or not (rest or entry.isdir()):
            self._refuse(f"everything is to be in one folder, but {path!r} is not in {self.top!r}")
        if not (entry.isfile() or entry.isdir() or entry.issym() or entry.islnk()):
            self._refuse(f"{path!r} in it is no file, folder or link")
        if self._below_link(path):
            self._refuse(f"{path!r} in it lies below a symbolic link")
        if entry.issym() or entry.islnk():
            self._check_link(entry)
        if entry.issym():
            self._links.add(path)

    def _check_link(self, entry: tarfile.TarInfo) -> None:
        target = entry.linkname
        if entry.issym():
            # ".." only in front, and no member below a link: then what the path says is where
            # it leads.
            parts = [part for part in target.split("/") if part not in {"", "."}]
            while parts and parts[0] == "..":
                parts = parts[1:]
            plain = not target.startswith("/") and (not parts or is_plain("/".join(parts)))
            full = posixpath.normpath(posixpath.join(posixpath.dirname(entry.name), target))
        else:
            plain, full = is_plain(target) and not self._below_link(target + "/"), target
        if not plain or not f"{full}/".startswith(f"{self.top}/"):
            self._refuse(f"the link {entry.name!r} in it leads to {target!r}")

    def _below_link(self, path: str) -> bool:
        return any(path[:i] in self._links for i, letter in enumerate(path) if letter == "/")

    def _refuse(self, said: str) -> None:
        raise InspectionFailed(self._file, said)
