"""How long the command takes to say who it is, compared with an interpreter that does nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measuring import BIN, Contender, Row, at_most, environment, medians, ran

ROUNDS = 20


def measure(folder: Path) -> list[Row]:
    """Compare ``seatrial --version`` and ``--help`` with ``python -c pass``."""
    env = environment(folder)
    seatrial = BIN / "seatrial"
    bare = "python -c pass"
    figures = medians(
        [
            Contender(name=bare, once=lambda: ran([sys.executable, "-c", "pass"], folder, env)),
            Contender(name="--version", once=lambda: ran([seatrial, "--version"], folder, env)),
            Contender(name="--help", once=lambda: ran([seatrial, "--help"], folder, env)),
        ],
        ROUNDS,
    )
    return [
        *at_most("say the version", figures, "--version", {bare: 2.5}),
        *at_most("give help", figures, "--help", {bare: 5}),
    ]
