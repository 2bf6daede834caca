"""Places where the current version stands, and that nobody has registered as version sites."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from typing import Literal

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from seatrial.errors import NoRepository
from seatrial.process import child_environment
from seatrial.repository import python_spans
from seatrial.repository.facts import Package
from seatrial.repository.place import QUIET_GIT
from seatrial.repository.snapshot import Snapshot

MOST_SHOWN = 160
"""Characters of a line that are shown."""

MOST_FOUND = 1000
"""How many places are named at most."""

_LOCKS = re.compile(
    r"(?:.*\.lock|.*[-_.]lock\.(?:json|ya?ml|toml)|npm-shrinkwrap\.json|go\.sum"
    r"|(?:.*/)?requirements[^/]*\.txt)"
)
_HISTORY = re.compile(r"(?i)(?:changelog|changes|history|news|release[-_ ]?notes)")
_TESTS = frozenset({"test", "tests", "testing", "testdata", "fixtures", "snapshots", "cassettes"})
_EXAMPLES = frozenset({"example", "examples", "sample", "samples", "template", "templates"})
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "cargo.toml", "package.json"})
_STATES = re.compile(r"(?i)(?:version|release|tag|rev)[\w\"'\]]*[ \t]*(?:[:=]=?[ \t]*)?[\"'v]*$")
_REQUIRES = re.compile(
    r"([A-Za-z][\w.-]*)(?:\[[^\]]*\])?[ \t]*(?:==|>=|~=|<=|!=|<|>|@|=)[ \t\"'v^~]*$"
)
_REFERENCE = re.compile(r"(?:@|/|badge/[\w-]*-|[\w]-)v?$")


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
    guess: Literal["site", "coincidence"]
    why: str
    entry: str


def unregistered(snapshot: Snapshot, package: Package, changelog: str) -> tuple[Proposal, ...]:
    """Find where the current version stands in tracked files, beside the sites known already.

    Args:
        snapshot: the commit; what git ignores is not in it.
        package: whose version it is; one without a version has no such places.
        changelog: the changelog's path; the release writes into it anyway.

    Returns:
        At most :data:`MOST_FOUND`, those that look like sites first, then by path and line.

    Raises:
        NoRepository: git failed.
    """
    if not package.version:
        return ()
    known = {(site.path, site.line, site.column) for site in package.sites}
    found = []
    for proposal in _standing(snapshot, package):
        place = (proposal.path, proposal.line, proposal.column)
        if place not in known and proposal.path != changelog:
            found.append(proposal)
        if len(found) == MOST_FOUND:
            break
    return tuple(sorted(found, key=lambda one: (one.guess != "site", one.path, one.line)))


def _standing(snapshot: Snapshot, package: Package) -> Iterator[Proposal]:
    wanted = re.compile(rf"(?<![0-9A-Za-z.])v?({re.escape(package.version)})(?![0-9A-Za-z]|\.\d)")
    for path, line, text in _lines_with(snapshot, package.version):
        for found in wanted.finditer(text):
            before, after = text[: found.start(1)], text[found.end(1) :]
            guess, why = _guess(package, path, before, after)
            yield Proposal(
                path=path,
                line=line,
                column=found.start(1) + 1,
                text=_clipped(text, found.start(1)),
                guess=guess,
                why=why,
                entry=_entry(snapshot, package, path, (before, after)),
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


def _guess(
    package: Package, path: str, before: str, after: str
) -> tuple[Literal["site", "coincidence"], str]:
    before = before[-MOST_SHOWN:]
    aside = _aside(package, path)
    if aside:
        return "coincidence", aside
    requires = _REQUIRES.search(before)
    states = _STATES.search(before)
    own = canonicalize_name(package.name)
    near = own in canonicalize_name(before[-60:] + after[:20])
    if requires and not states:
        mine = canonicalize_name(requires[1]) == own
        why = "it asks for this package" if mine else f"it is about {requires[1]}"
        return "site" if mine else "coincidence", why
    if near and _REFERENCE.search(before):
        return "site", "it refers to this package"
    if states:
        return "site", "the words before it say that it is a version"
    return "coincidence", "nothing around it says what it is"


def _aside(package: Package, path: str) -> str:
    """Say why a whole file is no place for this package's version, or nothing."""
    *folders, name = path.lower().split("/")
    if _HISTORY.match(name):
        return "a history tells of every release"
    if _TESTS & set(folders) or name.startswith("test_"):
        return "it is data of a test"
    if _EXAMPLES & set(folders):
        return "it belongs to an example"
    if name in _MANIFESTS and posixpath.dirname(path) != package.path:
        return "it is another project's"
    return "a lock pins other packages" if _LOCKS.fullmatch(path) else ""


def _clipped(text: str, at: int) -> str:
    start = max(0, at - MOST_SHOWN // 2) if len(text) > MOST_SHOWN else 0
    return text[start : start + MOST_SHOWN].strip()


def _entry(snapshot: Snapshot, package: Package, path: str, around: tuple[str, str]) -> str:
    before, after = around
    file = posixpath.relpath(path, package.path or ".")
    named = re.match(r"\s*([A-Za-z_]\w*)\s*(?::[^=]+)?=\s*[\"']$", before)
    if path.endswith(".py") and named:
        text = snapshot.text(path) or ""
        states = [span.stated for span in python_spans.in_python(text, named[1])]
        if states == [package.version]:
            return json.dumps(f"{file}:{named[1]}")
    if (before + after).strip() == "" and _is_whole(snapshot, path, package.version):
        return json.dumps(file)
    start = re.search(r"(?:\S+[ \t]+)?\S*$", before[-40:])
    search = (start[0] if start else "") + "{version}" + re.split(r"\s", after[:12])[0]
    return f"{{ file = {json.dumps(file)}, search = {json.dumps(search)} }}"


def _is_whole(snapshot: Snapshot, path: str, version: str) -> bool:
    try:
        return Version((snapshot.text(path) or "").strip()) == Version(version)
    except InvalidVersion:
        return False
