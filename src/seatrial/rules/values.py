"""What a rule is, what it finds, and how the find is mended."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from seatrial.rules.inputs import RuleInput

FAMILIES = {
    "1": "Versions",
    "2": "Git",
    "3": "Changelog",
    "4": "Metadata",
    "5": "Tree and build output",
    "6": "Secrets",
    "7": "Workflows",
}
"""First digit of a code → what its family is about."""


class Severity(enum.StrEnum):
    """How much a finding matters.

    An error makes a release fail or wrong; a warning may; an info is worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a file that is replaced.

    Attributes:
        path: the file, from the repository's root.
        start: the first character that goes, from 0, in the text as committed.
        end: the character after the last that goes.
        text: what comes in its place.
        creates: whether the file is not there, and is made with this text.
    """

    path: str
    start: int
    end: int
    text: str
    creates: bool = False


class Flaw(msgspec.Struct, frozen=True):
    """What a rule's function says: a finding without the rule's own words.

    Attributes:
        message: one line.
        path: the file from the repository's root, or a path that a person knows (``~/.pypirc``);
            empty when it is the repository itself.
        line: from 1; 0 when it is the whole file.
        fix: how it can be mended without a decision of anybody's.
    """

    message: str
    path: str = ""
    line: int = 0
    fix: Fix | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, by which rule.

    Attributes:
        code: the rule's code ("ST101").
        name: the rule's name ("version-drift").
        severity: how much it matters.
        path: the file from the repository's root; empty when it is the repository itself.
        line: from 1; 0 when it is the whole file.
        message: one line.
        fix: how it can be mended without a decision of anybody's.
    """

    code: str
    name: str
    severity: Severity
    path: str
    line: int
    message: str
    fix: Fix | None = None

    @property
    def where(self) -> str:
        """``path:line``, as far as they are known."""
        return f"{self.path}:{self.line}" if self.line else self.path


Check: TypeAlias = "Callable[[RuleInput], Iterator[Flaw]]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One numbered rule.

    Its words are the docstring of its function: a summary of one line, what it prevents, and after
    ``Mend:`` what to do.

    Attributes:
        code: ``ST`` and three digits, the first of which is its family's.
        name: what it finds, as a slug.
        severity: how much a finding matters.
        check: finds the flaws.
        fixable: whether ``--fix`` can mend some of them.
    """

    code: str
    name: str
    severity: Severity
    check: Check
    fixable: bool = False

    @property
    def family(self) -> str:
        """The heading that the rule stands under."""
        return FAMILIES[self.code[2]]

    @property
    def summary(self) -> str:
        """What it finds, in one line."""
        return self._words.split("\n\n")[0]

    @property
    def prevents(self) -> str:
        """Why it is there, with a real case where one is known: paragraphs."""
        return self._words.partition("\n\n")[2].partition("\n\nMend:\n")[0].strip()

    @property
    def mend(self) -> str:
        """What to do about a finding: paragraphs."""
        return inspect.cleandoc("\n" + self._words.partition("\n\nMend:\n")[2])

    @property
    def _words(self) -> str:
        # There are none under python -OO, which throws docstrings away.
        text = inspect.cleandoc(self.check.__doc__ or self.name)
        return re.sub(r"(?<=[.:?)]) {2}(?=\S)", " ", text.replace("``", "`"))

    def found(self, flaw: Flaw) -> Finding:
        """Put the rule's words to a flaw."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=self.severity,
            path=flaw.path,
            line=flaw.line,
            message=flaw.message,
            fix=flaw.fix,
        )


def rule(
    code: str, name: str, severity: Severity, *, fixable: bool = False
) -> Callable[[Check], Rule]:
    """Make a rule of a function; the arguments are those of :class:`Rule`."""

    def make(check: Check) -> Rule:
        return Rule(code=code, name=name, severity=severity, check=check, fixable=fixable)

    return make
