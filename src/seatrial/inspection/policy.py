"""What the project itself wants of its files: contents, and which files there are to be."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from seatrial.artifacts.expected import missing, surplus
from seatrial.artifacts.findings import INCOMPLETE, SURPLUS, Finding, fault, named, warning
from seatrial.artifacts.inspect import Looked
from seatrial.artifacts.sdist import SdistFacts
from seatrial.artifacts.wheel import WheelFacts
from seatrial.errors import InvalidConfiguration
from seatrial.indexrules.rulebook import RULES
from seatrial.inspection.catalogue import CATALOGUE, PYPI, SINCE
from seatrial.inspection.siblings import check_siblings
from seatrial.plan.values import Contents

KINDS = ("wheel", "sdist")
_WILD = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_PIECES = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[\w.-]+\]|.", re.DOTALL)


def check_codes(contents: Contents) -> None:
    """See that every code that the project names is one that a finding can have.

    Raises:
        InvalidConfiguration: one is not; a policy that can never speak is none.
    """
    ofpypi = {f"{PYPI}{rule.lower()}" for rule in RULES}
    for key, codes in (("ask", contents.ask), ("refuse", contents.refuse)):
        for code in codes:
            if code not in CATALOGUE and code not in ofpypi:
                near = difflib.get_close_matches(code, [*CATALOGUE, *ofpypi], n=1)
                said = f"no finding is called {code!r}" + (
                    f"; did you mean {near[0]}?" if near else ""
                )
                raise InvalidConfiguration(f"[contents] {key}", said)


def looks_back(contents: Contents) -> bool:
    """Tell whether the policy is about the release before."""
    return not {*contents.ask, *contents.refuse}.isdisjoint(SINCE)


def weighed(findings: Iterable[Finding], contents: Contents) -> tuple[Finding, ...]:
    """Make faults of those findings that the project wants to refuse."""
    return tuple(
        msgspec.structs.replace(one, severity="fault") if one.code in contents.refuse else one
        for one in findings
    )


def check_policy(looked: Sequence[Looked], contents: Contents) -> Iterator[Finding]:
    """Hold a set of files against the project's own policy.

    Args:
        looked: the files.
        contents: what is wanted of them.
    """
    for one in looked:
        if one.facts is not None:
            yield from _check(one.facts, contents)
            yield from check_siblings(one.facts, contents.siblings)
    names = [one.path.name for one in looked]
    wanted = (*contents.expect, *contents.wrapped)
    for absent in missing(wanted, names):
        said = f"the release has no file {absent.said}, which expect wants"
        yield fault(INCOMPLETE, "", said)
    # Who names wrapped wheels alone has said nothing of the sdist.
    for name in surplus(wanted, names) if contents.expect else ():
        yield warning(SURPLUS, name, "expect names no such file, and an index never takes it back")


def _check(facts: WheelFacts | SdistFacts, contents: Contents) -> Iterator[Finding]:
    paths = [member.path for member in facts.members]
    kind = "wheel"
    if isinstance(facts, SdistFacts):
        kind, paths = "sdist", [path.partition("/")[2] for path in paths]
    for glob in _meant(contents.require, kind):
        if not any(map(pattern(glob).fullmatch, paths)):
            said = f"it holds no {glob}, which [contents] require wants"
            yield fault("required-content", facts.file, said)
    for glob in _meant(contents.forbid, kind):
        if found := list(filter(pattern(glob).fullmatch, paths)):
            said = f"it holds {named(found)}, and [contents] forbid has {glob}"
            yield fault("forbidden-content", facts.file, said)


def _meant(globs: Iterable[str], kind: str) -> Iterator[str]:
    """Give the globs for one kind of file, their prefix taken away."""
    for glob in globs:
        prefix, colon, rest = glob.partition(":")
        if not (colon and prefix in KINDS):
            yield glob
        elif prefix == kind:
            yield rest


@functools.cache
def pattern(glob: str) -> re.Pattern[str]:
    """Give the pattern of a glob: ``*`` and ``?`` stay in a folder, ``**`` goes into all.

    A glob that ends in a slash means everything in that folder.
    """
    pieces = _PIECES.findall(f"{glob}**" if glob.endswith("/") else glob)
    return re.compile("".join(map(_translated, pieces)), re.DOTALL)


def _translated(piece: str) -> str:
    if piece in _WILD:
        return _WILD[piece]
    if len(piece) > 1 and piece.startswith("["):
        return f"[^{piece[2:]}" if piece[1] == "!" else piece
    return re.escape(piece)
