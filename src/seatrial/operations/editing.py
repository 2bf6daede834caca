"""What the release commit changes: version sites and changelog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
from packaging.version import Version

from seatrial.operations.project import Project
from seatrial.plan.values import FileEdit, Note
from seatrial.repository.changelog import section, without_next
from seatrial.repository.edit import edits
from seatrial.repository.facts import Facts, Package, last_release
from seatrial.repository.fragments import waiting
from seatrial.repository.notes import compose
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
    """
    facts = project.facts
    notes = compose(facts.commits, classify_all)
    remarks: tuple[Note, ...] = ()
    others = {}
    pieces = waiting(project.snapshot, package.path)
    if facts.changelog and pieces is not None:
        text = (
            f"{facts.changelog} stays as it is: {pieces.folder} holds {pieces.count} of its "
            f"fragments, so run {pieces.tool} and commit before the release."
        )
        remarks = (Note(topic="changelog-not-written", text=text),)
    elif facts.changelog:
        written = section(
            facts.changelog,
            facts.changelog_text,
            version=str(version),
            date=date.isoformat(),
            notes=notes,
        )
        notes = written.notes
        if project.settings.changelog.write:
            others[facts.changelog] = written.text
            if written.text != facts.changelog_text:
                earlier = _at_last_release(project, facts.changelog)
                others[facts.changelog] = without_next(facts.changelog, written.text, earlier)
        if written.composed:
            remarks = tuple(_untold(facts))
        if written.remark:
            remarks = (Note(topic="changelog-not-written", text=written.remark),)
    made = edits(project.snapshot, package, str(version), others, date=date.isoformat())
    return Texts(edits=made, notes=notes, remarks=remarks)


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
