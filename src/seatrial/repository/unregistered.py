"""Places where the current version stands, and that nobody has registered as version sites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from seatrial.errors import NoRepository
from seatrial.process import child_environment
from seatrial.repository.facts import Package
from seatrial.repository.guessing import MOST_SHOWN, Guess, entry, guessed
from seatrial.repository.origin import NO_ENCODING
from seatrial.repository.place import QUIET_GIT
from seatrial.repository.snapshot import Snapshot

MOST_FOUND = 1000
"""How many places are named at most."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A place that states the current version, and is no site yet.

    Attributes:
        path: the file, from the repository's root.
        line: its line, from 1.
        column: where in the line the version begins, from 1.
        text: the line, clipped.
        guess: "site" when a release should change it, else "coincidence".
        why: what the guess rests on, a clause.
        entry: what to write into ``versions`` to register it, as TOML.
    """

    path: str
    line: int
    column: int
    text: str
    guess: Guess
    why: str
    entry: str


def unregistered(
    snapshot: Snapshot, package: Package, changelog: str, others: Sequence[Package] = ()
) -> tuple[Proposal, ...]:
    """Find where the current version stands in tracked files, beside the sites known already.

    Args:
        snapshot: the commit; what git ignores is not in it.
        package: whose version it is; one without a version has no such places.
        changelog: the changelog's path; the release writes into it anyway.
        others: every package of the repository; what is a site of theirs is left out.

    Returns:
        At most :data:`MOST_FOUND`, those that look like sites first, then by path and line.

    Raises:
        NoRepository: git failed.
    """
    if not package.version:
        return ()
    # A site may spell more than the version: that of "v1.2.3" begins a character before.
    known = {
        (site.path, site.line, site.column + more)
        for one in (package, *others)
        for site in one.sites
        for more in range(max(1, len(site.stated)))
    }
    found = []
    for proposal in _standing(snapshot, package, others):
        place = (proposal.path, proposal.line, proposal.column)
        if place not in known and proposal.path != changelog:
            found.append(proposal)
        if len(found) == MOST_FOUND:
            break
    return tuple(sorted(found, key=lambda one: (one.guess != "site", one.path, one.line)))


def _standing(
    snapshot: Snapshot, package: Package, others: Sequence[Package]
) -> Iterator[Proposal]:
    wanted = re.compile(rf"(?<![0-9A-Za-z.])v?({re.escape(package.version)})(?![0-9A-Za-z]|\.\d)")
    for path, line, text in _lines_with(snapshot, package.version):
        for found in wanted.finditer(text):
            before, after = text[: found.start(1)], text[found.end(1) :]
            guess, why = guessed(package, path, (before, after), others)
            if snapshot.is_undeclared(path):
                guess, why = "coincidence", f"the file {NO_ENCODING}: it cannot be edited"
            yield Proposal(
                path=path,
                line=line,
                column=found.start(1) + 1,
                text=_clipped(text, found.start(1)),
                guess=guess,
                why=why,
                entry=entry(snapshot, package, path, (before, after)),
            )


def _lines_with(snapshot: Snapshot, text: str) -> Iterator[tuple[str, int, str]]:
    """Give every line of the commit's text files that holds a text: path, line from 1, line."""
    options = ("-I", "-z", "-n", "--no-color", "--full-name", "-F", "-e")
    done = snapshot.runner.run(
        ["git", "grep", *options, text, snapshot.head],
        cwd=snapshot.root,
        env=child_environment(QUIET_GIT),
    )
    if done.code > 1:
        raise NoRepository(str(snapshot.root), done.said)
    # "COMMIT:path NUL line NUL text LF"; a path cannot hold a NUL, nor a line a line feed.
    for row in done.stdout.split(b"\n"):
        place, _, rest = row.partition(b"\0")
        number, _, line = rest.partition(b"\0")
        if number:
            path = place.partition(b":")[2].decode("utf-8", "surrogateescape")
            yield path, int(number), line.decode("utf-8", "replace").removeprefix("\ufeff")


def _clipped(text: str, at: int) -> str:
    start = max(0, at - MOST_SHOWN // 2) if len(text) > MOST_SHOWN else 0
    return text[start : start + MOST_SHOWN].strip()
