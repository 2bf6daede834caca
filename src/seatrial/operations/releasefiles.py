"""Files that a person names, sorted into the releases they belong to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from packaging.utils import parse_sdist_filename, parse_wheel_filename

from seatrial.artifacts.compare import sha256_of
from seatrial.errors import InvalidConfiguration
from seatrial.storage import storage_faults
from seatrial.world.ports import StoredFile


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one version of one project.

    Attributes:
        name: the project's name, normalised.
        version: by the files' names, normalised.
        files: wheels first, as they would be uploaded.
    """

    name: str
    version: str
    files: tuple[StoredFile, ...]


def by_release(paths: Sequence[Path]) -> tuple[Release, ...]:
    """Sort files into releases by their names.

    Args:
        paths: wheels and sdists.

    Raises:
        InvalidConfiguration: a name is that of neither.
        StorageFault: a file cannot be read.
    """
    found: dict[tuple[str, str], list[Path]] = {}
    for path in paths:
        found.setdefault(release_of(path), []).append(path)
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="digest") as pool:
        return tuple(
            Release(
                name=name,
                version=version,
                files=tuple(
                    pool.map(
                        described, sorted(files, key=lambda path: not path.name.endswith(".whl"))
                    )
                ),
            )
            for (name, version), files in found.items()
        )


def release_of(path: Path) -> tuple[str, str]:
    """Read project and version from the name of a file, both normalised.

    Raises:
        InvalidConfiguration: it is not the name of a wheel or sdist.
    """
    parse = parse_wheel_filename if path.name.endswith(".whl") else parse_sdist_filename
    try:
        name, version, *_ = parse(path.name)
    except ValueError as error:
        raise InvalidConfiguration(
            str(path), str(error), doing="reading", next_step="Name sdists and wheels only."
        ) from error
    return str(name), str(version)


def described(path: Path) -> StoredFile:
    """Describe a file where it lies.

    Raises:
        StorageFault: it cannot be read.
    """
    with storage_faults(path):
        size, digest = path.stat().st_size, sha256_of(path)
    return StoredFile(name=path.name, sha256=digest, size=size, path=path)
