"""Files that a build is given: they, and nothing of their names from elsewhere, are installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seatrial.artifacts.filenames import name_of, version_of
from seatrial.world.folders import storing
from seatrial.world.ports import StoredFile


def given_files(files: Sequence[StoredFile], place: Path) -> tuple[str, ...]:
    """Give the words that tell ``uv build`` of files, and write what holds it to them.

    A constraint names each project with the version and the digests of these files: neither another
    version nor other bytes of that name can be installed.

    Args:
        files: the built files; none give no words.
        place: where the constraints are written.
    """
    if not files:
        return ()
    lines: dict[str, list[str]] = {}
    for file in files:
        wanted = f"{name_of(file.name)}=={version_of(file.name)}"
        lines.setdefault(wanted, []).append(f"--hash=sha256:{file.sha256}")
    with storing(place):
        text = "".join(f"{wanted} {' '.join(hashes)}\n" for wanted, hashes in lines.items())
        place.write_text(text, "utf-8")
    words = ["--build-constraints", str(place)]
    for folder in dict.fromkeys(str(file.path.parent) for file in files):
        words += ["--find-links", folder]
    for name in dict.fromkeys(name_of(file.name) for file in files):
        # Of what was cached under this name, the bytes may be those of an earlier build.
        words += ["--refresh-package", name]
    return tuple(words)
