"""What the dock of a rehearsal begins with: the truth about the names under release."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from seatrial.dock.entries import SeedFile
from seatrial.dock.server import Dock
from seatrial.errors import Unreachable
from seatrial.indexrules.values import Limits
from seatrial.operations.project import Project
from seatrial.operations.worlds import indexes_of
from seatrial.plan.values import Plan
from seatrial.world.ports import HeldFile


def seed(dock: Dock, project: Project, plan: Plan, since: float) -> Iterator[str]:
    """Show the dock what the real indexes hold of each package, where that can be read.

    Args:
        dock: it runs.
        project: the repository.
        plan: what is rehearsed.
        since: what was told from this moment on (``time.monotonic()``) is not asked again.

    Yields:
        what of the real index cannot be known, and so is not rehearsed; a sentence each.
    """
    for name, package in itertools.product(indexes_of(plan), plan.names):
        try:
            held = project.index(name).files(package, asked_after=since)
        except Unreachable:
            yield f"{name} could not be asked, so what it holds of {package} is not rehearsed."
            continue
        dock.seed(name, package, [seed_of(file) for file in held.values()])
        status = project.index(name).status(package)
        if status in {"archived", "quarantined"}:
            dock.set_status(name, package, "archived" if status == "archived" else "quarantined")
        yield f"Not rehearsed, because {name} does not tell: {', '.join(unknown_of(held))}."


def seed_of(file: HeldFile) -> SeedFile:
    """Give a file of the real index as the dock begins with it."""
    return SeedFile(
        name=file.name,
        sha256=file.sha256,
        url=file.url,
        size=file.size,
        requires_python=file.requires_python,
        uploaded=file.uploaded,
        yanked=file.yanked,
    )


def unknown_of(held: Mapping[str, HeldFile]) -> Iterator[str]:
    """Give what no page of an index tells about a project, or this one does not.

    Args:
        held: what its page lists.
    """
    if held:
        yield "who may upload to the project"
    else:
        yield "whether the name is prohibited or too much like another's"
    yield "names of files that were deleted"
    if any(file.uploaded is None for file in held.values()):
        yield "when its releases began"
    if any(not file.size for file in held.values()):
        yield "how large its files are together"
    sizes = [file.size for file in held.values()]
    if max(sizes, default=0) > Limits().file_size or sum(sizes) > Limits().project_size:
        yield "how much more than the usual sizes it was granted"
    if any(not file.sha256 for file in held.values()):
        yield "the digests of some of its files"
