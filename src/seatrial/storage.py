"""Writes what must survive a crash: whole or not at all, and on the disk before it counts.

The order is write, flush, rename, flush the folder.  What the operating system refuses becomes a
:class:`~seatrial.errors.StorageFault` that names the path and the way out.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from seatrial.errors import InvalidConfiguration, StorageFault

_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


def storage_fault(path: Path, error: OSError) -> StorageFault:
    """Say what the operating system refused, and what to do.

    Args:
        path: what was to be written or read.
        error: what came of it.
    """
    next_step = None
    if error.errno in _NO_ROOM:
        next_step = "Make room on that disk, then run this again."
    elif error.errno in _NOT_ALLOWED:
        next_step = "Make it writable, then run this again."
    elif error.errno == errno.EFBIG:
        next_step = "Raise the limit on the size of files (ulimit -f), then run this again."
    elif error.errno in {errno.ENOTDIR, errno.EEXIST}:
        next_step = "Move away the file that stands where a folder belongs, then try again."
    return StorageFault(str(path), error.strerror or str(error), next_step=next_step)


@contextlib.contextmanager
def storage_faults(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses within the block into errors about ``path``.

    Raises:
        StorageFault: something in the block raised an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise storage_fault(path, error) from error


@contextlib.contextmanager
def chosen_place(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses within the block into a fault of the command.

    Args:
        path: the place that the user named.

    Raises:
        InvalidConfiguration: something in the block raised an ``OSError``.
        StorageFault: there is no room; that is the disk's fault, and not the command's.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM or error.errno == errno.EFBIG:
            raise storage_fault(Path(error.filename or path), error) from error
        raise InvalidConfiguration(
            str(path),
            error.strerror or str(error),
            doing="writing to",
            next_step="Name another place, or make this one writable.",
        ) from error


def flush(descriptor: int) -> None:
    """Have the operating system put an open file on the disk itself.

    On macOS ``fsync`` leaves the bytes in the drive's cache; ``F_FULLFSYNC`` does not (fsync(2)).

    Raises:
        OSError: it could not.
    """
    if sys.platform == "darwin":
        import fcntl

        # Not every file system knows it; the plain flush is what remains.
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk; Windows does so of itself.

    Raises:
        OSError: it could not.
    """
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they are there after a crash too.

    Raises:
        StorageFault: it cannot be made.
    """
    with storage_faults(folder):
        if folder.is_dir():
            return
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is wholly there or wholly not, whatever happens meanwhile.

    Args:
        path: where to; its folder is there, and what it held before is replaced.
        data: all its bytes.

    Raises:
        StorageFault: it cannot be written; ``path`` is what it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    with storage_faults(path):
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                flush(file.fileno())
            beside.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
        flush_folder(path.parent)


def linked(source: Path, to: Path) -> bool:
    """Give a file a second name instead of copying it, and say whether that could be done.

    Only a plain file is that everybody may read and nobody runs, as a copy of it would be.
    Whoever links has to know that nothing writes to the first name any more.

    Args:
        source: the file.
        to: the name; what has it is gone then, so that no copy is written into another file.

    Raises:
        OSError: what has the name cannot be taken away.
    """
    to.unlink(missing_ok=True)
    try:
        mode = source.lstat().st_mode
        if not stat.S_ISREG(mode) or mode & 0o777 != 0o644:  # noqa: PLR2004 -- the usual ones
            return False
        os.link(source, to)
    except OSError:
        # It lies on another file system, or on one that knows no such names.
        return False
    return True


def lay_whole(files: Iterable[tuple[Path, str]], folder: Path) -> None:
    """Put files into a folder; all are there, or where there is no room, none.

    They are linked where they can be, so nothing may write to the first ones afterwards.

    Args:
        files: each with the name that it gets.
        folder: where to; it is there.

    Raises:
        OSError: one cannot be copied, and names it; what had the names has them still.
    """
    parts: list[tuple[Path, Path]] = []
    try:
        for source, name in files:
            part = folder / f".{name}.part"
            parts.append((part, folder / name))
            try:
                if not linked(source, part):
                    shutil.copyfile(source, part)
            except OSError as error:
                # Of the two files that are open the error may name neither (write(2)).
                raise OSError(error.errno, error.strerror, str(folder / name)) from error
        for part, to in parts:
            part.replace(to)
    finally:
        for part, _ in parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def lock_file(descriptor: int) -> None:
        """Lock an open file for this process; raises BlockingIOError where another one has it."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(error.errno, error.strerror) from error

else:
    import fcntl

    def lock_file(descriptor: int) -> None:
        """Lock an open file for this process; raises BlockingIOError where another one has it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
