"""A release that is proposed on a day of the test's; run as a process of its own."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from seatrial.operations.planning import Request
from seatrial.operations.proposing import propose
from seatrial.operations.running import Watch
from seatrial.versions.decide import Wish


def main(folder: str, day: str) -> None:
    """Propose the release of the project in a folder."""
    propose(
        Request(path=Path(folder), wish=Wish(), date=dt.date.fromisoformat(day)),
        Watch(),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
