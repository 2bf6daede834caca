"""From a path and a wish to a plan, or to the reason why there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial import __version__
from seatrial.artifacts.filenames import version_of
from seatrial.errors import (
    BranchMoved,
    DetachedHead,
    TagElsewhere,
    TagNotAncestor,
    Unreachable,
)
from seatrial.operations.ahead import Ahead
from seatrial.operations.comparing import api_remarks
from seatrial.operations.continuing import Continuation, begun_on, find_continuation
from seatrial.operations.deciding import Day, changes_of, choose
from seatrial.operations.editing import texts_of
from seatrial.operations.project import Project
from seatrial.operations.pythons import check_pythons
from seatrial.operations.remarks import Days, remarks_on
from seatrial.operations.running import unheard
from seatrial.plan.make import Material, make_plan, release_date
from seatrial.plan.planning import Complete, Nothing, Planned, Planning
from seatrial.plan.values import Asked, Note, Plan
from seatrial.repository.build_edits import build_edits
from seatrial.repository.facts import Facts, Package, TagFact
from seatrial.repository.sites import check_sites
from seatrial.versions.arithmetic import parse
from seatrial.versions.decide import AlreadyReleased, Decision, NothingToRelease, Wish
from seatrial.versions.policy import maintained
from seatrial.versions.tags import TagFormat


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
    """

    path: Path
    wish: Wish
    index: str = ""
    python: tuple[str, ...] = ()
    strict: bool = True
    patient: bool = False
    date: dt.date | None = None

    @property
    def asked(self) -> Asked:
        """What of it belongs into the plan."""
        return Asked(
            bump=self.wish.bump,
            version=self.wish.version,
            index=self.index,
            python=self.python,
        )


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the outside held when it was asked.

    Attributes:
        tip: the commit that the branch is at on the remote; empty when it is not there.
        tags: tag → commit, of the remote's tags.
        held: version → names of the indexes that hold a file of it.
        remarks: what could not be asked.
    """

    tip: str
    tags: Mapping[str, str]
    held: Mapping[Version, tuple[str, ...]]
    remarks: tuple[Note, ...]


def plan_release(
    project: Project, request: Request, tell: Callable[[str], None] = unheard
) -> Planning:
    """Plan a release.

    Args:
        project: the repository.
        request: what the user asked for.
        tell: told what is done, in a few words.

    Raises:
        NoPackage, SeveralPackages, DetachedHead, ShallowClone, SitesDisagree, InvalidVersion,
            TagNotAncestor, TagElsewhere, BranchMoved: the repository cannot be released like this.
        Unreachable: the remote or an index did not answer, and not ``request.patient``.
    """
    tell("reading the repository")
    facts, package = project.facts, project.package()
    check_sites(package)
    check_pythons(package, request.python or project.settings.verify.python)
    branch = project.settings.branch or facts.upstream or facts.branch
    if not branch:
        raise DetachedHead(str(project.snapshot.root), f"HEAD is at {facts.head[:12]}")
    seen = look_outside(project, request, package, branch, tell)
    _check_history(project, seen, branch)
    publish = request.index or project.settings.publish
    tell("looking whether the last release is complete")
    continuation = find_continuation(project, package, publish)
    if continuation is not None and _speaks_of(request.wish, continuation.tag.version):
        if continuation.incomplete:
            return Planned(
                plan=_continued(project, request, seen, continuation, branch), going_on=True
            )
        leads_on = request.wish.leads_on(Version(continuation.tag.version))
        if continuation.tag.commit == facts.head and not leads_on:
            return Complete(
                package=canonicalize_name(package.name),
                version=continuation.tag.version,
                tag=continuation.tag.name,
            )
    tell("deciding the version")
    return _fresh(project, request, seen, branch)


def _speaks_of(wish: Wish, version: str) -> bool:
    return not wish.version or parse(wish.version, "--version") == Version(version)


def look_outside(
    project: Project,
    request: Request,
    package: Package,
    branch: str,
    tell: Callable[[str], None] = unheard,
) -> Seen:
    """Ask the remote and the indexes what they hold.

    Raises:
        Unreachable: one did not answer, and not ``request.patient``.
    """
    # The indexes answer while the remote is asked.
    pages = {
        name: Ahead(partial(project.index(name).files, package.name, asked_after=project.opened))
        for name in project.names_of_indexes(request.index)
    }
    tip, tags, remarks = _look_at_remote(project, request, branch, tell)
    held: dict[Version, tuple[str, ...]] = {}
    for name, page in pages.items():
        tell(f"asking {name} what it holds of {package.name}")
        try:
            files = page.result()
        except Unreachable as error:
            if not request.patient:
                raise
            text = f"{error}. Whether {name} holds the version already is not known."
            remarks.append(Note(topic="index-not-asked", text=text))
            continue
        for file in files:
            if (version := version_of(file)) is not None and name not in held.get(version, ()):
                held[version] = (*held.get(version, ()), name)
    return Seen(tip=tip, tags=tags, held=held, remarks=tuple(remarks))


def _look_at_remote(
    project: Project, request: Request, branch: str, tell: Callable[[str], None]
) -> tuple[str, dict[str, str], list[Note]]:
    """Give where the branch is on the remote, the remote's tags by commit, and what to remark."""
    remote = project.facts.remote
    if remote is None:
        return "", {}, []
    tell(f"asking {remote.name} for its branches and tags")
    try:
        refs = project.refs()
    except Unreachable as error:
        if not request.patient:
            raise
        text = (
            f"{error}. The branch is taken to be where it was when it was fetched last, and "
            "tags that only the remote has are not known."
        )
        return _tracked(project, branch), {}, [Note(topic="remote-not-asked", text=text)]
    tags = {
        name.removeprefix("refs/tags/"): ref.commit
        for name, ref in refs.items()
        if name.startswith("refs/tags/")
    }
    found = refs.get(f"refs/heads/{branch}")
    if found is not None:
        return found.commit, tags, []
    text = f"{remote.name} has no branch {branch}: the push makes it."
    return "", tags, [Note(topic="new-branch", text=text)]


def _tracked(project: Project, branch: str) -> str:
    """Give the last known place of the branch on the remote."""
    remote = project.facts.remote
    if remote is None:
        return ""
    done = project.snapshot.git(
        "for-each-ref", "--format=%(objectname)", f"refs/remotes/{remote.name}/{branch}"
    )
    return done.text.strip()


def _check_history(project: Project, seen: Seen, branch: str) -> None:
    """Refuse a commit that does not hold what users and the remote have."""
    facts = project.facts
    # A pre-release on another branch is nothing that users would lose.
    line = maintained(branch)
    finals = [
        tag
        for tag in facts.tags
        if tag.ancestor
        or not (Version(tag.version).is_prerelease or _beyond(line, Version(tag.version)))
    ]
    last = max(finals, key=lambda tag: Version(tag.version), default=None)
    if last is not None and not last.ancestor:
        raise TagNotAncestor(
            f"{last.name} ({last.commit[:12]})",
            f"it is not in the history of {facts.head[:12]}: "
            "users would lose what that release holds",
            next_step=_way_to(last, finals, branch),
        )
    if seen.tip and not project.holds(seen.tip):
        raise BranchMoved(
            branch,
            f"the remote has it at {seen.tip[:12]}, which is not in the history of "
            f"{facts.head[:12]}",
            doing="comparing with the remote branch",
            next_step="Run git pull, look at what came, and plan again.",
        )


def _way_to(last: TagFact, finals: Sequence[TagFact], branch: str) -> str:
    """Say how a branch that lacks the last release comes to be released all the same."""
    way = f"Merge {last.name} into {branch}, or release from a branch that holds it."
    own = max((Version(tag.version) for tag in finals if tag.ancestor), default=None)
    beyond = Version(last.version)
    if own is None or (beyond.major, beyond.minor) == (own.major, own.minor):
        return way
    line = f"{own.major}.x" if beyond.major > own.major else f"{own.major}.{own.minor}.x"
    return (
        f"{way} To go on with {line} beside it, do so on a branch of that name: "
        f"git switch -c {line}"
    )


def _beyond(line: tuple[int, ...], version: Version) -> bool:
    """Whether a version is none that a maintenance branch makes."""
    return bool(line) and (*version.release, 0, 0)[: len(line)] > line


def _fresh(project: Project, request: Request, seen: Seen, branch: str) -> Planned | Nothing:
    facts, package = project.facts, project.package()
    tags = {Version(tag.version): tag for tag in facts.tags}
    form = TagFormat(facts.tag_format, canonicalize_name(package.name))
    remote_versions = {v for tag in seen.tags if (v := form.parse(tag)) is not None}

    def taken(version: Version) -> bool:
        if version in tags or version in remote_versions:
            return True
        if version not in seen.held:
            return False
        # What an index holds of a release that began at this very commit is ours to finish.
        return not request.strict or begun_on(project, form.render(version)) is None

    if request.wish.version:
        asked = form.render(parse(request.wish.version, "--version"))
        _check_tag(seen, asked, facts.tags, unless=facts.head)
    outcome = choose(project, request.wish, Day(date=_day(project, request), branch=branch), taken)
    if isinstance(outcome, NothingToRelease | AlreadyReleased):
        return Nothing(why=outcome.why)
    tag = form.render(outcome.version)
    _check_tag(seen, tag, facts.tags)
    return Planned(plan=_planned(project, request, seen, outcome, branch))


def _check_tag(seen: Seen, tag: str, local: Sequence[TagFact], *, unless: str = "") -> None:
    """Refuse a version whose tag exists, here or on the remote, ``unless`` on that commit."""
    here = next((t.commit for t in local if t.name == tag), "")
    for where, commit in (("here", here), ("on the remote", seen.tags.get(tag, ""))):
        if commit not in {"", unless}:
            raise TagElsewhere(tag, f"{where} it is on {commit[:12]}")


def _day(project: Project, request: Request) -> dt.date:
    today = dt.datetime.now(dt.UTC).date()
    return request.date or release_date(today, project.facts.head_when)


def _planned(
    project: Project, request: Request, seen: Seen, outcome: Decision, branch: str
) -> Plan:
    facts, package = project.facts, project.package()
    tag = TagFormat(facts.tag_format, canonicalize_name(package.name)).render(outcome.version)
    today = dt.datetime.now(dt.UTC).date()
    begun = begun_on(project, tag) if request.strict else None
    date = request.date or begun or release_date(today, facts.head_when)
    texts = texts_of(project, package, outcome.version, date)
    remarks = remarks_on(project, seen.held, outcome, Days(date, today))
    api = api_remarks(project, outcome.version)
    return make_plan(
        facts,
        Material(
            tool=__version__,
            asked=request.asked,
            settings=project.settings,
            configuration=project.configuration.digest,
            package=package,
            version=outcome.version,
            previous=_previous(facts, outcome.version),
            reason=outcome.reason,
            tag=tag,
            date=date,
            branch=branch,
            remote_tip=seen.tip,
            effects=dict(changes_of(project, package).effects()),
            edits=texts.edits,
            build_edits=build_edits(project.snapshot, project.settings, package.path, texts.edits),
            notes=texts.notes,
            forge=project.repository is not None,
            publish=request.index or project.settings.publish,
            python=request.python or project.settings.verify.python,
            remarks=(*seen.remarks, *texts.remarks, *remarks, *api),
        ),
    )


def _continued(
    project: Project,
    request: Request,
    seen: Seen,
    continuation: Continuation,
    branch: str,
) -> Plan:
    """Plan at the release commit itself: nothing is edited, and the tag is there."""
    there = project.at(continuation.tag.commit, project.package().path)
    version = Version(continuation.tag.version)
    facts = msgspec.structs.replace(there.facts, branch=project.facts.branch)
    return make_plan(
        facts,
        Material(
            tool=__version__,
            asked=request.asked,
            settings=there.settings,
            configuration=there.configuration.digest,
            package=there.package(),
            version=version,
            previous=_previous(facts, version),
            reason=f"{version} is incomplete: {continuation.why}.",
            tag=continuation.tag.name,
            date=dt.datetime.fromtimestamp(facts.head_when, dt.UTC).date(),
            branch=branch,
            remote_tip=seen.tip,
            effects={},
            edits=(),
            build_edits=build_edits(there.snapshot, there.settings, there.package().path),
            notes=continuation.notes,
            forge=there.repository is not None,
            publish=request.index or there.settings.publish,
            python=request.python or there.settings.verify.python,
            remarks=seen.remarks,
        ),
    )


def _previous(facts: Facts, version: Version) -> Version | None:
    older = (Version(tag.version) for tag in facts.tags if tag.ancestor and not tag.abandoned)
    return max((other for other in older if other < version), default=None)
