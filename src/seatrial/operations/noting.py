"""Release notes: the changelog's section, or made from the changes, by the project's template."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.addresses import GITHUB_HOST
from seatrial.operations.deciding import changes_of
from seatrial.operations.project import Project
from seatrial.plan.after_build import Text, render_early, stand_ins, unrendered
from seatrial.repository import setup_script
from seatrial.repository.facts import CommitFact, Package, last_release
from seatrial.repository.history import counted
from seatrial.repository.manifest import read_manifest
from seatrial.repository.notes import compose, escape
from seatrial.repository.snapshot import Snapshot
from seatrial.versions.conventional import classify_all, tells

_PYTHON = re.compile(r"Programming Language :: Python :: (3\.\d+)")
_ROBOT = re.compile(r"\[bot\]|(?:^|\W)bot@|dependabot|pre-commit", re.IGNORECASE)


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The release that notes are about.

    Attributes:
        version: its version.
        tag: its tag.
        previous: the tag of the release before it, or empty.
        date: its day.
        commits: what it holds, the newest first.
    """

    version: Version
    tag: str
    previous: str
    date: dt.date
    commits: Sequence[CommitFact]


def generated(project: Project, release: Release, *, from_commits: bool = False) -> str:
    """Make notes from the changes: grouped, with new contributors and a link to all changes.

    Args:
        project: the repository.
        release: which one.
        from_commits: whether the commits are asked even if files tell the changes.
    """
    parts = [told(project, release.commits, from_commits=from_commits)]
    new = newcomers(project, release)
    if new:
        lines = "\n".join(f"- {escape(name)}" for name in new)
        parts.append(f"### New contributors\n\n{lines}")
    link = compare_link(project, release)
    if link:
        parts.append(f"**Full changelog**: {link}")
    return "\n\n".join(part for part in parts if part)


def told(project: Project, commits: Sequence[CommitFact], *, from_commits: bool = False) -> str:
    """Give the changes of a release as a grouped list, without anything around it."""
    changes = changes_of(project)
    if from_commits or changes.source == "commits":
        return compose(commits, classify_all)
    return compose(
        [CommitFact(id="", subject=s, body=b, when=0) for s, b in changes.messages], classify_all
    )


def newcomers(project: Project, release: Release) -> tuple[str, ...]:
    """Give the names of those whose first commit is in a release that has a predecessor.

    Of several packages with versions of their own, whoever wrote to one of them first is new in
    the release that holds that commit, and in no other.
    """
    if not release.previous:
        return ()
    if project.part:
        held = {commit.id for commit in release.commits}
        known = {address for address, first in project.first_commits.items() if first not in held}
    else:
        listed = project.snapshot.git("log", "--format=%aE", f"refs/tags/{release.previous}")
        known = {line.lower() for line in listed.text.split("\n")}
    found: dict[str, str] = {}
    for commit in reversed(counted(release.commits, tells)):
        name, _, address = commit.author.removesuffix(">").rpartition(" <")
        if address.lower() not in known and not _ROBOT.search(commit.author):
            found.setdefault(address.lower(), name)
    return tuple(dict.fromkeys(found.values()))


def compare_link(project: Project, release: Release) -> str:
    """Give the address of the page that compares a release with the one before, or nothing."""
    repository = project.repository
    if repository is None or repository.kind != "github" or not release.previous:
        return ""
    host = repository.host or GITHUB_HOST
    return f"https://{host}/{repository.full_name}/compare/{release.previous}...{release.tag}"


def rendered(project: Project, release: Release, notes: str) -> Text:
    """Render the project's own template of release notes, or keep it until the files are built.

    Args:
        project: one line of the repository; its planned commit holds the template.
        release: which one.
        notes: what Seatrial would write.

    Raises:
        InvalidConfiguration: the template is not there, or does not render.
    """
    path = project.settings.notes.template
    text = project.snapshot.text(path)
    if text is None:
        raise unrendered(path, f"this commit holds no text {path}")
    packages = [canonicalize_name(package.name) for package in project.facts.packages]
    files = stand_ins(packages, str(release.version))
    return render_early(path, text, _names(project, release, notes), files)


def _names(project: Project, release: Release, notes: str) -> dict[str, Any]:
    """Give what a template may use before the build."""
    commits = counted(release.commits, tells)
    effects = classify_all([(commit.subject, commit.body) for commit in commits])
    package = project.lead
    return {
        "package": package.name,
        "version": str(release.version),
        "tag": release.tag,
        "previous": release.previous,
        "date": release.date.isoformat(),
        "notes": notes,
        "python": package.requires_python,
        "pythons": supported_pythons(project.snapshot, package),
        "compare": compare_link(project, release),
        "contributors": list(newcomers(project, release)),
        "changes": [
            {
                "kind": entry.kind,
                "scope": entry.scope,
                "text": entry.description or commit.subject,
                "commit": commit.id,
                "author": commit.author.rpartition(" <")[0],
            }
            for commit, effect in zip(commits, effects, strict=True)
            for entry in effect.entries or (effect,)
            if not effect.undone
        ],
    }


def supported_pythons(snapshot: Snapshot, package: Package) -> list[str]:
    """Give the Pythons that a package's classifiers name ("3.12"), in order."""
    manifest = read_manifest(snapshot, package.path)
    listed = [
        *(manifest.project.get("classifiers") or ()),
        *(manifest.tool("poetry", "classifiers") or ()),
        *manifest.setup_cfg.get("metadata", {}).get("classifiers", "").splitlines(),
    ]
    if "classifiers" in manifest.call:
        listed += setup_script.strings(manifest.call["classifiers"])
    found = {match[1] for text in listed if (match := _PYTHON.fullmatch(str(text).strip()))}
    return sorted(found, key=lambda python: int(python.partition(".")[2]))


def coming(project: Project, version: Version, date: dt.date) -> Release:
    """Give the release that would be made now."""
    facts = project.facts
    last = last_release(facts.tags)
    return Release(
        version=version,
        tag=project.tag_format.render(version),
        previous=last.name if last else "",
        date=date,
        commits=facts.commits,
    )
