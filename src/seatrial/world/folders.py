"""Folders of our own: writing into them, and removing them whatever a build left inside."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from seatrial.storage import storage_fault


@contextlib.contextmanager
def storing(place: Path) -> Iterator[None]:
    """Turn the operating system's errors of writing into :class:`StorageFault`."""
    try:
        yield
    except OSError as error:
        raise storage_fault(Path(error.filename or place), error) from error


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; quiet when it is not there.

    Raises:
        StorageFault: something in it cannot be removed.
    """
    with storing(folder):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            if folder.exists():
                raise
        except PermissionError:
            # Builds leave folders that are read-only, and git leaves such files on Windows.
            folder.chmod(stat.S_IRWXU)
            for parent, folders, files in os.walk(folder):
                for name in (*folders, *files):
                    path = Path(parent, name)
                    if not path.is_symlink():
                        path.chmod(stat.S_IRWXU)
            shutil.rmtree(folder)
