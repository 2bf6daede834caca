"""How a place spells a version: ``v{version}``, ``{major}.{minor}``, ``{semver}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from packaging.version import InvalidVersion, Version

from seatrial.errors import InvalidVersion as NoSuchVersion

_HOLE = re.compile(r"\{(\w+)\}")
_PHASES = {"a": "alpha", "b": "beta", "rc": "rc"}
# A version as PEP 440 normalises it, or nearly; what follows must not be a part of it.
_PEP440 = (
    r"(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:alpha|beta|rc|a|b|c|pre|preview)[-_.]?\d+)?"
    r"(?:\.?(?:post|rev|r)\d+)?(?:\.?dev\d+)?(?![0-9A-Za-z]|\.\d)"
)
_SEMVER = (
    r"\d+\.\d+\.\d+(?:-(?:alpha|beta|rc|post|dev)\.\d+(?:\.(?:post|dev)\.\d+)*)?"
    r"(?![0-9A-Za-z]|\.\d)"
)

_PLACEHOLDERS: Mapping[str, tuple[str, Callable[[Version], str]]] = {
    "version": (_PEP440, str),
    "pep440": (_PEP440, str),
    "semver": (_SEMVER, lambda version: semver(str(version))),
    "major": (r"\d+", lambda version: str(version.major)),
    "minor": (r"\d+", lambda version: str(version.minor)),
    "patch": (r"\d+", lambda version: str(version.micro)),
}
DATE = "{date}"
"""The spelling of a place that states the release's day, not its version."""

KNOWN = (*_PLACEHOLDERS, "tag", "date")
"""What may stand in braces."""


def spell(spelling: str, version: str, date: str = "") -> str:
    """Give a version in a spelling.

    Args:
        spelling: a text with placeholders; empty for the version as PEP 440 normalises it.
        version: as PEP 440 has it.
        date: the release's day, ISO 8601, for ``{date}``.

    Raises:
        InvalidVersion: Semantic Versioning has no such form.
    """
    if not spelling:
        return version
    parsed = Version(version)
    return _HOLE.sub(
        lambda hole: date if hole[1] == "date" else _PLACEHOLDERS[hole[1]][1](parsed), spelling
    )


def pattern(spelling: str) -> str:
    """Give a regular expression, without groups, that what is spelt so matches."""
    parts = []
    for at, part in enumerate(_HOLE.split(spelling or "{version}")):
        known = _PLACEHOLDERS.get(part)
        if at % 2 and known:
            parts.append(known[0])
        else:
            parts.append(r"\d{4}-\d{2}-\d{2}" if at % 2 else re.escape(part))
    return "".join(parts)


def unknown(spelling: str) -> list[str]:
    """Give the placeholders of a spelling that are none."""
    return [name for name in _HOLE.findall(spelling) if name not in KNOWN]


def agrees(spelling: str, stated: str, version: str) -> bool:
    """Whether a place states a version, as far as its spelling can say.

    Args:
        spelling: of the place.
        stated: what stands there.
        version: as PEP 440 has it.
    """
    if spelling == DATE:
        return True
    try:
        if spelling and spell(spelling, version) == stated:
            return True
    except NoSuchVersion:
        return False
    whole = not spelling or spelling in {"{version}", "{pep440}", "{semver}"}
    try:
        return whole and Version(stated) == Version(version)
    except InvalidVersion:
        return False


def semver(version: str) -> str:
    """Spell a PEP 440 version as Semantic Versioning 2.0.0 does (``1.2rc1``: ``1.2.0-rc.1``).

    Raises:
        InvalidVersion: it has an epoch, or more numbers than three.
    """
    parsed = Version(version)
    if parsed.epoch or len(parsed.release) > 3:  # noqa: PLR2004 -- SemVer's own number
        raise NoSuchVersion(
            version, "Semantic Versioning, which Cargo and npm use, has no such form"
        )
    text = f"{parsed.major}.{parsed.minor}.{parsed.micro}"
    parts = []
    if parsed.pre:
        parts += [_PHASES[parsed.pre[0]], str(parsed.pre[1])]
    if parsed.post is not None:
        parts += ["post", str(parsed.post)]
    if parsed.dev is not None:
        parts += ["dev", str(parsed.dev)]
    return f"{text}-{'.'.join(parts)}" if parts else text
