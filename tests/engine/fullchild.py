"""A process whose files may not grow beyond a size, as on a full disk: ``fullchild FOLDER BYTES``.

It runs the toy plan, prints what stopped it as ``slug|sentence|next step``, and ends with its code.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from seatrial.errors import SeatrialError
from tests.engine.toys import Bench, toy_plan


def main(folder: str, size: str) -> int:
    """Run the toy plan with little room."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), resource.RLIM_INFINITY))
    try:
        Bench(Path(folder)).run(toy_plan())
    except SeatrialError as error:
        sys.stdout.write(f"{error.slug}|{error}|{error.next_step}\n")
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
