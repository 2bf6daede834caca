"""Reading versions and raising them, by PEP 440 (now the "Version specifiers" specification)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from packaging.version import Version

from seatrial.errors import InvalidVersion

Bump: TypeAlias = Literal["major", "minor", "patch", "pre", "a", "b", "rc", "post", "dev"]

PHASES: tuple[Literal["a", "b", "rc"], ...] = ("a", "b", "rc")
"""Of pre-releases, in their order."""

# A candidate that is taken is passed over; more in a row than this is no list of versions but a
# fault in what answers.
MOST_PASSED_OVER = 10_000


def parse(text: str, where: str = "") -> Version:
    """Read a version.

    Args:
        text: the version as somebody wrote it ("1.2.0rc1", "v1.2").
        where: the place that states it ("pyproject.toml:3", "--version"), for the error.

    Raises:
        InvalidVersion: PEP 440 does not know it.
    """
    try:
        return Version(text)
    except ValueError:  # InvalidVersion of packaging, or a number of thousands of digits
        if where:
            raise InvalidVersion(where, f"{text!r} is no version of PEP 440") from None
        raise InvalidVersion(repr(text), "PEP 440 does not know it") from None


def bump(current: Version, kind: Bump) -> Version:
    """Raise a version.

    The epoch and the number of release segments are kept.  ``major``, ``minor`` and ``patch``
    finish a pre-release that already stands on the number they would lead to.

    ==============  =========  ===========  ===========
    from            major      minor        patch
    ==============  =========  ===========  ===========
    1.2.3           2.0.0      1.3.0        1.2.4
    1.2             2.0        1.3          1.2.1
    1.2.0rc1        2.0.0      1.2.0        1.2.0
    2.0.0a1         2.0.0      2.0.0        2.0.0
    1.2.3.dev4      2.0.0      1.3.0        1.2.3
    1.2.3.post1     2.0.0      1.3.0        1.2.4
    2024.5          2025.0     2024.6       2024.5.1
    1!1.2.3         1!2.0.0    1!1.3.0      1!1.2.4
    ==============  =========  ===========  ===========

    ==============  ===========  ============  ============
    from            pre          post          dev
    ==============  ===========  ============  ============
    1.2.3           1.2.4a1      1.2.3.post1   1.2.4.dev1
    1.2.4a1         1.2.4a2      refused       1.2.4a2.dev1
    1.2.4rc1        1.2.4rc2     refused       1.2.4rc2.dev1
    1.2.4.dev1      1.2.4a1      refused       1.2.4.dev2
    1.2.4a1.dev1    1.2.4a1      refused       1.2.4a1.dev2
    1.2.3.post1     1.2.4a1      1.2.3.post2   1.2.4.dev1
    ==============  ===========  ============  ============

    ``a``, ``b`` and ``rc`` are ``pre`` for a phase that is named:

    ==============  ===========  ============  ============
    from            a            b             rc
    ==============  ===========  ============  ============
    1.2.3           1.2.4a1      1.2.4b1       1.2.4rc1
    1.2.4a2         1.2.4a3      1.2.4b1       1.2.4rc1
    1.2.4rc1        refused      refused       1.2.4rc2
    1.2.4.dev1      1.2.4a1      1.2.4b1       1.2.4rc1
    ==============  ===========  ============  ============

    Raises:
        InvalidVersion: a version with a local part is never published, so none follows it;
            PEP 440 strongly discourages post-releases of pre-releases; and no phase goes back.
    """
    if current.local:
        raise InvalidVersion(
            str(current),
            f"the local part +{current.local} says that it is no published version",
            doing="raising the version",
            next_step="State the version without its + part.",
        )
    if kind == "pre":
        return _pre(current)
    if kind == "a" or kind == "b" or kind == "rc":  # noqa: PLR1714 - mypy narrows by these alone
        return _phase(current, kind)
    if kind == "post":
        return _post(current)
    if kind == "dev":
        return _dev(current)
    return _release(current, kind)


def in_next_epoch(version: Version, released: Version) -> Version:
    """Give a version with an epoch, by which it counts above another one with a higher number.

    Args:
        version: whose number stays (PEP 440, "Version epochs").
        released: the one that it comes after.
    """
    return Version(f"{released.epoch + 1}!{str(version).rpartition('!')[2]}")


def next_free(
    candidate: Version, taken: Callable[[Version], bool]
) -> tuple[Version, tuple[Version, ...]]:
    """Give the first version that is not taken, from a candidate upwards in its own line.

    A final version is followed by its next patch, a pre-release by the next of its phase, a post-
    or development release by the next of its kind.

    Args:
        candidate: where to begin.
        taken: whether a version can no longer be used.

    Returns:
        The free version, and those that were passed over, the lowest first.

    Raises:
        InvalidVersion: no end of taken versions was found.
    """
    passed: list[Version] = []
    free = candidate
    while taken(free):
        passed.append(free)
        if len(passed) > MOST_PASSED_OVER:
            raise InvalidVersion(
                str(candidate),
                f"it and the {MOST_PASSED_OVER} versions after it are all taken",
                doing="looking for a free version from",
                next_step="Give a free one with --version.",
            )
        free = bump(free, _line(free))
    return free, tuple(passed)


def without_development(version: Version) -> Version:
    """Give the version that a development version leads to: ``.devN`` and ``+local`` dropped."""
    phase = "".join(map(str, version.pre)) if version.pre else ""
    post = "" if version.post is None else f".post{version.post}"
    return _make(version, version.release, phase + post)


def is_calendar(version: Version) -> bool:
    """Tell whether the version begins with a year in full (CalVer, ``YYYY``)."""
    return 1990 <= version.major < 2200  # noqa: PLR2004  # years of software, in four digits


def _line(version: Version) -> Bump:
    if version.dev is not None:
        return "dev"
    if version.post is not None:
        return "post"
    return "patch" if version.pre is None else "pre"


def _release(current: Version, kind: Literal["major", "minor", "patch"]) -> Version:
    place = ("major", "minor", "patch").index(kind)
    padded = [*current.release, *([0] * (place + 1 - len(current.release)))]
    leads_to_itself = not any(padded[place + 1 :])
    unfinished = current.pre is not None or (current.dev is not None and current.post is None)
    if not (unfinished and leads_to_itself):
        padded[place] += 1
        padded[place + 1 :] = [0] * len(padded[place + 1 :])
    elif len(padded) > len(current.release):
        padded = list(current.release)
    return _make(current, padded)


def _pre(current: Version) -> Version:
    if current.pre is not None:
        phase, number = current.pre
        # 1.2a1.dev1 comes before 1.2a1, which is therefore the next of its phase.
        before = current.dev is not None and current.post is None
        return _make(current, current.release, f"{phase}{number if before else number + 1}")
    return _make(current, _release(current, "patch").release, "a1")


def _phase(current: Version, phase: Literal["a", "b", "rc"]) -> Version:
    if current.pre is None:
        return _make(current, _release(current, "patch").release, f"{phase}1")
    stands = PHASES.index(current.pre[0])
    if PHASES.index(phase) < stands:
        raise InvalidVersion(
            str(current),
            f"it is past the phase {phase}: a {phase} would come before it",
            doing="making a pre-release after",
            next_step=f"Use --bump {current.pre[0]} for the next one, or --bump patch for the "
            "final release.",
        )
    return (
        _pre(current) if phase == current.pre[0] else _make(current, current.release, f"{phase}1")
    )


def _post(current: Version) -> Version:
    if current.pre is not None or (current.dev is not None and current.post is None):
        raise InvalidVersion(
            str(current),
            "a post-release mends a final release, and this is none",
            doing="making a post-release of",
            next_step="Use --bump pre or --bump dev for the next one before the final release.",
        )
    if current.post is None:
        return _make(current, current.release, ".post1")
    number = current.post if current.dev is not None else current.post + 1
    return _make(current, current.release, f".post{number}")


def _dev(current: Version) -> Version:
    if current.dev is not None:
        before = without_development(current)
        return Version(f"{before}.dev{current.dev + 1}")
    ahead = _pre(current) if current.pre is not None else _release(current, "patch")
    return Version(f"{ahead}.dev1")


def _make(like: Version, release: tuple[int, ...] | list[int], suffix: str = "") -> Version:
    epoch = f"{like.epoch}!" if like.epoch else ""
    return Version(f"{epoch}{'.'.join(map(str, release))}{suffix}")
