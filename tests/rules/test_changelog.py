"""ST3xx: what is found, and what is left alone."""

from __future__ import annotations

import pytest

from seatrial.rules.values import Flaw
from tests.rules.verdicts import Case, Files
from tests.support.trees import Around, tag


def markdown(*titles: str, says: str = "- A change.") -> Files:
    """Give a changelog in Markdown; the first section may say something else, or nothing."""
    sections = [f"## {titles[0]}\n\n{says}\n", *(f"## {one}\n\n- More.\n" for one in titles[1:])]
    return {"CHANGELOG.md": "# Changelog\n\n" + "\n".join(sections)}


def restructured(*titles: str) -> Files:
    """Give a changelog in reStructuredText."""
    sections = (f"{title}\n{'-' * len(title)}\n\n- A change.\n" for title in titles)
    return {"CHANGES.rst": "Changes\n=======\n\n" + "\n".join(sections)}


ORDERED = ("1.2.0 - 2023-03-01", "1.1.1 - 2023-02-01", "1.1.0 - 2023-01-01")
OUT = Around(tags=(tag("1.3.0"), tag("1.2.0")))
REQUIRED: Files = {"seatrial.toml": "changelog.require = true\n"}
UNWRITTEN = Around(unwritten=(Flaw("none for 1.3.0", "CHANGELOG.md"),))
PRIVATE = '[project]\nname = "mine"\nversion = "1"\nclassifiers = ["Private :: No"]\n'


def told(text: str) -> Files:
    """Give a change file."""
    return {".changes/one.md": text}


CASES = [
    Case("ST301", markdown(*ORDERED), ("CHANGELOG.md:3",), OUT),
    Case("ST301", markdown("1.3.0 - 2023-04-01", *ORDERED), (), OUT),
    Case("ST301", markdown("Demo 1.2.0 and newer", *ORDERED[1:]), (), OUT),
    Case("ST301", markdown("See the releases of the forge for 1.0"), (), OUT),
    Case("ST301", markdown(*ORDERED), (), Around(tags=(tag("1.3.0rc1"), tag("1.2.0")))),
    Case("ST301", markdown(*ORDERED), (), Around(tags=(tag("2", name="v2"), tag("1.2.0")))),
    Case("ST302", markdown("1.1.1 (January 4, 2022)", "1.1.0 (Dec 20, 2022)"), ("CHANGELOG.md:3",)),
    Case("ST302", restructured("1.1.1 (2022-01-04)", "1.1.0 (2022-12-20)"), ("CHANGES.rst:4",)),
    Case("ST302", markdown(*ORDERED)),
    Case("ST302", markdown("2.0.0 - 2023-01-01", "1.9.5 - 2023-05-01")),
    Case("ST302", markdown("1.1.1 - 2023-99-99", "1.1.0 - 2022-12-20")),
    Case("ST303", markdown("1.2.0", "1.1.0", "1.1.0"), ("CHANGELOG.md:11",)),
    Case("ST303", markdown("1.2.0", "1.1.0", "1.0.0")),
    Case("ST303", restructured("1.2.0", "Python 3.13 support", "1.1.0", "Python 3.13 again")),
    Case("ST303", markdown("2021.01.07-1", "2021.01.07", "2021.01.05")),
    Case("ST303", markdown("Demo 1.2.0", "Release 1.2.0"), ("CHANGELOG.md:7",)),
    Case("ST304", markdown("1.2.0 - 2032-01-01", "1.1.0"), ("CHANGELOG.md:3",)),
    Case("ST304", markdown("1.2.0 - 2024-01-20", "1.1.0")),
    Case("ST305", markdown("1.1.3", "1.1.2", "1.1.0", "1.1.1"), ("CHANGELOG.md:15",)),
    Case("ST305", markdown("1.1.3", "1.1.2", "1.1.1")),
    Case("ST305", markdown("1.1.0", "1.1.1", "1.1.2")),
    Case("ST305", markdown("2.0.0", "1.0.9", "2.0.0rc1")),
    Case("ST306", markdown(*ORDERED, says=""), ("CHANGELOG.md:3",)),
    Case("ST306", markdown(*ORDERED)),
    Case("ST306", markdown("1.3.0 (unreleased)", *ORDERED, says="")),
    Case("ST307", markdown("1.2.0 (unreleased)", "1.1.0"), ("CHANGELOG.md:3",), OUT),
    Case("ST307", markdown("1.4.0 (unreleased)", "1.2.0"), (), OUT),
    Case("ST308", {**REQUIRED, **markdown(*ORDERED)}, ("CHANGELOG.md",), UNWRITTEN),
    Case("ST308", markdown(*ORDERED), (), UNWRITTEN),
    Case("ST308", {**REQUIRED, **markdown(*ORDERED)}),
    Case("ST309", told("---\ndemo: fix\n---\n"), (".changes/one.md:3",)),
    Case("ST309", told("---\ndemo: large\n---\n\nA change.\n"), (".changes/one.md:2",)),
    Case("ST309", told("---\ndemo: fix\nDem: fix\n---\n\nA.\n"), (".changes/one.md",)),
    Case("ST309", told("---\nDemo: fix\n---\n\nA change.\n")),
    Case("ST309", {**told("---\nmine: fix\n---\n\nA.\n"), "in/pyproject.toml": PRIVATE}),
    Case("ST309", {".changes/README.md": "How to write one.", ".changes/x.txt": ""}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_the_verdict_is_right(case: Case) -> None:
    """The rule finds the flaws of the changelog, on their lines, and no others."""
    case.check()
