"""A change file is written into the working tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from seatrial.errors import NoPackage, SeveralPackages, UsageFault
from seatrial.operations.project import Project
from seatrial.repository.change_files import FOLDER, file_name, written
from seatrial.storage import make_folder, storage_faults


def write_change(path: Path, text: str, kind: str, packages: Sequence[str]) -> Path:
    """Write a file that tells one change.

    Args:
        path: a folder in the repository.
        text: Markdown; its first line is what the changelog's list shows.
        kind: "breaking", "feature", "fix" or "other".
        packages: names of those that it concerns; the only one when empty.

    Returns:
        The file, from the repository's top folder.

    Raises:
        UsageFault: the text is empty.
        NoPackage: no package has such a name.
        SeveralPackages: there are several, and none is named.
        StorageFault: the file cannot be written.
    """
    if not text.strip():
        raise UsageFault(
            "the change", "it says nothing", doing="writing", next_step="Say what has changed."
        )
    project = Project.open(path)
    known = {canonicalize_name(package.name) for package in project.facts.packages}
    names = [canonicalize_name(name) for name in packages]
    strange = [name for name in names if name not in known]
    if strange:
        raise NoPackage(f"a package called {strange[0]}", f"there is {', '.join(sorted(known))}")
    if not names:
        if len(known) > 1:
            raise SeveralPackages(
                str(project.snapshot.root),
                f"it holds {', '.join(sorted(known))}",
                next_step="Name those that it concerns with --package.",
            )
        names = sorted(known)
    root = project.snapshot.root
    folder = root / FOLDER
    with storage_faults(folder):
        make_folder(folder)
        file = folder / file_name(text, [entry.name for entry in folder.iterdir()])
        file.write_bytes(written(dict.fromkeys(names, kind), text).encode())
    return file.relative_to(root)
