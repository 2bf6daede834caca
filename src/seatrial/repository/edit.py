"""The edits of a release: the version changes, and nothing else does."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping

from packaging.version import Version

from seatrial.errors import InvalidVersion
from seatrial.plan.values import FileEdit
from seatrial.repository.facts import Package, Site
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import locate

_SEMVER_FILES = ("Cargo.toml", "Cargo.lock", "package.json")
_PRE_WORDS = {"a": "alpha", "b": "beta", "rc": "rc"}


def set_version(text: str, site: Site, version: str) -> str:
    """Give a file's text with another version at one place.

    Quotes, comments, line endings, a BOM and the end of the file stay as they are.

    Args:
        text: the whole file.
        site: the place.
        version: what it is to state, as PEP 440 normalises it.

    Raises:
        InvalidVersion: the place is not there, or cannot spell this version.
    """
    span = locate(text, site.kind, site.locator)
    if span is None:
        raise InvalidVersion(site.where, f"{site.locator or 'a version'} is no longer stated there")
    if span.joined:
        spelt = span.joined.join(_numbers(site, version, least=span.stated.count(".") + 1))
    elif site.path.rpartition("/")[2] in _SEMVER_FILES:
        spelt = semver(version)
    else:
        spelt = version
    return text[: span.start] + spelt + text[span.end :]


def edits(
    snapshot: Snapshot, package: Package, version: str, others: Mapping[str, str] | None = None
) -> tuple[FileEdit, ...]:
    """Make the edits that bring a package to a version, one a file, by path.

    Args:
        snapshot: the planned commit.
        package: whose sites are set.
        version: as PEP 440 normalises it.
        others: path → whole new text of further files (the changelog); one that is the same as
            before is no edit.

    Raises:
        InvalidVersion: a place cannot spell this version.
    """
    texts = dict(others or {})
    for site in package.sites:
        before = texts.get(site.path, snapshot.text(site.path))
        if before is not None:
            texts[site.path] = set_version(before, site, version)
    made = (file_edit(snapshot, path, text) for path, text in sorted(texts.items()))
    return tuple(edit for edit in made if edit is not None)


def file_edit(snapshot: Snapshot, path: str, after: str) -> FileEdit | None:
    """Make the edit that gives a file a new text; nothing when it has it already.

    Args:
        snapshot: the planned commit.
        path: the file, which may be new; of a symbolic link, its target is edited.
        after: the whole new text.
    """
    real = snapshot.resolve(path)
    data = snapshot.data(real) if real in snapshot.files else None
    if data == after.encode():
        return None
    before = "" if data is None else data.decode("utf-8", "backslashreplace")
    return FileEdit(
        path=real,
        before="" if data is None else hashlib.sha256(data).hexdigest(),
        after=after,
        diff=unified_diff(real, before, after),
    )


def unified_diff(path: str, before: str, after: str) -> str:
    """Give the difference of two texts as git shows it, three lines around each change."""
    lines = difflib.unified_diff(
        _lines(before),
        _lines(after),
        f"a/{path}" if before else "/dev/null",
        f"b/{path}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def semver(version: str) -> str:
    """Spell a PEP 440 version as Semantic Versioning 2.0.0 does (``1.2rc1``: ``1.2.0-rc.1``).

    Raises:
        InvalidVersion: it has an epoch, or more numbers than three.
    """
    parsed = Version(version)
    if parsed.epoch or len(parsed.release) > 3:  # noqa: PLR2004 -- SemVer's own number
        raise InvalidVersion(
            version, "Semantic Versioning, which Cargo and npm use, has no such form"
        )
    text = f"{parsed.major}.{parsed.minor}.{parsed.micro}"
    parts = []
    if parsed.pre:
        parts += [_PRE_WORDS[parsed.pre[0]], str(parsed.pre[1])]
    if parsed.post is not None:
        parts += ["post", str(parsed.post)]
    if parsed.dev is not None:
        parts += ["dev", str(parsed.dev)]
    return f"{text}-{'.'.join(parts)}" if parts else text


def _numbers(site: Site, version: str, least: int) -> list[str]:
    """Give a version's numbers, with zeros up to as many as the place has (1.10 as 1, 10, 0)."""
    parsed = Version(version)
    numbers = [str(number) for number in parsed.release]
    if str(parsed) != ".".join(numbers):
        raise InvalidVersion(
            site.where,
            f"a tuple of numbers cannot state {version}",
            next_step="Release a version of numbers alone, or state the version as a text there.",
        )
    return numbers + ["0"] * (least - len(numbers))


def _lines(text: str) -> list[str]:
    # Only "\n" ends a line here, as in git; str.splitlines knows nine more.
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])
