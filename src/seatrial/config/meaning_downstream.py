"""Whether what the user said of other repositories makes sense."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from seatrial.config.check import Fault, nearest, shown
from seatrial.config.positions import Path
from seatrial.config.schema import DownstreamSettings, ProposalSettings

PLACEHOLDERS = ("package", "version", "tag", "date")
SPELT = (*PLACEHOLDERS, "semver", "pep440", "major", "minor", "patch")
DONE = ("bump major", "bump minor", "bump patch", "git-url-tags")
"""What an edit can do, beside stating a text."""

_HOLE = re.compile(r"\{(\w*)\}")


def downstream_faults(downstreams: tuple[DownstreamSettings, ...]) -> Iterator[Fault]:
    """Find every value of ``[[downstream]]`` that cannot be meant."""
    seen: set[str] = set()
    for number, one in enumerate(downstreams):
        path: Path = ("downstream", number)
        name = one.repository.lower()
        if not name or name.startswith("-") or re.search(r"\s|\0", name):
            yield Fault(
                (*path, "repository"), "owner/name or the address of a repository is wanted"
            )
        elif re.search(r"://[^/@]*:[^/@]*@", name):
            yield Fault((*path, "repository"), "a login does not belong into the configuration")
        elif name in seen:
            yield Fault((*path, "repository"), f"{one.repository} is named twice")
        seen.add(name)
        if not (one.edits or one.run or one.recipe):
            yield Fault(path, "nothing is to be changed there: edits, run or recipe is missing")
        if not (one.timeout > 0 and math.isfinite(one.timeout)):
            said = f"a number of seconds above 0 is wanted here, not {one.timeout:g}"
            yield Fault((*path, "timeout"), said)
        yield from _edits(one, path)
        for key, text in (
            ("push-to", one.push_to),
            ("commit", one.commit),
            ("title", one.title),
            ("body", one.body),
        ):
            yield from _holes(text, PLACEHOLDERS, (*path, key))
        for key, text in (("push-to", one.push_to), ("commit", one.commit)):
            if not text.strip():
                yield Fault((*path, key), "a text is wanted here")


def proposal_faults(proposal: ProposalSettings) -> Iterator[Fault]:
    """Find every value of ``[proposal]`` that cannot be meant."""
    path: Path = ("proposal",)
    yield from _holes(proposal.branch, ("branch",), (*path, "branch"))
    yield from _holes(proposal.title, ("package", "version", "tag"), (*path, "title"))
    for key, text in (("branch", proposal.branch), ("title", proposal.title)):
        if not text.strip():
            yield Fault((*path, key), "a text is wanted here")


def _edits(one: DownstreamSettings, path: Path) -> Iterator[Fault]:
    for place, becomes in one.edits.items():
        where = (*path, "edits", place)
        file, colon, key = place.partition(":")
        if not file or (colon and not key) or file.startswith("/") or ".." in file.split("/"):
            yield Fault(
                where, f"a place is file:key or a file of that repository, not {shown(place)}"
            )
        if becomes in DONE:
            if becomes == "git-url-tags" and colon:
                yield Fault(where, "addresses are looked for in a whole file: name the file alone")
        elif not _HOLE.search(becomes):
            said = f"it becomes a text with {{version}} in it, or {nearest(becomes, DONE)}"
            yield Fault(where, said)
        else:
            yield from _holes(becomes, SPELT, where)


def _holes(text: str, known: tuple[str, ...], path: Path) -> Iterator[Fault]:
    for name in _HOLE.findall(text):
        if name not in known:
            yield Fault(path, f"{{{name}}} is no placeholder; {nearest(name, known)}")
