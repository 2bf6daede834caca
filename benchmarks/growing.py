"""How much memory an upload takes that is two hundred times as large as another one."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from benchmarks.measuring import BIN, Row, environment, ran
from benchmarks.servers import slow_dock
from benchmarks.uploading import NAME, TO, describe, wheel

LARGE = 1_000_000_000
SMALL = 5_000
LIMIT = 64
"""MiB over the process that uploads the small file."""

MIB = 1 << 20
PEAK = """
import json, resource, subprocess, sys
subprocess.run(json.loads(sys.argv[1]), check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command, and prints the most memory that it ever had, by the system's own count."""


def measure(folder: Path) -> list[Row]:
    """Compare the peak memory of ``seatrial publish`` for a large file and for a small one."""
    env = environment(folder, {"SEATRIAL_TOKEN_SLOW": "pypi-benchmark"})
    ran(["git", "init", "--quiet", "--initial-branch=main"], folder, env)

    def peak(size: int, tag: str) -> float:
        file = wheel(
            folder / f"{NAME}-1.0-{tag}-none-any.whl",
            bytes(size),
            f"{tag}-none-any",
            zipfile.ZIP_STORED,
        )
        with slow_dock(folder / f"dock-{tag}", 0) as (upload, simple):
            describe(folder, upload, simple, env)
            argv = json.dumps([str(BIN / "seatrial"), "publish", *TO, str(file)])
            done = subprocess.run(
                [sys.executable, "-c", PEAK, argv],
                cwd=folder, env=env, stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
        return int(done.stdout) * (1 if sys.platform == "darwin" else 1024) / MIB

    small, large = peak(SMALL, "py2"), peak(LARGE, "py3")
    return [
        Row(
            job=f"upload a file of {LARGE / 1e9:g} GB",
            how="seatrial publish",
            figure=f"{large:.0f} MiB at most",
        ),
        Row(
            job="",
            how=f"the same, {SMALL / 1000:g} kB",
            figure=f"{small:.0f} MiB at most",
            ratio=f"{large - small:.0f} MiB more",
            target=f"at most {LIMIT}",
            met=large - small <= LIMIT,
        ),
    ]
