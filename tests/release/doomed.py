"""A release that ends itself at a point of its journal; run as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from seatrial.operations.planning import Request
from seatrial.operations.releasing import release
from seatrial.operations.running import Watch
from seatrial.versions.decide import Wish
from tests.support.killing import die_at


def main(folder: str, point: str) -> None:
    """Release the project in a folder, and die at the point."""
    watch = Watch(listener=die_at(int(point)))
    release(Request(path=Path(folder), wish=Wish()), None, watch)


if __name__ == "__main__":
    main(*sys.argv[1:])
