"""The release notes of one version: of a release that was made, or of the one that would come."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.errors import InvalidVersion
from seatrial.operations.deciding import Day, choose
from seatrial.operations.editing import notes_coming
from seatrial.operations.noting import Release, coming, generated, rendered
from seatrial.operations.project import Project
from seatrial.plan.after_build import shown
from seatrial.repository.changelog import section_of
from seatrial.repository.history import read_history
from seatrial.versions.arithmetic import parse
from seatrial.versions.calver import release_date
from seatrial.versions.decide import Decision, Wish


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """Release notes.

    Attributes:
        package: whose release.
        version: which one.
        source: "changelog", "changes", or "template".
        text: Markdown.
    """

    package: str
    version: str
    source: str
    text: str


def notes_of(path: Path, version: str = "") -> Notes:
    """Give the notes of a release that was made, or those that the next one would get.

    Nobody outside is asked; the number of the next release may differ where an index holds it.

    Args:
        path: a folder in the repository.
        version: which release; the next one when empty.

    Raises:
        InvalidVersion: there is no such release, or nothing to release.
        SeveralPackages: there are packages with versions of their own.
        BuildFailed: towncrier failed.
    """
    project = Project.open(path)
    project.check_one_version()
    facts, package = project.facts, project.lead
    if version:
        release = _past(project, parse(version))
        text = section_of(facts.changelog, facts.changelog_text, str(release.version))
        source = "changelog" if text else "changes"
        text = text or generated(project, release, from_commits=True)
    else:
        release = _next(project)
        text, written = notes_coming(project, release)
        source = "changelog" if written else "changes"
    if project.settings.notes.template:
        source, text = "template", shown(rendered(project, release, text))
    return Notes(
        package=canonicalize_name(package.name),
        version=str(release.version),
        source=source,
        text=text,
    )


def _past(project: Project, version: Version) -> Release:
    facts = project.facts
    tag = next((tag for tag in facts.tags if Version(tag.version) == version), None)
    if tag is None:
        if section_of(facts.changelog, facts.changelog_text, str(version)):
            day = dt.datetime.fromtimestamp(facts.head_when, dt.UTC).date()
            return Release(version=version, tag="", previous="", date=day, commits=())
        raise InvalidVersion(
            str(version),
            "no tag and no section of the changelog is about it",
            doing="looking for the release",
            next_step="Leave the version out for the notes of the next release.",
        )
    older = [other for other in facts.tags if Version(other.version) < version and other.ancestor]
    previous = max(older, key=lambda other: Version(other.version), default=None)
    there = project.at(tag.commit, project.folder)
    folders = tuple(package.path for package in facts.packages)
    commits = read_history(there.snapshot, folders, since=previous.commit if previous else "")
    day = dt.datetime.fromtimestamp(there.facts.head_when, dt.UTC).date()
    return Release(
        version=version,
        tag=tag.name,
        previous=previous.name if previous else "",
        date=day,
        commits=commits,
    )


def _next(project: Project) -> Release:
    facts = project.facts
    today = dt.datetime.now(dt.UTC).date()
    date = release_date(today, facts.head_when)
    branch = project.settings.branch or facts.upstream or facts.branch
    outcome = choose(project, Wish(), Day(date=date, branch=branch))
    if not isinstance(outcome, Decision):
        raise InvalidVersion(
            "the next release", outcome.why, doing="choosing", next_step="Name a version."
        )
    return coming(project, outcome.version, date)
