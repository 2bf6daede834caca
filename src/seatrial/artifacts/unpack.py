"""Unpacking sdists."""

from __future__ import annotations

import os
import sys
import tarfile
from pathlib import Path

from seatrial.artifacts.tarballs import Walk, opened
from seatrial.errors import InspectionFailed, StorageFault


def unpack_sdist(path: Path, to: Path) -> Path:
    """Unpack an sdist, by the rules of tarfile's ``data`` filter (PEP 721) and stricter ones.

    Args:
        path: the sdist.
        to: where to; made when it is not there, and empty when it is.

    Returns:
        The one folder that was unpacked.

    Raises:
        InspectionFailed: it is no sdist, or it would write elsewhere.
        StorageFault: it could not be written, or something is there already.
    """
    walk = Walk(path.name)
    try:
        to.mkdir(parents=True, exist_ok=True)
        if any(to.iterdir()):
            raise StorageFault(str(to), "the folder is not empty")
    except OSError as fault:
        raise StorageFault(str(to), fault.strerror or str(fault)) from fault
    with opened(path) as archive:
        # Python 3.11.3 and older have no filters; there the checks of the walk stand alone.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        for entry in archive:
            walk.check(entry)
            _tidy(entry)
            try:
                archive.extract(entry, to)
            except OSError as fault:
                raise StorageFault(str(to), fault.strerror or str(fault)) from fault
    if not walk.top:
        raise InspectionFailed(path.name, "it is empty")
    return to / walk.top


def _tidy(entry: tarfile.TarInfo) -> None:
    """Take owner and permissions away as the ``data`` filter does (PEP 721), on every Python."""
    entry.uname = entry.gname = ""
    if sys.platform != "win32":
        entry.uid, entry.gid = os.getuid(), os.getgid()
    runs = entry.isdir() or entry.mode & 0o100
    entry.mode = entry.mode & (0o755 if runs else 0o644) | (0o700 if entry.isdir() else 0o600)
