"""The page of the documentation that says what other inspectors find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

OURS = "seatrial inspect"
DECLINED = {
    "no keywords": "Nobody is harmed: search engines read the description.",
    "summary of four letters": "Names and words are the author's; a missing one is told.",
    "description of one line": "The same: a missing one is told.",
    "no classifier": "No installer reads them; those that are wrong are told.",
    "no classifier of the development status": "The same.",
    "no classifier of Python's versions": "Installers go by Requires-Python, and that is told.",
    "files of the same kind with two endings": "A matter of taste; no installer has a say in it.",
    "sdist lacks a file that nothing needs, and git has": (
        "Many projects leave out what only they need; who wants a file in it says so "
        '(`[contents] require = ["sdist:notes/"]`), and a release without it is refused.'
    ),
    "more than 2,000 files": "Many files harm nobody; their size does, and that is told.",
}
"""Defects that Seatrial leaves alone, and why."""


class Result(Protocol):
    """What came of one release."""

    what: str
    found: set[str]
    codes: list[str]
    looked: set[str]
    seconds: dict[str, float]


HEAD = """\
# Beside other inspectors

Made by `python -m benchmarks.peers docs/side-by-side.md`, which anybody can run again. Each line is
a release with one defect, given to each tool with its usual settings and, where there is a strict
mode, in that. *yes*: the tool ends with another exit code than for the sound release. *-*: it does
not look at such files. Seatrial's column has the codes of its findings, notes included; what they
mean is in the [list of findings](reference/findings.md).

`abi3audit` runs without its strict mode, which fails for every extension module that makes no
promise of the stable ABI.

`check-manifest` looks at a repository and not at files: it builds the sdist, and asks whether it
holds all that git does. It is given what the sdist holds, as a repository, and builds with what is
installed already; of releases on the index no repository is at hand. Seatrial builds the wheel from
the sdist, in every rehearsal and with `inspect --rebuild`: a file that is missing is found where it
is needed. What Seatrial says of repositories is told by `seatrial check`.

"""

MANIFEST = "check-manifest"

SHORT = {
    "twine check --strict": "twine",
    "check-wheel-contents": "check-wheel-contents",
}


def page(
    sound: Result,
    groups: Mapping[str, Sequence[Result]],
    real: Sequence[Result],
    peers: Sequence[str],
) -> str:
    """Make the page, Markdown.

    Args:
        sound: the sound release.
        groups: group → its defects.
        real: releases as they are on the index.
        peers: the other tools.
    """
    text = HEAD
    for group, results in groups.items():
        text += f"## {group}\n\n{_table(results, peers)}\n"
    everything = [result for results in groups.values() for result in results]
    text += _counts(everything, peers) + _declined(everything)
    text += (
        "## Releases as they are\n\nWhat each says of files on the index: here *yes* means that "
    )
    text += f"it ends with a code other than 0.\n\n{_table(real, peers)}\n"
    return text + _times([sound, *everything], real, peers)


def _table(results: Sequence[Result], peers: Sequence[str]) -> str:
    rows = [["release", *(SHORT.get(name, name) for name in peers), "Seatrial"]]
    rows.append(["---"] * len(rows[0]))
    for result in results:
        marks = [
            ("yes" if name in result.found else "") if name in result.looked else "-"
            for name in peers
        ]
        rows.append([result.what, *marks, ", ".join(f"`{code}`" for code in result.codes) or ""])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _counts(results: Sequence[Result], peers: Sequence[str]) -> str:
    text = "## How many\n\n| by | found | of those that it looks at |\n|---|---|---|\n"
    for name in peers:
        found = sum(name in result.found for result in results)
        text += f"| {name} | {found} | {sum(name in result.looked for result in results)} |\n"
    together = sum(bool(result.found) for result in results)
    ours = sum(bool(result.codes) for result in results)
    text += f"| all of them together | {together} | {len(results)} |\n"
    return text + f"| {OURS} | {ours} | {len(results)} |\n\n"


def _declined(results: Sequence[Result]) -> str:
    left = [result for result in results if result.found and not result.codes]
    assert {result.what for result in left} <= DECLINED.keys(), [one.what for one in left]
    text = "What others find and Seatrial leaves alone:\n\n"
    for result in left:
        text += f"- {result.what} ({', '.join(sorted(result.found))}). {DECLINED[result.what]}\n"
    return text + "\n"


def _times(made: Sequence[Result], real: Sequence[Result], peers: Sequence[str]) -> str:
    text = (
        "## The time\n\nOf all these runs together, each release by itself, one tool after the "
        "other. What Seatrial is asked for on top (`--rebuild`, `--resolve`) does not count: no "
        "other tool does it.\n\n| by | releases made here | releases as they are |\n|---|---|---|\n"
    )
    sums = [
        {name: sum(result.seconds.get(name, 0.0) for result in results) for name in [*peers, OURS]}
        for results in (made, real)
    ]
    for name in peers:
        text += f"| {name} | {sums[0][name]:.1f} s | {sums[1][name]:.1f} s |\n"
    others = [sum(each[name] for name in peers) for each in sums]
    text += f"| all of them | {others[0]:.1f} s | {others[1]:.1f} s |\n"
    text += f"| {OURS} | {sums[0][OURS]:.1f} s | {sums[1][OURS]:.1f} s |\n"
    fewer = [other - each.get(MANIFEST, 0.0) for other, each in zip(others, sums, strict=True)]
    for what, times in (("", others), (", without check-manifest", fewer)):
        ratios = [time / each[OURS] for time, each in zip(times, sums, strict=True)]
        text += f"| Seatrial is faster by{what} | {ratios[0]:.1f} times | {ratios[1]:.1f} times |\n"
    return text
