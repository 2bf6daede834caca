"""Checkouts that nobody works in just now.

To clean one up is quicker than to write thousands of files anew for each package of a repository
that holds hundreds.  What was done in one is found by each file's size, times and inode, of which
the time of the last change is the kernel's own: no program can set it.  What has changed goes, git
writes it again, and the git directory is made anew.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from stat import S_IMODE, S_ISDIR
from typing import NamedTuple

import msgspec

from seatrial.errors import StorageFault
from seatrial.world.folders import remove, storing


class Mark(NamedTuple):
    """What is seen of a path without opening it; of a folder, the mode alone."""

    mode: int
    size: int = 0
    written: int = 0
    changed: int = 0
    inode: int = 0


class _Made(msgspec.Struct, kw_only=True):
    """A checkout, as it was made.

    Attributes:
        index: git's index, kept where nobody works.
        marks: path from its folder → what was seen of it.
    """

    index: Path
    marks: dict[str, Mark]

    @property
    def folder(self) -> Path:
        """Where it lies while it is free."""
        return self.index.with_suffix(".checkout")


class Idle:
    """The free checkouts of one commit; any thread may take one.

    Args:
        folder: where they lie, beside the checkouts in use; what is in it is ours.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._free: list[_Made] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def taken(
        self, folder: Path, begin: Callable[[Path], object], fill: Callable[[Path], object]
    ) -> Iterator[None]:
        """Have a clean checkout in a folder, until the block is left.

        Args:
            folder: where; what is there goes.
            begin: makes a repository in a folder, without its files.
            fill: makes its files, those that are not as the commit has them.

        Raises:
            StorageFault: it cannot be written.
        """
        made = self._cleaned(folder, begin, fill)
        if made is None:
            remove(folder)
            begin(folder)
            fill(folder)
            made = self._recorded(folder)
        try:
            yield
        finally:
            self._give_back(folder, made)

    def _cleaned(
        self, folder: Path, begin: Callable[[Path], object], fill: Callable[[Path], object]
    ) -> _Made | None:
        """Bring a free checkout to the folder, as it was made; nothing where that fails."""
        with self._lock:
            made = self._free.pop() if self._free else None
        if made is None:
            return None
        git_dir = folder / ".git"
        try:
            remove(folder)
            with storing(folder):
                folder.parent.mkdir(parents=True, exist_ok=True)
                made.folder.rename(folder)
                remove(git_dir)
                gone = removed(folder, made.marks)
                begin(folder)
                shutil.copy2(made.index, git_dir / "index")
                fill(folder)
                shutil.copy2(git_dir / "index", made.index)
                made.marks.update((path, mark_of((folder / path).lstat())) for path in gone)
        except StorageFault:
            return None
        return made

    def _recorded(self, folder: Path) -> _Made:
        """Record what a new checkout is like."""
        with storing(self._folder), self._lock:
            number = next(self._numbers)
            if not number:
                remove(self._folder)  # of a run that was killed
            self._folder.mkdir(parents=True, exist_ok=True)
            index = self._folder / f"{number}.index"
            shutil.copy2(folder / ".git" / "index", index)
            return _Made(index=index, marks=marks_in(folder))

    def _give_back(self, folder: Path, made: _Made) -> None:
        try:
            if (folder / ".gitmodules").exists():
                # Submodules are repositories of their own, which nothing here cleans up.
                remove(folder)
                return
            folder.rename(made.folder)
        except (OSError, StorageFault):
            # What worked in it has moved or locked it: the next one gets a new one.
            return
        with self._lock:
            self._free.append(made)


def mark_of(stat: os.stat_result) -> Mark:
    """Give what is compared of a path."""
    if S_ISDIR(stat.st_mode):
        return Mark(stat.st_mode)
    return Mark(stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def marks_in(folder: Path, below: str = "") -> dict[str, Mark]:
    """Give every path in a checkout, but for its git directory, with what is seen of it.

    Args:
        folder: the checkout.
        below: a folder in it, with a slash at its end; empty for all.
    """
    found: dict[str, Mark] = {}
    with os.scandir(folder / below) as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if path != ".git":
                found[path] = mark_of(entry.stat(follow_symlinks=False))
                if entry.is_dir(follow_symlinks=False):
                    found.update(marks_in(folder, f"{path}/"))
    return found


def removed(folder: Path, marks: Mapping[str, Mark]) -> list[str]:
    """Remove what is not as it was from a checkout.

    Args:
        folder: the checkout.
        marks: path → what was seen of it.

    Returns:
        The paths that have to be written again, folders before what is in them.

    Raises:
        OSError, StorageFault: something cannot be removed.
    """
    now = marks_in(folder)
    for path in now.keys() - marks.keys():
        discard(folder / path)
    gone = []
    for path, mark in marks.items():
        seen = now.get(path)
        if seen == mark:
            continue
        gone.append(path)
        if seen is None:
            continue
        if S_ISDIR(mark.mode) and S_ISDIR(seen.mode):
            (folder / path).chmod(S_IMODE(mark.mode))
        else:
            discard(folder / path)
    return gone


def discard(path: Path) -> None:
    """Remove a file, a link or a folder; quiet when it is not there."""
    if path.is_dir() and not path.is_symlink():
        remove(path)
    else:
        path.unlink(missing_ok=True)
