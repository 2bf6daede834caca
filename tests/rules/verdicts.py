"""What a table of verdicts is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.support.trees import Around, found

Files = Mapping[str, str | bytes]


class Case(NamedTuple):
    """A tree, the rule it is judged by, and where flaws are found: none is a verdict, too."""

    code: str
    files: Files
    where: tuple[str, ...] = ()
    around: Around = Around()

    def check(self) -> None:
        """Judge the tree, and compare the places."""
        assert tuple(one.where for one in found(self.code, self.files, self.around)) == self.where


def both_verdicts(cases: list[Case]) -> set[str]:
    """Give the codes that have a case with a flaw and one without."""
    flawed = {case.code for case in cases if case.where}
    return flawed & {case.code for case in cases if not case.where}
