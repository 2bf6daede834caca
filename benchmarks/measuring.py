"""Contenders measured in turn, and the table that comes of it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
"""Where the commands lie that are compared: one environment holds Seatrial and its peers."""

WITHIN = 300.0
"""Seconds that one command may take."""

UNHEARD = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH", "VIRTUAL_ENV")
"""Variables that would make every Python slower, or another one."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One way to do a job.

    Attributes:
        name: what the table calls it.
        once: does the job once, and gives the seconds that it took (set-up left out).
    """

    name: str
    once: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        job: what was done.
        how: by what.
        figure: the median, as text.
        ratio: how it compares; empty for what is compared with.
        target: what the ratio is to be; empty for what is only told.
        met: whether it is.
    """

    job: str
    how: str
    figure: str
    ratio: str = ""
    target: str = ""
    met: bool = True


def medians(contenders: Sequence[Contender], rounds: int) -> dict[str, float]:
    """Measure contenders in turn, so that all meet the same machine; the first round warms up.

    Args:
        contenders: what is compared.
        rounds: how often each is measured.

    Returns:
        name → median, in seconds.
    """
    taken: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in contenders:
            seconds = contender.once()
            if number:
                taken[contender.name].append(seconds)
    return {name: statistics.median(all_) for name, all_ in taken.items()}


def at_most(
    job: str, figures: Mapping[str, float], ours: str, limits: Mapping[str, float]
) -> list[Row]:
    """Make the rows of a job that may take so many times what another way takes.

    Args:
        job: what was done.
        figures: name → median, in seconds.
        ours: the name of what is judged.
        limits: name of what it is compared with → how many times its time at most.
    """
    return [
        Row(job=job, how=ours, figure=shown(figures[ours])),
        *(
            Row(
                job="",
                how=other,
                figure=shown(figures[other]),
                ratio=f"{figures[ours] / figures[other]:.2f} times its time",
                target=f"at most {limit:g}",
                met=figures[ours] <= limit * figures[other],
            )
            for other, limit in limits.items()
        ),
    ]


def at_least(
    job: str, figures: Mapping[str, float], ours: str, limits: Mapping[str, float]
) -> list[Row]:
    """Make the rows of a job that is to be so many times faster than another way.

    Args:
        job: what was done.
        figures: name → median, in seconds.
        ours: the name of what is judged.
        limits: name of what it is compared with → how many times faster at least.
    """
    return [
        Row(job=job, how=ours, figure=shown(figures[ours])),
        *(
            Row(
                job="",
                how=other,
                figure=shown(figures[other]),
                ratio=f"{figures[other] / figures[ours]:.2f} times faster",
                target=f"at least {limit:g}",
                met=figures[other] >= limit * figures[ours],
            )
            for other, limit in limits.items()
        ),
    ]


def shown(seconds: float) -> str:
    """Give a time as people read it."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def table(rows: Iterable[Row]) -> str:
    """Give rows as a Markdown table that is aligned for terminals as well."""
    lines = [("job", "by", "median", "Seatrial takes / is", "target", "met")]
    lines += [
        (r.job, r.how, r.figure, r.ratio, r.target, ("yes" if r.met else "NO") if r.target else "")
        for r in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "| "
        + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )


def environment(folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give children an environment whose caches lie in a folder of this benchmark.

    Args:
        folder: the benchmark's own.
        extra: variables to add.
    """
    kept = {name: value for name, value in os.environ.items() if name not in UNHEARD}
    # The programs of the environment come first, as activating it would put them.
    kept["PATH"] = os.pathsep.join((str(BIN), kept.get("PATH", "")))
    kept["XDG_CACHE_HOME"] = str(folder / "cache")
    return kept | dict(extra or {})


def ran(argv: Sequence[str | Path], cwd: Path, env: Mapping[str, str], *, said: str = "") -> float:
    """Run a command that has to succeed, and give the seconds that it took.

    Args:
        argv: the command; a name without a slash is looked for on the ``PATH`` of ``env``.
        cwd: where.
        env: its whole environment.
        said: what it reads.
    """
    began = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in argv],
        cwd=cwd,
        env=dict(env),
        input=said.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=WITHIN,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        words = done.stdout.decode("utf-8", "backslashreplace")
        raise SystemExit(f"{' '.join(map(str, argv))} ended with {done.returncode}:\n{words}")
    return seconds
