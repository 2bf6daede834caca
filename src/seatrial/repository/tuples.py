"""Versions as tuples: ``(1, 2, 3)``, ``(1, 2, 3, "rc", 1)``, ``(1, 2, 3, "rc1")``.

The second form is that of ``sys.version_info`` and of Django, whose fourth member is "final" for a
release; the third is that of setuptools-scm's ``__version_tuple__``, which adds a text only when
there is something to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from packaging.version import InvalidVersion, Version

FINAL = "final"
_LONG = {"a": "alpha", "b": "beta", "rc": "rc"}
_MOST_NUMBERS = 6


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How a tuple is written.

    Attributes:
        numbers: how many numbers it begins with.
        phased: whether a phase and its number follow, as two members.
        long: whether phases are spelt out ("alpha") there.
        quote: what texts stand in.
        joined: what stands between two members.
    """

    numbers: int
    phased: bool = False
    long: bool = True
    quote: str = '"'
    joined: str = ", "


def stated(members: Sequence[int | str]) -> tuple[str, Form] | None:
    """Read the members of a tuple as a version.

    Args:
        members: whole numbers and texts, in order.

    Returns:
        The version, and the tuple's form; nothing when it is none of those known.
    """
    numbers: list[int] = []
    for member in members:
        if not isinstance(member, int):
            break
        numbers.append(member)
    rest = members[len(numbers) :]
    if not 1 <= len(numbers) <= _MOST_NUMBERS:
        return None
    text = ".".join(map(str, numbers))
    match rest:
        case []:
            return text, Form(numbers=len(numbers))
        case [str() as suffix]:
            form = Form(numbers=len(numbers), phased=False)
            return _known(text if suffix in {"", FINAL} else text + suffix, form)
        case [str() as phase, int() as number]:
            form = Form(numbers=len(numbers), phased=True, long=phase not in {"a", "b", "c"})
            return _known(text if phase == FINAL else f"{text}{phase}{number}", form)
    return None


def written(form: Form, version: Version) -> str | None:
    """Write a version in a tuple's form, without the parentheses; nothing when it cannot be."""
    if version.epoch or version.local:
        return None
    numbers = [str(number) for number in version.release]
    numbers += ["0"] * (form.numbers - len(numbers))
    suffix = str(version)[len(".".join(map(str, version.release))) :].lstrip(".")
    if form.phased:
        parts = re.fullmatch(r"(?:(a|b|rc|post|dev)(\d+))?", suffix)
        if parts is None:
            return None
        phase = _LONG.get(parts[1], parts[1]) if form.long else parts[1]
        numbers += [f"{form.quote}{phase or FINAL}{form.quote}", parts[2] or "0"]
    elif suffix:
        numbers.append(f"{form.quote}{suffix}{form.quote}")
    return form.joined.join(numbers)


def _known(text: str, form: Form) -> tuple[str, Form] | None:
    try:
        Version(text)
    except InvalidVersion:
        return None
    return text, form
