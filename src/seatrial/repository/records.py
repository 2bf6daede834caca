"""What git prints of a history, taken apart as it comes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from seatrial.repository.commits import Commits

_FORMAT = "%H%x00%ct%x00%aN <%aE>%x00%P%x00%s%x00%b%x00"
_FIELDS = 6
_PARENTS = 3
_NOBODY = -1


class _Owners:
    """Which packages own a path: those in whose folder it lies, the innermost alone."""

    def __init__(self, folders: Sequence[str]) -> None:
        names = (folder.encode("utf-8", "surrogateescape") for folder in folders)
        self._numbers = {name: number for number, name in enumerate(names)}
        # Folder → the number of its package.  There are as many as folders in the history's trees.
        self._known: dict[bytes, int] = {}

    def of(self, names: Iterable[bytes]) -> set[int]:
        """Give the numbers of the packages that files belong to.

        Args:
            names: the paths of files, from the root.
        """
        known, found = self._known, set()
        for name in names:
            folder = name.rpartition(b"/")[0]
            number = known.get(folder)
            found.add(self._above(folder) if number is None else number)
        found.discard(_NOBODY)
        return found

    def _above(self, folder: bytes) -> int:
        at, passed = folder, []
        while at not in self._known:
            passed.append(at)
            number = self._numbers.get(at, _NOBODY)
            if number != _NOBODY or not at:
                break
            at = at.rpartition(b"/")[0]
        else:
            number = self._known[at]
        self._known.update(dict.fromkeys(passed, number))
        return number


class Reader:
    """Takes apart what ``git log -z --name-only`` prints.

    Each record is a mark and the fields, each ended by a NUL; then one NUL; then, if the commit
    touches files, a line feed and their names, each ended by a NUL.  A name cannot be taken for a
    record: nobody who wrote it knew the mark.

    Args:
        folders: those of the packages, from the root.
        several: whether each commit is to say which of them it touches.
        every: whether the commits that touch none are kept, too.
        since: the commit that the history ends before; empty for none.

    Attributes:
        options: what git is to be told, so that it prints what can be taken apart.
    """

    def __init__(
        self, folders: Sequence[str], *, several: bool, every: bool, since: str = ""
    ) -> None:
        mark = os.urandom(8).hex()
        names = ("--name-only", "--no-renames") if several else ()
        self.options = ("-z", "--encoding=UTF-8", f"--format={mark}{_FORMAT}", *names)
        self._mark = mark.encode("ascii")
        self._every = every
        self._since = since.encode("ascii")
        self._owners = _Owners(folders) if several else None
        self._rest = bytearray()
        self._commits = Commits(folders)

    def take(self, piece: bytes) -> None:
        """Take the next piece of the output."""
        # A mark may lie across the border of two pieces.
        since = max(len(self._rest) - len(self._mark), 1)
        self._rest += piece
        cut = self._rest.rfind(self._mark, since)
        if cut > 0:
            whole = bytes(memoryview(self._rest)[:cut])
            del self._rest[:cut]
            self._read(whole)

    def finished(self) -> Commits:
        """Give the commits; nothing more is to come."""
        self._read(bytes(self._rest))
        self._rest.clear()
        self._commits.close()
        return self._commits

    def _read(self, records: bytes) -> None:
        add = self._commits.add
        for record in records.split(self._mark)[1:]:
            *fields, names = record.split(b"\0", _FIELDS)
            if len(fields) < _FIELDS:
                continue
            if self._since and self._since in fields[_PARENTS]:
                self._commits.reach = True
            touched = b""
            if self._owners is not None:
                # A NUL and a line feed before the first name, a NUL after the last.
                owners = self._owners.of(names[2:-1].split(b"\0")) if names[2:] else set()
                if not owners and not self._every and b" " not in fields[_PARENTS]:
                    continue
                touched = b" ".join([b"%d" % number for number in sorted(owners)])
            add(b"\0".join(fields), touched)
