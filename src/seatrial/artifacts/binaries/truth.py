"""The truth about a wheel: what its compiled files are, and the best tag that is true of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from seatrial.artifacts.binaries.best import best_platforms
from seatrial.artifacts.binaries.judge import Claim, claim_of, judge_platforms
from seatrial.artifacts.binaries.judge_pythons import STABLE, judge_pythons, stable_since
from seatrial.artifacts.binaries.pythons import oldest_python
from seatrial.artifacts.binaries.values import Binary
from seatrial.artifacts.findings import Finding
from seatrial.artifacts.modules import is_extension


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of a wheel with compiled files.

    Attributes:
        binaries: its compiled files, by path.
        proven: whether everything that its tag claims is true.
        best: the widest tag that is true; empty where there is none.
    """

    binaries: tuple[Binary, ...]
    proven: bool
    best: str


def judge_wheel(
    file: str, binaries: Sequence[Binary], lent: Sequence[str] = ()
) -> tuple[Truth | None, tuple[Finding, ...]]:
    """Prove or refuse what the name of a wheel claims.

    Args:
        file: its name.
        binaries: its compiled files.
        lent: names of libraries that another package or a driver brings; globs.

    Returns:
        nothing and no findings where no file in it is compiled.
    """
    if not binaries:
        return None, ()
    claim, ordered = claim_of(file), tuple(sorted(binaries, key=lambda one: one.path))
    found = tuple(_judged(claim, ordered, lent))
    refused = any(one.severity == "fault" for one in found) or _is_module_for_any(claim, ordered)
    return Truth(
        binaries=ordered,
        proven=not refused,
        best=_best(claim, ordered, lent) or ("" if refused else _stated(claim)),
    ), found


def _judged(claim: Claim, binaries: Sequence[Binary], lent: Sequence[str]) -> Iterator[Finding]:
    yield from judge_platforms(claim, binaries, lent)
    yield from judge_pythons(claim, binaries, lent)


def _is_module_for_any(claim: Claim, binaries: Sequence[Binary]) -> bool:
    """Tell whether a compiled module stands in a wheel for any platform, a fault told elsewhere."""
    is_any = any(one.system == "any" for one in claim.platforms)
    return is_any and any(one.slices and is_extension(one.path) for one in binaries)


def _stated(claim: Claim) -> str:
    tags = (one.tag for one in claim.platforms)
    return f"{'.'.join(claim.pythons)}-{'.'.join(claim.abis)}-{'.'.join(tags)}"


def _best(claim: Claim, binaries: Sequence[Binary], lent: Sequence[str]) -> str:
    """Give the widest tag that is true, in the form of a file's name."""
    broken = any(one.broken for one in binaries)
    platforms = best_platforms(binaries, lent, claim.platforms)
    if broken or not platforms:
        return ""
    pythons = ".".join(claim.pythons)
    oldest = oldest_python(claim.pythons)
    if claim.abis == (STABLE,) and oldest is not None:
        since = stable_since(binaries, oldest, lent)
        if since is None:
            return ""
        if since > oldest:
            pythons = f"cp{since[0]}{since[1]}"
    return f"{pythons}-{'.'.join(claim.abis)}-{'.'.join(platforms)}"
