"""What the release commit changes: version sites and changelog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
from packaging.version import Version

from seatrial.errors import ChangelogMissing
from seatrial.operations.deciding import Changes, changes_of
from seatrial.operations.noting import Release, coming, generated, rendered, told
from seatrial.operations.project import Project
from seatrial.plan.values import FileEdit, Note
from seatrial.repository.changelog import section, section_of, without_next
from seatrial.repository.edit import edits
from seatrial.repository.facts import Facts, Package, last_release
from seatrial.repository.fragments import waiting
from seatrial.repository.towncrier import collect
from seatrial.versions.conventional import classify_all


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """What the release writes.

    Attributes:
        edits: the files that the release commit changes.
        notes: the release notes, Markdown.
        remarks: what a person should know of them.
    """

    edits: tuple[FileEdit, ...]
    notes: str
    remarks: tuple[Note, ...]


def texts_of(project: Project, package: Package, version: Version, date: dt.date) -> Texts:
    """Make the edits and the notes of a release.

    Args:
        project: the repository.
        package: whose sites are set.
        version: what they are set to.
        date: what the changelog's section says.

    Raises:
        InvalidVersion: a site cannot spell the version.
        ChangelogMissing: the changelog has to tell of it, and does not.
        BuildFailed: towncrier failed.
    """
    facts, settings = project.facts, project.settings.changelog
    changes = changes_of(project, package)
    release = coming(project, version, date)
    others: dict[str, str | None] = {one.path: None for one in changes.files if not one.shared}
    telling = _telling(project, package, changes, release)
    if settings.require and telling.composed:
        raise ChangelogMissing(
            f"a section about {version}",
            f"{facts.changelog or 'the repository'} has none that somebody wrote",
        )
    others |= telling.texts
    notes = telling.notes or generated(project, release)
    if project.settings.notes.template:
        notes = rendered(project, package, release, notes)
    made = edits(project.snapshot, package, str(version), others, date=date.isoformat())
    return Texts(edits=made, notes=notes, remarks=telling.remarks)


class _Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the changelog: its files, what it tells, and whether we made that up."""

    texts: dict[str, str | None] = {}
    notes: str = ""
    composed: bool = False
    remarks: tuple[Note, ...] = ()


def _telling(project: Project, package: Package, changes: Changes, release: Release) -> _Telling:
    facts, write = project.facts, project.settings.changelog.write
    version, date = str(release.version), release.date.isoformat()
    if changes.source == "towncrier" and write:
        made = collect(project.snapshot, package, version=version, date=date)
        told_by = next((text for path, text in made.texts.items() if path == facts.changelog), "")
        notes = section_of(facts.changelog, told_by, version)
        return _Telling(texts={**made.texts, **dict.fromkeys(made.removed)}, notes=notes)
    pieces = waiting(project.snapshot, package.path)
    if facts.changelog and pieces is not None:
        text = (
            f"{facts.changelog} stays as it is: {pieces.folder} holds {pieces.count} of its "
            f"fragments, so run {pieces.tool} and commit before the release."
        )
        return _Telling(composed=True, remarks=(Note(topic="changelog-not-written", text=text),))
    if not facts.changelog:
        return _Telling(composed=True)
    written = section(
        facts.changelog,
        facts.changelog_text,
        version=version,
        date=date,
        notes=told(project, release.commits),
    )
    texts: dict[str, str | None] = {}
    if write:
        texts[facts.changelog] = written.text
        if written.text != facts.changelog_text:
            earlier = _at_last_release(project, facts.changelog)
            texts[facts.changelog] = without_next(facts.changelog, written.text, earlier)
    remarks: tuple[Note, ...] = ()
    if written.composed and changes.source == "commits":
        remarks = tuple(_untold(facts))
    if written.remark:
        remarks = (Note(topic="changelog-not-written", text=written.remark),)
    return _Telling(
        texts=texts,
        notes=written.notes,
        composed=(written.composed or bool(written.remark)) and changes.source == "commits",
        remarks=remarks,
    )


def _untold(facts: Facts) -> Iterator[Note]:
    """Say that a section would be made of commits that do not say what they change."""
    effects = classify_all([(c.subject, c.body) for c in facts.commits if not c.merge])
    if effects and not any(effect.kind != "other" for effect in effects):
        many = f"the subjects of {len(effects)} commits" if effects[1:] else "a commit's subject"
        text = (
            f"{facts.changelog} says nothing of this release yet: its section is made of {many}. "
            "To have it in your own words, write them there and commit before the release."
        )
        yield Note(topic="changelog-from-commits", text=text)


def _at_last_release(project: Project, path: str) -> str:
    """Give a file's text at the last release; empty where it was not there, or no text."""
    last = last_release(project.facts.tags)
    if last is None:
        return ""
    asked = f"{last.commit}:{path}\n".encode()
    answer = project.snapshot.git("cat-file", "--batch", stdin=asked).stdout
    # The answer is a line, then the content and a line feed; without such a file, the line alone.
    _, _, content = answer.partition(b"\n")
    try:
        return content.decode().removesuffix("\n")
    except UnicodeDecodeError:
        return ""
