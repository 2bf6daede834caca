"""Measure, and print the table.

Usage: python -m benchmarks [JOB …]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import (
    binaries,
    deciding,
    docking,
    growing,
    inspecting,
    many,
    planning,
    reading,
    rehearsing,
    starting,
    uploading,
    wrapping,
)
from benchmarks.measuring import Row, table

JOBS: dict[str, Callable[[Path], list[Row]]] = {
    "starting": starting.measure,
    "rehearsing": rehearsing.measure,
    "uploading": uploading.measure,
    "growing": growing.measure,
    "planning": planning.measure,
    "reading": reading.measure,
    "deciding": deciding.measure,
    "many": many.measure,
    "inspecting": inspecting.measure,
    "binaries": binaries.measure,
    "wrapping": wrapping.measure,
    "docking": docking.measure,
}


def main(names: Sequence[str]) -> int:
    """Measure the named jobs, or all, and say by the exit code whether every target is met."""
    unknown = [name for name in names if name not in JOBS]
    if unknown:
        raise SystemExit(f"there is no {unknown[0]}; there are {', '.join(JOBS)}")
    rows: list[Row] = []
    for name in names or JOBS:
        print(f"measuring: {name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="seatrial-benchmark-") as folder:
            rows += JOBS[name](Path(folder).resolve())
    print(table(rows))
    return not all(row.met for row in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
