"""A process that holds a repository's lock until its input ends: ``holder COMMON``."""

from __future__ import annotations

import sys
from pathlib import Path

from seatrial.engine.lock import hold

if __name__ == "__main__":
    with hold(Path(sys.argv[1]), command="release 1.2.3", run="R1"):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        sys.stdin.read()
