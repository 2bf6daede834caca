"""The edits of a release: the version changes, and nothing else does."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping

from packaging.version import Version

from seatrial.errors import InvalidConfiguration, InvalidVersion
from seatrial.plan.edits import FileEdit
from seatrial.repository.facts import Package, Site
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.span import Span
from seatrial.repository.spans import locate
from seatrial.repository.spelling import spell
from seatrial.repository.tuples import written


def set_version(text: str, site: Site, version: str, date: str = "") -> str:
    """Give a file's text with another version at one place.

    Quotes, comments, line endings, a BOM and the end of the file stay as they are.

    Args:
        text: the whole file.
        site: the place.
        version: what it is to state, as PEP 440 normalises it.
        date: the day that a place spelt ``{date}`` is to state, ISO 8601.

    Raises:
        InvalidVersion: the place is not there, or cannot spell this version.
    """
    span, spelt = respelt(text, site, version, date)
    return text[: span.start] + spelt + text[span.end :]


def respelt(text: str, site: Site, version: str, date: str = "") -> tuple[Span, str]:
    """Give the piece of a file that :func:`set_version` replaces, and what it puts there."""
    span = locate(text, site.kind, site.locator, spelt=site.spelling, nth=site.nth)
    if span is None:
        raise InvalidVersion(site.where, f"{site.locator or 'a version'} is no longer stated there")
    wanted = site.follows.stated if site.follows else version
    if span.form is None:
        spelt = spell(site.spelling, wanted, date)
    else:
        spelt = written(span.form, Version(wanted)) or ""
        if not spelt:
            raise InvalidVersion(
                site.where,
                f"a tuple like the one there cannot state {wanted}",
                next_step="Release another version, or state the version as a text there.",
            )
    if span.bare and re.fullmatch(r"\d+(\.\d*)?", spelt):
        # Without quotes YAML would take it for a number, and 1.10 for 1.1.
        spelt = f'"{spelt}"'
    return span, spelt


def edits(
    snapshot: Snapshot,
    package: Package,
    version: str,
    others: Mapping[str, str | None] | None = None,
    *,
    date: str = "",
) -> tuple[FileEdit, ...]:
    """Make the edits that bring a package to a version, one a file, by path.

    Args:
        snapshot: the planned commit.
        package: whose sites are set.
        version: as PEP 440 normalises it.
        others: path → whole new text of further files (the changelog), nothing for one that is
            removed; one that is the same as before is no edit.
        date: the release's day, ISO 8601.

    Raises:
        InvalidVersion: a place cannot spell this version.
    """
    texts = with_version(snapshot, package, version, dict(others or {}), date=date)
    return file_edits(snapshot, texts)


def with_version(
    snapshot: Snapshot,
    package: Package,
    version: str,
    texts: Mapping[str, str | None],
    *,
    date: str = "",
) -> dict[str, str | None]:
    """Bring a package to a version, in the texts of the files that state it.

    Args:
        snapshot: the planned commit.
        package: whose sites are set.
        version: as PEP 440 normalises it.
        texts: path → whole new text of the files that are changed already.
        date: the release's day, ISO 8601.

    Returns:
        The same, with the files that state the version.

    Raises:
        InvalidVersion: a place cannot spell this version.
    """
    made = dict(texts)
    # From the end of a file to its beginning: what a template finds is counted from the beginning.
    for site in sorted(package.sites, key=lambda site: -site.nth):
        before = made.get(site.path, snapshot.text(site.path))
        if before is not None:
            made[site.path] = set_version(before, site, version, date)
    return made


def file_edits(snapshot: Snapshot, texts: Mapping[str, str | None]) -> tuple[FileEdit, ...]:
    """Make the edits that give files new texts, by path; those that change nothing are left out.

    Args:
        snapshot: the planned commit.
        texts: path → whole new text, nothing for a file that is removed.
    """
    made = (file_edit(snapshot, path, text) for path, text in sorted(texts.items()))
    return tuple(edit for edit in made if edit is not None)


def file_edit(snapshot: Snapshot, path: str, after: str | None) -> FileEdit | None:
    """Make the edit that gives a file a new text; nothing when it has it already.

    Args:
        snapshot: the planned commit.
        path: the file, which may be new; of a symbolic link, its target is edited.
        after: the whole new text; nothing for a file that is removed, and then of a symbolic link
            the link itself is meant.
    """
    real = snapshot.resolve(path) if after is not None else path
    data = snapshot.data(real) if real in snapshot.files else None
    encoding = snapshot.encoding(real)
    if data == (None if after is None else _encoded(real, after, encoding)):
        return None
    before = "" if data is None else data.decode(encoding, "backslashreplace")
    return FileEdit(
        path=real,
        before="" if data is None else hashlib.sha256(data).hexdigest(),
        after=after,
        diff=unified_diff(real, before, after or ""),
        encoding=encoding,
    )


def second_edit(path: str, before: str, after: str, encoding: str) -> FileEdit:
    """Make the edit of a file that another edit may have given its text.

    Args:
        path: the file, from the repository's root.
        before: its text before this edit.
        after: its text after it.
        encoding: the codec of both.

    Raises:
        InvalidConfiguration: the codec cannot write the text.
    """
    _encoded(path, after, encoding)
    return FileEdit(
        path=path,
        before=hashlib.sha256(before.encode(encoding)).hexdigest(),
        after=after,
        diff=unified_diff(path, before, after),
        encoding=encoding,
    )


def _encoded(path: str, text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise InvalidConfiguration(
            path,
            f"it is encoded as {encoding}, which has no {text[error.start]!r}",
            doing="writing",
            next_step="Save the file as UTF-8, commit, and run this again.",
        ) from None


def unified_diff(path: str, before: str, after: str) -> str:
    """Give the difference of two texts as git shows it, three lines around each change."""
    lines = difflib.unified_diff(
        _lines(before),
        _lines(after),
        f"a/{path}" if before else "/dev/null",
        f"b/{path}" if after else "/dev/null",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    # Only "\n" ends a line here, as in git; str.splitlines knows nine more.
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])
