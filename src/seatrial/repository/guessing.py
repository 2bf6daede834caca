"""Whether a place where the version stands is meant for it, and how it is registered."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias
from urllib.parse import unquote

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from seatrial.repository import python_spans
from seatrial.repository.facts import Package
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import LIKE, locate

MOST_SHOWN = 160
"""Characters of a line that are shown."""

LARGEST = 1_000_000
"""Characters of a file in which a template is tried out."""

MOST_FITTING = 50
"""How many places a proposed template may fit."""

Guess: TypeAlias = Literal["site", "coincidence"]
"""What a place is taken for."""

_SPACE = re.compile(r"\s")
_LOCKS = re.compile(
    r"(?:.*\.lock|.*[-_.]lock\.(?:json|ya?ml|toml)|npm-shrinkwrap\.json|go\.sum"
    r"|(?:.*/)?requirements[^/]*\.txt)"
)
_HISTORY = re.compile(r"(?i)(?:changelog|changes|history|news|release[-_ ]?notes)")
_TESTS = frozenset({"test", "tests", "testing", "testdata", "fixtures", "snapshots", "cassettes"})
_EXAMPLES = frozenset({"example", "examples", "sample", "samples"})
_TEMPLATES = frozenset({"template", "templates"})
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "cargo.toml", "package.json"})
_PINS = re.compile(r"\.pre-commit-(?:config|hooks)\.ya?ml")
_STATES = re.compile(
    r"(?i)(?:version|release|tag|rev)[\w\"'\]]*[ \t]*"
    r"(?::[ \t]*[\w.\[\]]+[ \t]*=[ \t]*|[:=]=?[ \t]*)?[\"'v]*$"
)
_ANOTHERS = re.compile(
    r"(?i)(?<![a-z])(python|rust|rustc|msrv|node|npm|java|go|ruby|php|min|minimum|max|required|schema"
    r"|protocol|api|abi|format|file|docker|compose|pip|uv|poetry|setuptools)[-_ .]?version\W*$"
)
_BADGE = re.compile(r"(?i)badge/(?P<label>[^/\s?()]*?)v?$|label=(?P<named>[^&\s]*)&message=v?$")
_OWN_LABELS = frozenset(
    {"version", "release", "latest", "latest-release", "stable", "current", "tag", "pypi"}
)
_REQUIRES = re.compile(
    r"([A-Za-z][\w.-]*)(?:\[[^\]]*\])?[ \t]*(?:==|>=|~=|<=|!=|<|>|@|=)[ \t\"'v^~]*$"
)
_REFERENCE = re.compile(r"(?:@|/|:|[\w]-)v?$")


def guessed(
    package: Package, path: str, around: tuple[str, str], others: Sequence[Package] = ()
) -> tuple[Guess, str]:
    """Say whether a release should change a place, and what that rests on.

    Args:
        package: whose version stands there.
        path: the file, from the repository's root.
        around: the rest of the line, before the version and after it.
        others: every package of the repository.
    """
    before, after = around[0][-MOST_SHOWN:], around[1]
    own = canonicalize_name(package.name)
    near = own in canonicalize_name(before[-60:] + after[:20])
    aside = _aside(package, path, others, near=near)
    if aside:
        return "coincidence", aside
    badge = _BADGE.search(before)
    if badge:
        return _badge(own, unquote(badge["label"] or badge["named"] or ""))
    requires, states = _REQUIRES.search(before), _STATES.search(before)
    anothers = _ANOTHERS.search(before) if states else None
    if anothers:
        return "coincidence", f"it is a version of {anothers[1].lower()}"
    if requires and not states and canonicalize_name(requires[1]) != own:
        return "coincidence", f"it is about {requires[1]}"
    why = (
        (requires and not states, "it asks for this package"),
        (near and _REFERENCE.search(before), "it refers to this package"),
        (states, "the words before it say that it is a version"),
    )
    said = next((said for holds, said in why if holds), "")
    return ("site", said) if said else ("coincidence", "nothing around it says what it is")


def _badge(own: str, label: str) -> tuple[Guess, str]:
    """Judge a badge by its label, as https://shields.io/badges/static-badge writes it."""
    words = canonicalize_name(label.strip("-_ ").replace(" ", "-"))
    if words in {"", own} or words in _OWN_LABELS:
        return "site", "it is a badge of the version"
    return "coincidence", f"it is a badge of {words}"


def _aside(package: Package, path: str, others: Sequence[Package], *, near: bool) -> str:
    """Say why a whole file is no place for this package's version, or nothing."""
    *parents, name = path.lower().split("/")
    folders, theirs = set(parents), _owner(package, path, others)
    elsewhere = name in _MANIFESTS and posixpath.dirname(path) != package.path
    example = folders & _EXAMPLES or (folders & _TEMPLATES and not near)
    why = (
        (theirs, f"it belongs to {theirs}"),
        (_HISTORY.match(name), "a history tells of every release"),
        (folders & _TESTS or name.startswith("test_"), "it is data of a test"),
        (example, "it belongs to an example"),
        (elsewhere, "it is another project's"),
        (_PINS.fullmatch(name), "it pins other tools"),
        (_LOCKS.fullmatch(path), "a lock pins other packages"),
    )
    return next((said for holds, said in why if holds), "")


def _owner(package: Package, path: str, others: Sequence[Package]) -> str:
    """Name the package whose folder, below or beside this one's, holds a file; or nothing."""
    above = [one for one in (package, *others) if path.startswith(f"{one.path}/") or not one.path]
    nearest = max(above, key=lambda one: len(one.path), default=package)
    return "" if nearest.path in {package.path, ""} else nearest.name


def entry(snapshot: Snapshot, package: Package, path: str, around: tuple[str, str]) -> str:
    """Give what to write into ``versions`` to register a place, as TOML.

    Args:
        snapshot: the commit.
        package: whose version stands there.
        path: the file, from the repository's root.
        around: the rest of the line, before the version and after it.
    """
    before, after = around
    file = posixpath.relpath(path, package.path or ".")
    named = re.match(r"\s*([A-Za-z_]\w*)\s*(?::[^=]+)?=\s*[\"']$", before)
    text = snapshot.text(path) or ""
    if path.endswith(".py") and named:
        states = [span.stated for span in python_spans.in_python(text, named[1])]
        if states == [package.version]:
            return json.dumps(f"{file}:{named[1]}")
    if (before + after).strip() == "" and _is_whole(text, package.version):
        return json.dumps(file)
    # A template that held the version itself would fit nothing after the next release.
    searches = list(
        _searches(before.rpartition(package.version)[2], after.partition(package.version)[0])
    )
    meant = (one for one in searches if _fits_only(text, one, package.version))
    search = next(meant, searches[0])
    return f"{{ file = {json.dumps(file)}, search = {json.dumps(search)} }}"


def _searches(before: str, after: str) -> Iterator[str]:
    """Give templates for a place, each with more of its line than the one before."""
    start = re.search(r"(?:\S+[ \t]+)?\S*$", before[-40:])
    yield f"{start[0] if start else ''}{{version}}{re.split(_SPACE, after[:12])[0]}"
    for width in (60, MOST_SHOWN):
        more = re.sub(r"^\S*\s+", "", before[-width:]) if len(before) > width else before.lstrip()
        yield f"{more}{{version}}{after[:width].rstrip()}"


def _fits_only(text: str, search: str, version: str) -> bool:
    """Whether every place that a template fits states the version: those of others must not."""
    if len(text) > LARGEST:
        return False
    for nth in range(1, MOST_FITTING + 1):
        found = locate(text, "text", LIKE + search, nth=nth)
        if found is None:
            return nth > 1
        if found.stated != version:
            return False
    return False


def _is_whole(text: str, version: str) -> bool:
    try:
        return Version(text.strip()) == Version(version)
    except InvalidVersion:
        return False
