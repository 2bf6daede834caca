"""The one function that makes a plan: pure, so the same input gives the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.config.schema import Settings
from seatrial.config.wrapping import sdist_of
from seatrial.plan.after_build import Text, shown
from seatrial.plan.asked import Asked
from seatrial.plan.assemble import assemble
from seatrial.plan.collects import Collection
from seatrial.plan.downstream import with_downstreams
from seatrial.plan.edits import FileEdit
from seatrial.plan.filesets import FileSet
from seatrial.plan.outline import Line, Outline, Part
from seatrial.plan.released import PlannedPackage, ReleasedCommit
from seatrial.plan.values import Note, Plan, Upload
from seatrial.plan.wraps import Wrap
from seatrial.repository.facts import CommitFact, Facts, Package

COMPILED = frozenset({"maturin", "mesonpy", "scikit_build_core", "sipbuild"})
"""Build backends, by their top-level module, whose sources cannot be imported as they are."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One package to release.

    Attributes:
        package: as the repository states it.
        siblings: normalised names of the packages of the repository that it requires.
        build_siblings: those of them that its build requires.
        requires: what its files must require of the repository's other packages.
        build_edits: what is changed on top of the release commit for its build alone.
        collect: where its files come from when they were built elsewhere.
        wrap: the binaries that its wheels are made with.
    """

    package: Package
    siblings: tuple[str, ...] = ()
    build_siblings: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    build_edits: tuple[FileEdit, ...] = ()
    collect: Collection | None = None
    wrap: Wrap | None = None


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Packages that are released together, and what was decided of them.

    Attributes:
        members: the packages, at least one.
        version: the version to release.
        previous: the last release; nothing when there was none.
        reason: why this version.
        tag: the release tag's name.
        commits: what is new, the newest first.
        effects: of each commit, by its id: "breaking", "feature", "fix", "other".
        notes: the release notes, Markdown, or what they are made from after the build.
        older: whether a higher version is released already, so that this is not the latest one.
    """

    members: tuple[Member, ...]
    version: Version
    previous: Version | None
    reason: str
    tag: str
    commits: Sequence[CommitFact]
    effects: Mapping[str, str]
    notes: Text
    older: bool = False


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan is made from, beside the facts of the repository.

    Attributes:
        tool: the version of Seatrial.
        asked: what the user asked for.
        settings: the configuration.
        configuration: its digest.
        chosen: what is released, at least one.
        date: the release's date.
        branch: the branch on the remote.
        remote_tip: where it is there; empty when it is not.
        edits: what the release commit changes.
        forge: whether there is a forge release.
        publish: the index's name.
        python: the Pythons to install on.
        remarks: what a person should know.
        origin: ``owner/name`` of the repository on its forge; empty where nothing tells it.
        sets: where the files come from that are expected.
    """

    tool: str
    asked: Asked
    settings: Settings
    configuration: str
    chosen: tuple[Chosen, ...]
    date: dt.date
    branch: str
    remote_tip: str
    edits: tuple[FileEdit, ...]
    forge: bool
    publish: str
    python: tuple[str, ...]
    remarks: tuple[Note, ...]
    origin: str = ""
    sets: tuple[FileSet, ...] = ()


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
    # Without edits the planned commit itself is released, and its own time is the build's epoch.
    when = release_time(material.date, facts.head_when) if material.edits else facts.head_when
    remote = facts.remote.name if facts.remote else ""
    outline = Outline(
        settings=material.settings,
        lines=_lines(facts, material),
        parent=facts.head,
        branch=material.branch,
        remote=remote,
        remote_tip=material.remote_tip,
        edits=material.edits,
        when=when,
        forge=material.forge,
        publish=material.publish,
        python=material.python,
    )
    actions = assemble(outline)
    uploads = [action for action in actions if isinstance(action, Upload)]
    packages = _packages(material, [part.name for part in outline.parts])
    settings, left_alone = _downstreams(material)
    first = packages[0]
    plan = Plan(
        tool=material.tool,
        asked=material.asked,
        commit=facts.head,
        branch=material.branch,
        remote=remote,
        remote_tip=material.remote_tip,
        configuration=material.configuration,
        package=first.name,
        version=first.version,
        previous=first.previous,
        reason=first.reason,
        tag=first.tag,
        date=material.date.isoformat(),
        commits=_commits(material),
        notes=_notes(material),
        remarks=(*material.remarks, *left_alone),
        sets=material.sets,
        actions=actions,
        point_of_no_return=next((u.key for u in uploads if not u.staging), ""),
        packages=packages,
    )
    return with_downstreams(plan, settings, material.publish, material.origin, when)


def _downstreams(material: Material) -> tuple[Settings, tuple[Note, ...]]:
    """Leave those repositories alone that are at a higher version, unless a branch is named."""
    settings = material.settings
    left = [one.repository for one in settings.downstream if not one.branch]
    if not left or not all(one.older for one in material.chosen):
        return settings, ()
    kept = tuple(one for one in settings.downstream if one.branch)
    text = (
        f"A higher version than {material.chosen[0].version} is released, so what names the "
        f"newest one is left alone: {', '.join(left)}. Where one has a branch for this line, name "
        "it as `branch` in [[downstream]]."
    )
    note = Note(topic="downstream-left-alone", text=text)
    return msgspec.structs.replace(settings, downstream=kept), (note,)


def _lines(facts: Facts, material: Material) -> tuple[Line, ...]:
    """Give what the actions are made from; of what a package requires, what is released too."""
    released = {_name(member) for one in material.chosen for member in one.members}
    return tuple(
        Line(
            version=str(one.version),
            prerelease=one.version.is_prerelease,
            tag=one.tag,
            notes=one.notes,
            older=one.older,
            parts=tuple(
                Part(
                    name=_name(member),
                    path=member.package.path,
                    version=str(one.version),
                    requires_python=member.package.requires_python,
                    roots=source_roots(facts, member.package),
                    siblings=tuple(name for name in member.siblings if name in released),
                    builds_with=tuple(name for name in member.build_siblings if name in released),
                    computes=member.package.computes,
                    requires=member.requires,
                    edits=member.build_edits,
                    collect=member.collect,
                    wrap=member.wrap,
                    sdist=sdist_of(material.settings, member.package.path),
                )
                for member in one.members
            ),
        )
        for one in material.chosen
    )


def _name(member: Member) -> str:
    return canonicalize_name(member.package.name)


def _packages(material: Material, order: list[str]) -> tuple[PlannedPackage, ...]:
    """Give the packages as the plan shows them, in the order they are released in."""
    several = len(material.chosen) > 1
    found = {
        _name(member): PlannedPackage(
            name=_name(member),
            path=member.package.path,
            version=str(one.version),
            previous=str(one.previous or ""),
            reason=one.reason,
            tag=one.tag,
            commits=tuple(commit.id for commit in one.commits) if several else (),
            notes=shown(one.notes) if several else "",
        )
        for one in material.chosen
        for member in one.members
    }
    return tuple(found[name] for name in order)


def _notes(material: Material) -> str:
    """Give the notes; those of several releases stand below each other, under their tags."""
    if len(material.chosen) == 1:
        return shown(material.chosen[0].notes)
    return "\n\n".join(f"## {one.tag}\n\n{shown(one.notes).strip()}" for one in material.chosen)


def _commits(material: Material) -> tuple[ReleasedCommit, ...]:
    """Give each commit once, the newest first; its effect is the gravest that it has."""
    gravest = ("other", "fix", "feature", "breaking")
    found: dict[str, tuple[CommitFact, str]] = {}
    for one in material.chosen:
        for commit in one.commits:
            effects = [one.effects.get(commit.id, "other"), found.get(commit.id, (commit, ""))[1]]
            effect = max(effects, key=lambda word: gravest.index(word) if word in gravest else -1)
            found[commit.id] = (commit, effect)
    commits = list(found.values())
    if len(material.chosen) > 1:
        commits.sort(key=lambda pair: -pair[0].when)
    return tuple(
        ReleasedCommit(id=commit.id, subject=commit.subject, effect=effect)
        for commit, effect in commits
    )
