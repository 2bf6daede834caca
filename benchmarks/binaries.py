"""How long the truth about real binaries takes, beside reading them once and beside its peers.

The wheels are those of two projects on the index, at fixed versions: large programs of uv, and
modules of cryptography, which are for the stable ABI.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.inspecting import ONCE, OURS, READ
from benchmarks.measuring import BIN, Contender, Row, at_most, environment, medians, ran, shown

PROGRAMS, MODULES = "uv==0.13.8", "cryptography==50.0.2"
PLATFORMS = (
    *("manylinux_2_17_x86_64", "manylinux_2_17_aarch64"),
    *("macosx_11_0_arm64", "macosx_10_12_x86_64", "win_amd64"),
)
LINUX = "manylinux_2_17_x86_64"
ROUNDS = 5
LIMIT = 2.0
"""Times that inspecting may take what inflating and hashing takes."""


def measure(folder: Path) -> list[Row]:
    """Inspect wheels of five platforms, and one at a time beside the tools that judge it."""
    env = environment(folder)
    wheels = [fetched(folder, PROGRAMS, platform) for platform in PLATFORMS]
    size = sum(wheel.stat().st_size for wheel in wheels)
    figures = medians(
        [
            Contender(name=OURS, once=ours(folder, wheels)),
            Contender(
                name=ONCE, once=lambda: ran([sys.executable, "-c", READ, *wheels], folder, env)
            ),
        ],
        ROUNDS,
    )
    rows = at_most(f"inspect 5 real wheels, {size / 1e6:.0f} MB", figures, OURS, {ONCE: LIMIT})
    program, module = wheels[0], fetched(folder, MODULES, LINUX)
    rows += beside(folder, "the tag of a program", program, ["auditwheel", "show", program])
    rows += beside(folder, "the tag of a module", module, ["auditwheel", "show", module])
    rows += beside(folder, "the stable ABI of a module", module, ["abi3audit", module])
    return rows


def beside(folder: Path, job: str, wheel: Path, peer: Sequence[str | Path]) -> list[Row]:
    """Measure the inspection of one wheel beside another tool; the ratio is told, not judged."""
    env, name = environment(folder), str(peer[0])
    figures = medians(
        [
            Contender(name=OURS, once=ours(folder, [wheel])),
            Contender(name=name, once=lambda: ran([BIN / name, *peer[1:]], folder, env)),
        ],
        ROUNDS,
    )
    ratio = f"{figures[OURS] / figures[name]:.2f} times its time"
    return [
        Row(job=job, how=OURS, figure=shown(figures[OURS])),
        Row(job="", how=name, figure=shown(figures[name]), ratio=ratio),
    ]


def ours(folder: Path, wheels: Sequence[Path]) -> Callable[[], float]:
    """Give our own run over wheels."""
    return partial(ran, [BIN / "seatrial", "inspect", *wheels], folder, environment(folder))


def fetched(folder: Path, requirement: str, platform: str) -> Path:
    """Fetch the wheel of a platform from the index."""
    to = folder / requirement.partition("=")[0] / platform
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(to)]
    argv += ["--only-binary", ":all:", "--disable-pip-version-check", "--python-version", "3.12"]
    argv += ["--platform", platform, requirement]
    ran(argv, folder, environment(folder))
    (wheel,) = to.glob("*.whl")
    return wheel
