"""The pages that say what an error means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seatrial import errors
from seatrial.errors import SeatrialError
from seatrial.storage import storage_faults

HERE = Path(__file__).resolve()


def kinds(root: type[SeatrialError] = SeatrialError) -> Iterator[type[SeatrialError]]:
    """Give the errors that a user can meet, in the order of the tree."""
    inner = [kind for kind in root.__subclasses__() if kind.__module__ == errors.__name__]
    if not inner:
        yield root
    for kind in inner:
        yield from kinds(kind)


def by_name() -> dict[str, type[SeatrialError]]:
    """Give the errors that a user can meet by the names that they are known by."""
    return {kind("").slug: kind for kind in kinds()}


def meaning(kind: type[SeatrialError]) -> str:
    """Say in a sentence what an error is."""
    return (kind.__doc__ or "").partition("\n")[0]


def page(slug: str) -> str:
    """Give the page of an error, Markdown.

    Args:
        slug: the error's name.

    Raises:
        StorageFault: the installation is not whole.
    """
    shipped = HERE.parents[1] / "explained"
    # In a checkout the pages lie where the documentation is made from.
    folder = shipped if shipped.is_dir() else HERE.parents[3] / "docs" / "errors"
    path = folder / f"{slug}.md"
    with storage_faults(path):
        return path.read_text("utf-8")
