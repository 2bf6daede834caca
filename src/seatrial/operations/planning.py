"""From a path and a wish to a plan, or to the reason why there is none."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial import __version__
from seatrial.errors import DetachedHead
from seatrial.operations.beyond import behind
from seatrial.operations.choosing import Circumstances, Picked, as_stated
from seatrial.operations.collecting import BuiltElsewhere, Wanted, with_collections
from seatrial.operations.comparing import api_remarks
from seatrial.operations.continuing import Begun, Continuation, find_continuation
from seatrial.operations.dependents import likely, pick_all, versions_of
from seatrial.operations.editing import at_last_releases, texts_of
from seatrial.operations.filesets import file_sets, set_remarks
from seatrial.operations.firsts import with_firsts
from seatrial.operations.lines import (
    BuildTexts,
    check_line,
    lines_of,
    members_of,
    tag_among,
    without_cycles,
    without_private,
)
from seatrial.operations.merged import (
    at_merge,
    at_merges,
    shaped,
    waiting_version,
    with_edited_notes,
)
from seatrial.operations.outside import (
    Question,
    Seen,
    ask_indexes,
    look_outside,
)
from seatrial.operations.project import Project
from seatrial.operations.pythons import check_pythons
from seatrial.operations.remarks import Days, line_remarks, remarks_on
from seatrial.operations.running import unheard
from seatrial.operations.standing import (
    Standing,
    before,
    check_place,
    check_released,
    is_older,
)
from seatrial.operations.wrapping import with_wraps
from seatrial.plan.after_build import Text
from seatrial.plan.asked import Asked
from seatrial.plan.downstream import origin_of
from seatrial.plan.make import Chosen, Material, make_plan
from seatrial.plan.planning import Complete, Nothing, Planned, Planning
from seatrial.plan.values import Note, Plan
from seatrial.repository.edit import file_edits
from seatrial.repository.sibling_versions import with_siblings
from seatrial.versions.arithmetic import parse
from seatrial.versions.calver import release_date
from seatrial.versions.decide import Wish


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked for.

    Attributes:
        path: a folder in the repository.
        wish: which version.
        index: the index to publish to; the configured one when empty.
        python: the Pythons to install on; the configured ones when empty.
        strict: whether what the outside holds of a release that began here counts; a rehearsal
            begins anew.
        patient: whether a silent remote or index is only remarked; a release needs both.
        date: the release's date; today when absent.
        merged: whether the release of a merged pull request is meant.
        branch: the branch that the release belongs to, where the commit does not tell it.
        notes: package → notes that somebody has written for the release.
    """

    path: Path
    wish: Wish
    index: str = ""
    python: tuple[str, ...] = ()
    strict: bool = True
    patient: bool = False
    date: dt.date | None = None
    merged: bool = False
    branch: str = ""
    notes: dict[str, str] = {}

    @property
    def asked(self) -> Asked:
        """What of it belongs into the plan."""
        return Asked(
            bump=self.wish.bump,
            version=self.wish.version,
            index=self.index,
            python=self.python,
            merged=self.merged,
        )


def opened(request: Request, project: Project | None = None) -> tuple[Project, Request]:
    """Open the repository that a request is about: where it was merged, if that is meant.

    Args:
        request: what the user asked for.
        project: the repository, where it is open already.

    Returns:
        The repository, and the request with the version that the merged files state.
    """
    project = project or Project.open(request.path)
    if not request.merged:
        return project, request
    branch = project.settings.branch or project.facts.upstream or project.facts.branch
    request = msgspec.structs.replace(request, branch=request.branch or branch)
    if project.facts.lines:
        return at_merges(lines_of(project), project), request
    version = request.wish.version or waiting_version(project)
    if not version:
        return project, request
    wish = msgspec.structs.replace(request.wish, version=version)
    return at_merge(project), msgspec.structs.replace(request, wish=wish)


NOT_MERGED = "No version waits for its release: nothing was merged since the last."
BEYOND = "a repository downstream is not up to date"
"""Why a release is gone on with whose own parts are all there."""


def plan_release(
    project: Project, request: Request, tell: Callable[[str], None] = unheard
) -> Planning:
    """Plan a release.

    Args:
        project: the repository.
        request: what the user asked for.
        tell: told what is done, in a few words.

    Raises:
        NoPackage, DetachedHead, ShallowClone, SitesDisagree, InvalidVersion, InvalidConfiguration,
            TagNotAncestor, TagElsewhere, BranchMoved: the repository cannot be released like this.
        Unreachable: the remote or an index did not answer, and not ``request.patient``.
    """
    tell("reading the repository")
    facts, lines = project.facts, lines_of(project)
    _check_packages(lines, request.python or project.settings.verify.python)
    without_private(project)
    branch = request.branch or project.settings.branch or facts.upstream or facts.branch
    if not branch:
        raise DetachedHead(str(project.snapshot.root), f"HEAD is at {facts.head[:12]}")
    question = Question(branch=branch, index=request.index, patient=request.patient)
    # Of many packages few have changed: which, is known without asking the indexes of all.
    seen = look_outside(project, question, () if facts.lines else facts.packages, tell)
    place = Standing(branch, seen, request.merged, request.wish.version)
    check_place(project, lines, place)
    tell("looking whether the last release is complete")
    publish = request.index or project.settings.publish
    found = find_continuation(lines, publish)
    if found is not None and _speaks_of(request.wish, found):
        settled = _settled(project, request, found, branch, seen)
        if settled is not None:
            return settled
    if request.merged:
        lines = tuple(line for line in lines if waiting_version(line))
        if not lines:
            return Nothing(why=NOT_MERGED)
    tell("deciding the version")
    around = Circumstances(
        seen=seen, branch=branch, date=_day(project, request), strict=request.strict
    )
    if facts.lines:
        packages = likely(lines, request.wish, around)
        seen = ask_indexes(project, question, seen, packages, tell)
        around = dataclasses.replace(around, seen=seen)
    picked, why = pick_all(lines, request.wish, around)
    if not picked:
        return Nothing(why=why)
    if facts.lines:
        check_released([one.line for one in picked], place)
    chosen = as_stated(picked) if request.merged else picked
    plan = with_firsts(_planned(project, request, chosen, around), project, seen)
    plan = shaped(plan, project, merged=request.merged, edited=tuple(request.notes))
    if request.merged:
        plan = with_edited_notes(plan, project, patient=request.patient)
    return Planned(plan=plan)


def _check_packages(lines: Sequence[Project], python: Sequence[str]) -> None:
    """Refuse packages that cannot be released, whatever the outside holds."""
    for line in lines:
        check_line(line)
        for package in line.facts.packages:
            check_pythons(package, python)
    without_cycles([package for line in lines for package in line.facts.packages])


def _settled(
    project: Project, request: Request, found: Continuation, branch: str, seen: Seen
) -> Planned | Complete | None:
    """Go on with the newest release, or say that it is complete; nothing where another is due."""
    facts, place = project.facts, (branch, seen.tip)
    if found.incomplete:
        plan = _continued(project, request, found, place, seen.remarks)
        return Planned(plan=shaped(plan, project, merged=request.merged), going_on=True)
    leads_on = any(request.wish.leads_on(Version(one.tag.version)) for one in found.begun)
    if found.commit != facts.head or leads_on:
        return None
    if request.strict and not request.patient and project.settings.downstream:
        first = msgspec.structs.replace(found.begun[0], why=BEYOND)
        left = msgspec.structs.replace(found, begun=(first, *found.begun[1:]))
        plan = _continued(project, request, left, place, seen.remarks)
        if behind(project, plan):
            return Planned(plan=shaped(plan, project, merged=request.merged), going_on=True)
    return Complete(package=found.title, version=found.version, tag=found.tag)


def _speaks_of(wish: Wish, found: Continuation) -> bool:
    if not wish.version:
        return True
    asked = parse(wish.version, "--version")
    return any(asked == Version(one.tag.version) for one in found.begun)


def _day(project: Project, request: Request) -> dt.date:
    today = dt.datetime.now(dt.UTC).date()
    return request.date or release_date(today, project.facts.head_when)


def _planned(
    project: Project, request: Request, picked: Sequence[Picked], around: Circumstances
) -> Plan:
    facts, today = project.facts, dt.datetime.now(dt.UTC).date()
    begun = next((one.begun for one in picked if one.begun is not None), None)
    date = request.date or begun or release_date(today, facts.head_when)
    texts: dict[str, str | None] = {}
    remarks: list[Note] = []
    notes: list[Text] = []
    at_last_releases([one.line for one in picked])
    for one in picked:
        names = (canonicalize_name(package.name) for package in one.line.facts.packages)
        said = next((request.notes[name] for name in names if name in request.notes), "")
        written = texts_of(one.line, one.decision.version, date, texts, said)
        texts = written.texts
        notes.append(written.notes)
        remarks += written.remarks
        remarks += line_remarks(one.line, around.seen.of(one.line.facts.packages), one.decision)
        if len(picked) == len(one.line.facts.packages) == 1:
            remarks += api_remarks(one.line, one.decision.version)
    edits = file_edits(project.snapshot, _followed(project, picked, texts))
    build = BuildTexts(versions=versions_of(picked), edits=edits)
    remarks += remarks_on(project, Days(date, today))
    built = BuiltElsewhere.of(project)
    chosen = tuple(
        _chosen(project, one, note, build, built) for one, note in zip(picked, notes, strict=True)
    )
    python = request.python or project.settings.verify.python
    sets = file_sets(project, chosen, python, built)
    remarks += set_remarks(chosen, sets)
    return make_plan(
        facts,
        Material(
            tool=__version__,
            asked=request.asked,
            settings=project.settings,
            configuration=project.configuration.digest,
            chosen=chosen,
            date=date,
            branch=around.branch,
            remote_tip=around.seen.tip,
            edits=edits,
            forge=project.repository is not None,
            publish=request.index or project.settings.publish,
            python=python,
            sets=sets,
            remarks=(*around.seen.remarks, *dict.fromkeys(remarks)),
            origin=origin_of(project.remote_url, project.settings.forge.repository),
        ),
    )


def _followed(
    project: Project, picked: Sequence[Picked], texts: dict[str, str | None]
) -> dict[str, str | None]:
    """Rewrite what the packages that are released require of each other, where it is committed."""
    if project.settings.siblings_in_git:
        versions = versions_of(picked)
        for package in (package for one in picked for package in one.line.facts.packages):
            policy = project.settings.siblings
            texts = with_siblings(project.snapshot, package, versions, policy, texts)
    return texts


def _chosen(
    project: Project, one: Picked, notes: Text, build: BuildTexts, built: BuiltElsewhere
) -> Chosen:
    facts, version = one.line.facts, str(one.decision.version)
    paths = tuple(edit.path for edit in build.edits)
    what = Wanted(version=version, tag=one.tag, commit=facts.head, made=paths)
    members = members_of(project, one.line, build)
    if not (what.made and project.settings.mode == "pull-request"):
        # What is only proposed, nobody can have built yet.
        members = with_collections(built, members, what)
    return Chosen(
        members=with_wraps(project, members, version, build.edits),
        version=one.decision.version,
        previous=before(facts, one.decision.version),
        reason=one.decision.reason,
        tag=one.tag,
        commits=facts.commits,
        effects=one.effects,
        older=one.older,
        notes=notes,
    )


def _continued(
    project: Project,
    request: Request,
    found: Continuation,
    place: tuple[str, str],
    remarks: tuple[Note, ...],
) -> Plan:
    """Plan at the release commit itself: nothing is edited, and the tags are there."""
    there = project.at(found.commit, project.folder)
    facts = msgspec.structs.replace(there.facts, branch=project.facts.branch)
    tags = {one.tag.name: one for one in found.begun}
    lines = [
        (line, tags[name])
        for line in lines_of(there)
        if (name := tag_among(line, tags)) is not None
    ]
    branch, tip = place
    versions: dict[str, Version] = {
        canonicalize_name(package.name): Version(begun.tag.version)
        for line, begun in lines
        for package in line.facts.packages
    }
    built = BuiltElsewhere.of(there)
    return make_plan(
        facts,
        Material(
            tool=__version__,
            asked=request.asked,
            settings=there.settings,
            configuration=there.configuration.digest,
            chosen=tuple(_begun(there, one, versions, found.why, built) for one in lines),
            date=dt.datetime.fromtimestamp(facts.head_when, dt.UTC).date(),
            branch=branch,
            remote_tip=tip,
            edits=(),
            forge=there.repository is not None,
            publish=request.index or there.settings.publish,
            python=request.python or there.settings.verify.python,
            remarks=remarks,
            origin=origin_of(project.remote_url, there.settings.forge.repository),
        ),
    )


def _begun(
    project: Project,
    one: tuple[Project, Begun],
    versions: Mapping[str, Version],
    why: str,
    built: BuiltElsewhere,
) -> Chosen:
    """Say again what was decided of a release that has begun."""
    line, begun = one
    version = begun.tag.version
    members = members_of(project, line, BuildTexts(versions=versions))
    what = Wanted(version=version, tag=begun.tag.name, commit=begun.tag.commit, begun=True)
    return Chosen(
        members=with_wraps(project, with_collections(built, members, what), version),
        version=Version(version),
        previous=before(line.facts, Version(version)),
        reason=f"{version} is incomplete: {why}.",
        tag=begun.tag.name,
        commits=line.facts.commits,
        effects={},
        notes=begun.notes,
        older=is_older(line, Version(version)),
    )
