"""What the release commit changes: version sites and changelog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.errors import ChangelogMissing
from seatrial.operations.deciding import Changes, changes_of
from seatrial.operations.noting import Release, coming, generated, rendered, told
from seatrial.operations.project import Project
from seatrial.plan.after_build import AfterBuild, Text
from seatrial.plan.values import Note
from seatrial.repository.change_files import ChangeFile
from seatrial.repository.changelog import section, section_of, without_next
from seatrial.repository.edit import with_version
from seatrial.repository.facts import Facts, last_release
from seatrial.repository.fragments import waiting
from seatrial.repository.towncrier import collect
from seatrial.repository.unheaded import headed
from seatrial.versions.conventional import classify_all


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """What the release writes.

    Attributes:
        texts: path → whole new text of the files that the release commit changes, nothing for one
            that it removes.
        notes: the release notes, Markdown.
        remarks: what a person should know of them.
    """

    texts: dict[str, str | None]
    notes: Text
    remarks: tuple[Note, ...]


def texts_of(
    project: Project,
    version: Version,
    date: dt.date,
    earlier: Mapping[str, str | None],
    said: str = "",
) -> Texts:
    """Make the texts and the notes of the release of one line.

    Args:
        project: one line of the repository.
        version: what the sites of its packages are set to.
        date: what the changelog's section says.
        earlier: path → new text, of the lines before.
        said: notes that somebody has written for it, which win; empty for none.

    Raises:
        InvalidVersion: a site cannot spell the version.
        ChangelogMissing: the changelog has to tell of it, and does not.
        BuildFailed: towncrier failed.
    """
    facts, settings = project.facts, project.settings.changelog
    changes = changes_of(project)
    release = coming(project, version, date)
    texts = dict(earlier) | {one.path: None for one in changes.files if _ended(one, project)}
    telling = _telling(project, changes, release, said)
    if settings.require and telling.composed:
        raise ChangelogMissing(
            f"a section about {version}",
            f"{facts.changelog or 'the repository'} has none that somebody wrote",
        )
    texts |= telling.texts
    written = telling.notes or generated(project, release)
    notes: Text = said or written
    if project.settings.notes.template and not said:
        notes = rendered(project, release, written)
    for package in facts.packages:
        texts = with_version(project.snapshot, package, str(version), texts, date=date.isoformat())
    more = (Note(topic="labels-not-asked", text=changes.remark),) if changes.remark else ()
    if isinstance(notes, AfterBuild):
        text = (
            f"{notes.path} names the built files: the release notes are written after the build, "
            "and stand-ins are shown before it."
        )
        more = (*more, Note(topic="notes-after-build", text=text))
    return Texts(texts=texts, notes=notes, remarks=(*telling.remarks, *more))


def _ended(file: ChangeFile, line: Project) -> bool:
    """Whether a change file is used up: every package that it tells of is released now."""
    names = {canonicalize_name(package.name) for package in line.facts.packages}
    return set(file.packages) <= names


def notes_coming(project: Project, release: Release) -> tuple[str, bool]:
    """Give the notes that a release would get, and whether somebody wrote them.

    A template is not rendered here.

    Args:
        project: one line of the repository.
        release: the one that would be made now.

    Raises:
        BuildFailed: towncrier failed.
    """
    telling = _telling(project, changes_of(project), release, "")
    return telling.notes or generated(project, release), bool(
        telling.notes
    ) and not telling.composed


class _Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the changelog: its files, what it tells, and whether we made that up."""

    texts: dict[str, str | None] = {}
    notes: str = ""
    composed: bool = False
    remarks: tuple[Note, ...] = ()


def _telling(project: Project, changes: Changes, release: Release, said: str) -> _Telling:
    facts, write, package = project.facts, project.settings.changelog.write, project.lead
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
    before = headed(facts.changelog, facts.changelog_text, lambda: _at_last_release(project))
    written = section(
        facts.changelog,
        before,
        version=version,
        date=date,
        notes=said or told(project, release.commits),
    )
    if written.text == before:
        written = msgspec.structs.replace(written, text=facts.changelog_text)
    if said and not written.composed and written.text.count(written.notes.strip()) == 1:
        text = written.text.replace(written.notes.strip(), said)
        written = msgspec.structs.replace(written, text=text, notes=said)
    texts: dict[str, str | None] = {}
    if write:
        texts[facts.changelog] = written.text
        if written.text != facts.changelog_text:
            earlier = _at_last_release(project)
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


def _at_last_release(project: Project) -> str:
    return next(iter(at_last_releases([project]).values()), "")


def at_last_releases(lines: Sequence[Project]) -> dict[tuple[str, str], str]:
    """Give the changelogs as they were at the last release, read with one process.

    Args:
        lines: of one repository.

    Returns:
        Commit and path → text; empty where it was not there.
    """
    places = [
        (last.commit, line.facts.changelog)
        for line in lines
        if line.facts.changelog and (last := last_release(line.facts.tags)) is not None
    ]
    return lines[0].snapshot.earlier(places) if places else {}
