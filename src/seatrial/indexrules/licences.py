"""Licence expressions as ``packaging`` 26.2 reads them, which PyPI pins.

The grammar has changed with nearly every version of the library, in what stands behind ``WITH`` and
in what a ``LicenseRef`` may be; the lists of SPDX only grow.  So the grammar is written out here,
and the library installed is asked for single identifiers.

Source: ``packaging/licenses/__init__.py::canonicalize_license_expression``.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

Answer: TypeAlias = Literal["fine", "invalid", "falls"]
"""What becomes of an expression: ``falls`` is what PyPI answers 500 to."""

DEEPEST: Final = 200
"""Brackets inside each other that Python, which reads the grammar for the library, allows."""

_OPERATORS: Final = frozenset({"or", "and", "with"})
_GRAMMAR: Final = frozenset({*_OPERATORS, "(", ")"})
_REFERENCE: Final = "licenseref-"
_REFERENCES: Final = re.compile(r"[A-Za-z0-9.-]*")


def judge_expression(text: str) -> Answer:
    """Judge a licence expression.

    Args:
        text: as it came.
    """
    words = text.lower().replace("(", " ( ").replace(")", " ) ").split()
    if not _is_well_formed(words):
        return "invalid"
    references = {word for word in words if word.startswith(_REFERENCE)}
    # Each of them once: an expression may have millions of words, and the lists are short.
    for excepted, word in dict.fromkeys(
        (before == "with", word) for before, word in pairwise(["", *words]) if word not in _GRAMMAR
    ):
        answer = _exception(word) if excepted else _licence(word, references)
        if answer != "fine":
            return answer
    return "fine"


def _is_well_formed(words: list[str]) -> bool:
    """Say whether operands, operators and brackets follow each other as they may."""
    depth, operand_next = 0, True
    for word in words:
        if word in _OPERATORS or word == ")":
            if operand_next or (word == ")" and not depth):
                return False
            depth -= word == ")"
            operand_next = word != ")"
        else:
            if not operand_next:
                return False
            depth += word == "("
            operand_next = word == "("
        if depth > DEEPEST:
            return False
    return not (operand_next or depth)


def _licence(word: str, references: set[str]) -> Answer:
    plain = word.removesuffix("+")
    if plain.startswith(_REFERENCE):
        if not _REFERENCES.fullmatch(plain):
            return "invalid"
        # The library looks for the reference without its plus among those with it.
        return "fine" if plain in references else "falls"
    return "fine" if not plain.endswith("+") and _is_known(plain) else "invalid"


def _exception(word: str) -> Answer:
    return "fine" if _is_known(f"MIT WITH {word}") else "invalid"


def _is_known(text: str) -> bool:
    try:
        canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return False
    return True
