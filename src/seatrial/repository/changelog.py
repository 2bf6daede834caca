"""The changelog: where it is, and a section for the release in its own style."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Callable, Iterable

import msgspec
from packaging.version import Version

from seatrial.errors import InvalidConfiguration

_NAMES = (
    *("changelog", "changes", "history", "news", "release_notes", "release-notes", "releases"),
    *("versionhistory", "version_history"),
)
_ENDINGS = (".md", ".rst", ".txt", "", ".markdown")
_PLACES = (
    *("", "docs", "doc", "docs/source", "doc/source", "docs/source/reference", "docs/src"),
    *("docs/en/docs", "docs/about", ".github"),
)

_RANK = {
    posixpath.join(place, name + ending).lower(): number
    for number, (place, name, ending) in enumerate(itertools.product(_PLACES, _NAMES, _ENDINGS))
}
_LOWER = tuple({name + ending for name in _NAMES for ending in _ENDINGS})


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a changelog.

    Attributes:
        text: its whole new text; the old one when it stays.
        notes: the notes of the release, Markdown.
        remark: why it was not written, one sentence; empty when all is well.
        composed: whether the section is made of the notes that were given, not of what stood there.
    """

    text: str
    notes: str
    remark: str = ""
    composed: bool = False


def find(
    files: Iterable[str],
    folder: str = "",
    configured: str = "",
    *,
    read: Callable[[str], str | None] = lambda _: None,
) -> str:
    """Give the path of a package's changelog, or an empty string.

    Of several files with such names the first that names a release counts: another one may only
    tell where the changelog is.

    Args:
        files: every path of the commit's tree.
        folder: the package's folder; looked in before the repository's root.
        configured: the path that the configuration says, from the root.
        read: gives the text of a file.

    Raises:
        InvalidConfiguration: the configured file is not there.
    """
    if configured:
        path = posixpath.normpath(configured)
        if path not in set(files):
            raise InvalidConfiguration(
                f"changelog.file = {configured!r}", "this commit holds no such file"
            )
        return path
    found = _candidates(files, folder)
    if len(found) > 1:
        return next((path for path in found if _names_releases(path, read(path))), found[0])
    return found[0] if found else ""


def _candidates(files: Iterable[str], folder: str) -> list[str]:
    """Give the files with such names, by how good the place and the name are."""
    bases = [f"{folder}/".lower(), ""] if folder else [""]
    found: dict[tuple[int, int], str] = {}
    for path in files:
        lower = path.lower()
        if not lower.endswith(_LOWER):
            continue
        for number, base in enumerate(bases):
            rank = _RANK.get(lower[len(base) :]) if lower.startswith(base) else None
            if rank is not None:
                place = (number, rank)
                found[place] = min(path, found.get(place, path))
    return list(dict.fromkeys(path for _, path in sorted(found.items())))


def _names_releases(path: str, text: str | None) -> bool:
    if text is None:
        return False
    from seatrial.repository.changelog_page import Page
    from seatrial.repository.house_style import is_next

    page = Page(path, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    return bool(page.releases) or any(is_next(heading.title) for heading in page.headings)


def section_of(path: str, text: str, version: str) -> str:
    """Give what a changelog says of a release, Markdown; empty when it says nothing.

    Args:
        path: the changelog's path; its ending tells the markup.
        text: its whole content.
        version: the release's, as PEP 440 normalises it.
    """
    if not path:
        return ""
    from seatrial.repository.changelog_page import Page

    page = Page(path, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if str(Version(version)) not in page.versions:
        return ""
    return page.written(version=version, date="1970-01-01", notes="").notes


def versions_in(path: str, text: str) -> tuple[str, ...]:
    """Give the versions that a changelog has a section about, as PEP 440 normalises them."""
    if not path:
        return ()
    from seatrial.repository.changelog_page import Page

    return tuple(Page(path, text.removeprefix("\ufeff").replace("\r\n", "\n")).versions)


def section(path: str, text: str, *, version: str, date: str, notes: str) -> Section:
    """Write the section of a release into a changelog, in the style of those before it.

    A section of this very version that is there already is the notes; a placeholder in it becomes
    the date.  Text under a heading for the release to come moves into the new section and is the
    notes.  Else the notes given are written.  Where the file's form is not certain it stays as it
    is, and the remark says so.

    Args:
        path: the changelog's path; its ending tells the markup.
        text: its whole content, a BOM and line endings as they stand.
        version: the release's, as PEP 440 normalises it.
        date: ISO 8601.
        notes: Markdown, used where the changelog holds none.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    mixed = end == "\r\n" and plain.count("\n") != text.count("\r\n")
    if "\r" in plain or mixed:
        return Section(
            text=text, notes=notes, remark=f"{path} mixes line endings; it stays as it is."
        )
    # A Markdown parser comes with it; only a release needs one.
    from seatrial.repository.changelog_page import Page
    from seatrial.repository.groups import in_house_words

    page = Page(path, plain)
    notes = in_house_words(notes, [heading.title for heading in page.headings])
    outcome = page.written(version=version, date=date, notes=notes or "- No notable changes.")
    written = "\n".join(outcome.lines)
    after = Page(path, written)
    wanted = {*page.versions, str(Version(version))} - {outcome.renamed}
    if not wanted <= set(after.versions):
        return Section(text=text, notes=notes, remark=outcome.remark or _UNSURE.format(path))
    if written == plain:
        return Section(text=text, notes=outcome.notes, remark=outcome.remark)
    return Section(
        text=mark + written.replace("\n", end),
        notes=outcome.notes,
        composed=outcome.notes == notes,
    )


def without_next(path: str, text: str, earlier: str) -> str:
    """Give a changelog without its heading for the release to come, where the house has it so.

    It goes where nothing stands under it, and where the last release left none behind.

    Args:
        path: the changelog's path.
        text: its content after a section was written.
        earlier: its content at the last release; empty when there was none.
    """
    from seatrial.repository.changelog_page import Page
    from seatrial.repository.house_style import is_next

    before = Page(path, earlier.replace("\r\n", "\n"))
    if not before.releases or any(is_next(heading.title) for heading in before.headings):
        return text
    page = Page(path, text.replace("\r\n", "\n"))
    for heading, below in itertools.pairwise(page.headings):
        between = page.lines[heading.end : below.first]
        if is_next(heading.title) and not any(line.strip() for line in between):
            kept = "\n".join([*page.lines[: heading.first], *page.lines[below.first :]])
            return kept.replace("\n", "\r\n") if "\r\n" in text else kept
    return text


_UNSURE = "{} stays as it is: its form is not certain."
