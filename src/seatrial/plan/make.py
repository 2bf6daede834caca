"""The one function that makes a plan: pure, so the same input gives the same bytes."""

from __future__ import annotations

import datetime as dt

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.config.schema import Settings
from seatrial.plan.assemble import Outline, assemble
from seatrial.plan.values import Asked, FileEdit, Note, Plan, ReleasedCommit, Upload
from seatrial.repository.facts import Facts, Package

COMPILED = frozenset({"maturin", "mesonpy", "scikit_build_core", "sipbuild"})
"""Build backends, by their top-level module, whose sources cannot be imported as they are."""


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan is made from, beside the facts of the repository.

    Attributes:
        tool: the version of Seatrial.
        asked: what the user asked for.
        settings: the configuration.
        configuration: its digest.
        package: the package to release.
        version: the version to release.
        previous: the last release; nothing when there was none.
        reason: why this version.
        tag: the release tag's name.
        date: the release's date.
        branch: the branch on the remote.
        remote_tip: where it is there; empty when it is not.
        effects: of each commit, by its id: "breaking", "feature", "fix", "other".
        edits: what the release commit changes.
        build_edits: what is changed on top of it for the build alone.
        notes: the release notes, Markdown.
        forge: whether there is a forge release.
        publish: the index's name.
        python: the Pythons to install on.
        remarks: what a person should know.
    """

    tool: str
    asked: Asked
    settings: Settings
    configuration: str
    package: Package
    version: Version
    previous: Version | None
    reason: str
    tag: str
    date: dt.date
    branch: str
    remote_tip: str
    effects: dict[str, str]
    edits: tuple[FileEdit, ...]
    build_edits: tuple[FileEdit, ...]
    notes: str
    forge: bool
    publish: str
    python: tuple[str, ...]
    remarks: tuple[Note, ...]


def release_date(today: dt.date, head_when: int) -> dt.date:
    """Give the release's date: today, but never before the commit it is made from.

    Args:
        today: the clock's date, UTC, which may lie.
        head_when: the planned commit's time, seconds since the epoch.
    """
    committed = dt.datetime.fromtimestamp(head_when, dt.UTC).date()
    return max(today, committed)


def release_time(date: dt.date, head_when: int) -> int:
    """Give the time of the release commit, the tag and the build: seconds since the epoch, UTC.

    It is made of the date and the planned commit alone, so that a second try of the same release
    makes the same commit.
    """
    midnight = dt.datetime.combine(date, dt.time(), dt.UTC)
    return max(int(midnight.timestamp()), head_when + 1)


def source_roots(facts: Facts, package: Package) -> tuple[str, ...]:
    """Give the folders from which a package's sources can be imported without a build.

    Args:
        facts: what the repository says.
        package: the package; one that is compiled has none.
    """
    if package.backend.partition(".")[0] in COMPILED:
        return ()
    top = f"{package.path}/" if package.path else ""
    source = f"{top}src"
    within = any(path.startswith(f"{source}/") for path in facts.files)
    return (source, package.path) if within else (package.path,)


def make_plan(facts: Facts, material: Material) -> Plan:
    """Make the plan.

    Args:
        facts: what the repository says.
        material: what was decided, and what the world holds.
    """
    version = str(material.version)
    name = canonicalize_name(material.package.name)
    # Without edits the planned commit itself is released, and its own time is the build's epoch.
    when = release_time(material.date, facts.head_when) if material.edits else facts.head_when
    actions = assemble(
        Outline(
            settings=material.settings,
            package=name,
            path=material.package.path,
            version=version,
            prerelease=material.version.is_prerelease,
            tag=material.tag,
            parent=facts.head,
            branch=material.branch,
            remote=facts.remote.name if facts.remote else "",
            remote_tip=material.remote_tip,
            edits=material.edits,
            build_edits=material.build_edits,
            when=when,
            notes=material.notes,
            forge=material.forge,
            publish=material.publish,
            python=material.python,
            roots=source_roots(facts, material.package),
        )
    )
    uploads = [action for action in actions if isinstance(action, Upload)]
    return Plan(
        tool=material.tool,
        asked=material.asked,
        commit=facts.head,
        branch=material.branch,
        remote=facts.remote.name if facts.remote else "",
        remote_tip=material.remote_tip,
        configuration=material.configuration,
        package=name,
        version=version,
        previous=str(material.previous or ""),
        reason=material.reason,
        tag=material.tag,
        date=material.date.isoformat(),
        commits=_commits(facts, material),
        notes=material.notes,
        remarks=material.remarks,
        actions=actions,
        point_of_no_return=next((u.key for u in uploads if not u.staging), ""),
    )


def _commits(facts: Facts, material: Material) -> tuple[ReleasedCommit, ...]:
    return tuple(
        ReleasedCommit(
            id=commit.id, subject=commit.subject, effect=material.effects.get(commit.id, "other")
        )
        for commit in facts.commits
    )
