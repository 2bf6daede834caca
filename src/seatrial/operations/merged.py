"""The release that a merged pull request stands for: known by what the merged files say."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from packaging.version import Version

from seatrial.errors import BranchMoved, NotesUnreadable, NotMerged, SeatrialError
from seatrial.operations.lines import lines_of
from seatrial.operations.project import Project
from seatrial.plan.proposal import as_merged, edits_of, with_notes, with_proposal
from seatrial.plan.proposal_text import edited_in, notes_in, proposed_in
from seatrial.plan.values import Note, Plan
from seatrial.repository.changelog import section_of, versions_in
from seatrial.repository.facts import last_release
from seatrial.repository.sites import check_sites
from seatrial.repository.spans import is_version, locate
from seatrial.world.ports_forge import PullRequest, PullRequests

MOST_LATER = 100
"""Commits after a merge among which what it left out is looked for."""


def waiting_version(project: Project) -> str:
    """Give the version that a commit states and that has no tag yet; empty where there is none.

    Where the version comes from the tag, the changelog's newest section states it.
    """
    facts = project.facts
    tagged = {Version(tag.version) for tag in facts.tags}
    last = last_release(facts.tags)
    stated = project.lead.version
    if not stated:
        told = versions_in(facts.changelog, facts.changelog_text)
        # Of numbers that began again, the old ones are higher, and wait for nothing.
        old = {Version(tag.version) for tag in facts.tags if tag.abandoned}
        new = (one for one in told if is_version(one) and Version(one) not in old)
        stated = max(new, key=Version, default="")
    if not is_version(stated) or Version(stated) in tagged:
        return ""
    if last is not None and Version(stated) < Version(last.version):
        return ""
    return str(Version(stated))


def at_merge(project: Project) -> Project:
    """Give the repository at the commit that brought the version it states: where it was merged.

    Commits that came after the merge belong to the next release, unless what the merge left out of
    its release came with them.
    """
    version = waiting_version(project)
    found = ""
    path = project.lead.sites[0].path if project.lead.version else project.facts.changelog
    listed = project.snapshot.git(
        "log", "--first-parent", "--format=%H", project.snapshot.head, "--", path
    )
    for commit in listed.text.split():
        if not version or _stated(project, commit, path) != version:
            break
        found = commit
    return _mended(project, found, version) if found else project


def _mended(project: Project, merged: str, version: str) -> Project:
    """Give the repository where all files that tell a version tell it.

    That is where it was merged, or where a later commit made up for what was forgotten there.
    """
    facts = project.facts
    places = {site.path for package in facts.packages for site in package.sites}
    listed = project.snapshot.git(
        *("log", "--first-parent", "--reverse", "--format=%H"),
        *(f"{merged}..{project.snapshot.head}", "--"),
        *sorted(places | ({facts.changelog} if facts.changelog else set())),
    )
    there = project.at(merged, project.folder)
    later = (project.at(commit, project.folder) for commit in listed.text.split())
    looked_at = itertools.islice(itertools.chain([there], later), MOST_LATER)
    return next((one for one in looked_at if _is_whole(one, project, version)), there)


def _is_whole(there: Project, project: Project, version: str) -> bool:
    """Whether all sites of a release and its changelog state a version at another commit.

    Args:
        there: the repository at that commit.
        project: what is released, at the planned one.
        version: which.
    """
    names = {package.name for package in project.facts.packages}
    try:
        line = next(one for one in lines_of(there) if one.lead.name in names)
        for package in line.facts.packages:
            check_sites(package)
    except (SeatrialError, StopIteration):
        return False
    stated = {str(Version(one.version)) for one in line.facts.packages if one.version}
    facts, written = line.facts, there.settings.changelog.write
    told = not (facts.changelog and written) or version in versions_in(
        facts.changelog, facts.changelog_text
    )
    return stated <= {version} and told


def at_merges(lines: Sequence[Project], project: Project) -> Project:
    """Give the repository where the last of the versions that wait was merged.

    Args:
        lines: of packages that have versions of their own.
        project: the repository.
    """
    merged = {at_merge(line).snapshot.head for line in lines if waiting_version(line)}
    for commit in merged:
        there = project.at(commit, project.folder)
        if all(there.holds(other) for other in merged):
            return there
    return project


def _stated(project: Project, commit: str, path: str) -> str:
    """Give the version that a file states at a commit; empty where it states none."""
    argv = ["git", "show", f"{commit}:{path}"]
    done = project.runner.reading().run(argv, cwd=project.snapshot.root)
    if done.code != 0:
        return ""
    if not project.lead.version:
        version = waiting_version(project)
        return version if section_of(path, done.text, version) else ""
    site = project.lead.sites[0]
    span = locate(done.text, site.kind, site.locator, spelt=site.spelling, nth=site.nth)
    stated = span.stated if span else ""
    return str(Version(stated)) if is_version(stated) else ""


def check_pushed(project: Project, tip: str, branch: str) -> None:
    """Refuse a commit that is not on the remote branch: a tag would carry it past every review.

    Raises:
        BranchMoved: it is not there.
    """
    head = project.snapshot.head
    remote = project.facts.remote
    if remote is None or tip == head:
        return
    for place in (tip, f"refs/remotes/{remote.name}/{branch}"):
        argv = ["git", "merge-base", "--is-ancestor", head, place]
        if place and project.runner.run(argv, cwd=project.snapshot.root).code == 0:
            return
    raise BranchMoved(
        branch,
        f"{remote.name} has it at {tip[:12] or 'no commit'}, and {head[:12]} is not known to be "
        "in its history",
        doing="looking for the merged commit on",
        next_step="Run git pull, and this again on the merged commit.",
    )


def shaped(plan: Plan, project: Project, *, merged: bool, edited: tuple[str, ...] = ()) -> Plan:
    """Give a plan the shape that the repository's mode asks for.

    Args:
        plan: as it is where a release is made at once.
        project: the repository.
        merged: whether the release of a merged pull request is asked for.
        edited: the packages whose notes somebody has written in the pull request.

    Raises:
        NotMerged: it is, and something is missing that a merged release holds.
    """
    edits = edits_of(plan)
    if merged and edits:
        raise NotMerged(
            f"commit {plan.commit[:12]}",
            f"it states {plan.version}, and its release would still change {', '.join(edits)}",
        )
    if merged or (project.settings.mode == "pull-request" and not edits):
        return as_merged(plan)
    if project.settings.mode == "pull-request" and project.settings.forge.release:
        return with_proposal(plan, project.settings, edited)
    return plan


def with_edited_notes(plan: Plan, project: Project, *, patient: bool) -> Plan:
    """Give a plan the notes that somebody has edited in the pull request before they merged it.

    Args:
        plan: of the merged release.
        project: the repository.
        patient: whether a forge that cannot be asked is only remarked.

    Raises:
        SeatrialError: the forge cannot be asked, and a release goes there with these notes.
    """
    try:
        proposed = _proposals(plan, project)
    except SeatrialError as error:
        if project.settings.forge.release and not patient:
            raise
        text = f"Notes that were edited in the pull request are not in this plan: {error}."
        return _remarked(plan, Note(topic="notes-unread", text=text))
    found = next((one for one in proposed if _was_merged(one, project)), None)
    if found is None:
        return _remarked(plan, *_closed(proposed))
    try:
        edited = edited_in(found.body, found.url)
        reviewed = notes_in(found.body, found.url)
    except NotesUnreadable as error:
        text = f"The notes are those of the changelog: {error}."
        return _remarked(plan, Note(topic="notes-unreadable", text=text))
    # Without a changelog the merged files tell no notes; what was reviewed does.
    told = {line.lead.name for line in lines_of(project) if line.facts.changelog}
    chosen = {**{name: text for name, text in reviewed.items() if name not in told}, **edited}
    changed, names = with_notes(plan, chosen)
    if not told.intersection(names):
        return changed
    text = (
        f"The notes are those of {found.url}: they were edited after the commit that was merged, "
        "and its changelog keeps the words that it has."
    )
    return _remarked(changed, Note(topic="notes-edited", text=text))


def _proposals(plan: Plan, project: Project) -> list[PullRequest]:
    """Give the pull requests that proposed the very version, the newest first."""
    forge = project.forge()
    if not isinstance(forge, PullRequests):
        return []
    head = project.settings.proposal.branch.replace("{branch}", plan.branch)
    found = []
    for one in forge.pull_requests(f"{forge.owner}:{head}"):
        state = proposed_in(one.body)
        if state is not None and state.version == plan.version:
            found.append(one)
    return found


def _was_merged(one: PullRequest, project: Project) -> bool:
    """Whether a proposal is in the history of the planned commit."""
    # A forge may be late to see that what it shows as open was merged by a push.
    state = proposed_in(one.body)
    late = one.state == "open" and state is not None and project.holds(state.commit)
    return one.state == "merged" or late


def _closed(proposed: Sequence[PullRequest]) -> Iterator[Note]:
    """Say that notes which somebody edited are not taken, where the forge knows of no merge."""
    for one in proposed:
        try:
            edited = edited_in(one.body, one.url)
        except NotesUnreadable:
            edited = {"": ""}
        if edited:
            text = (
                f"The notes that were edited in {one.url} are not taken: it is {one.state}, and "
                "was not merged. To have them, write them into the release on the forge."
            )
            yield Note(topic="notes-not-taken", text=text)


def _remarked(plan: Plan, *notes: Note) -> Plan:
    return msgspec.structs.replace(plan, remarks=(*plan.remarks, *notes))


def edited_notes(project: Project, branch: str) -> Mapping[str, str]:
    """Give the notes that somebody has edited in the open pull request: package → Markdown.

    Args:
        project: the repository.
        branch: the branch that the release belongs to.

    Raises:
        NotesUnreadable: they cannot be told from the rest of its text.
    """
    forge = project.forge()
    if not isinstance(forge, PullRequests):
        return {}
    head = project.settings.proposal.branch.replace("{branch}", branch)
    found = forge.pull_requests(f"{forge.owner}:{head}")
    one = next((pull for pull in found if pull.state == "open"), None)
    return edited_in(one.body, one.url) if one is not None else {}
