"""Everything a repository says, read into one value."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from seatrial.config.positions import dotted
from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration, NoPackage, ShallowClone
from seatrial.repository import changelog
from seatrial.repository.facts import CommitFact, Facts, Package, TagFact
from seatrial.repository.history import read_history
from seatrial.repository.lines import Line, lines_among
from seatrial.repository.manifest import Folder
from seatrial.repository.moved import COMPARED, moving, stating, with_moved
from seatrial.repository.names import normalised
from seatrial.repository.packages import Found, by_folder, found_packages, several
from seatrial.repository.releases import Merged, release_tags
from seatrial.repository.remotes import remote_of
from seatrial.repository.restarts import released_among, restarted, says_something
from seatrial.repository.several import MOST_COMMITS, Several, read_several
from seatrial.repository.sites import cited_once
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import dig
from seatrial.repository.tagged import format_text, last_of, refuse_cut
from seatrial.repository.unplaced import Where
from seatrial.versions.tags import TagFormat, guess

SHOWN = 3
"""How many tags of something else are named."""


class Ears(msgspec.Struct, frozen=True, kw_only=True):
    """What others say to the reading, and are told by it.

    Attributes:
        where: names a key of the configuration with its file and line.
        heard: told the names of the packages that have changed, where they have versions of their
            own, before the history is read.
    """

    where: Where = dotted
    heard: Callable[[Sequence[str]], None] = lambda _: None


DEAF = Ears()
"""Keys without their places, and nobody who is told."""


def read_facts(
    snapshot: Snapshot, settings: Settings, folder: str = "", ears: Ears = DEAF
) -> Facts:
    """Read everything that decides a release.

    Args:
        snapshot: the planned commit.
        settings: the configuration.
        folder: the folder that the user named, from the root; a package there is the one meant.
        ears: what names a key of the configuration with its file and line, and what is told which
            packages have changed.

    Raises:
        NoPackage: the repository holds no package.
        InvalidConfiguration: a manifest or a configured name cannot be used.
        ShallowClone: the history back to the last release is not here.
    """
    with snapshot.foreseen.walked(snapshot) as walked:
        found, lines, meant = _lines(snapshot, settings, folder, ears.where)
        asked = lines if meant is None else (lines[meant],)
        wanted = {package.path for line in asked for package in line.packages}
        merged = Merged(snapshot, walked)
        if snapshot.whole:
            _ = merged.names  # while git is still there
    described: dict[str, Package] = {}

    def describe() -> Mapping[str, Package]:
        packages = cited_once([one.whole for one in found])
        described.update({one.path: one for one in packages if one.path in wanted})
        return described

    def common() -> Facts:
        return replace(
            bare_facts(snapshot),
            remote=remote_of(snapshot, settings),
            packages=tuple(described.values()),
            configuration=_configuration(snapshot),
        )

    if len(lines) > 1:
        more = Several(
            snapshot=snapshot, settings=settings, lines=lines, merged=merged, heard=ears.heard
        )
        return read_several(more, common, describe, meant)
    packages = describe()
    line = replace(lines[0], packages=tuple(packages[one.path] for one in lines[0].packages))
    return _one(snapshot, settings, common(), line, merged)


def _lines(
    snapshot: Snapshot, settings: Settings, folder: str, where: Where
) -> tuple[Sequence[Found], tuple[Line, ...], int | None]:
    """Find the packages, say which share a version, and which of these lines is meant.

    Returns:
        The packages, the lines, and the number of the line that the named folder picks: nothing
        where all are meant.
    """
    tags = [tag.name for tag in snapshot.tags]
    picked = found_packages(snapshot, settings, folder, where)
    found = picked
    if folder and not several(settings) and len(picked) == 1:
        # One that is not among those that are found, or in whose way another's fault is, is picked
        # all by itself.
        with contextlib.suppress(NoPackage, InvalidConfiguration):
            others = found_packages(snapshot, settings, "", where)
            lines_among(settings, [one.outline for one in others], tags)
            if picked[0].path in {one.path for one in others}:
                found = others
    outlines = tuple(one.outline for one in found)
    lines = lines_among(settings, outlines, tags)
    meant = by_folder(outlines, folder) if folder else None
    return found, lines, next((n for n, line in enumerate(lines) if meant in line.packages), None)


def _one(snapshot: Snapshot, settings: Settings, whole: Facts, line: Line, merged: Merged) -> Facts:
    """Read tags, commits and changelog of packages that share them."""
    form, foreign = _tag_format(snapshot, line)
    refs = {tag.name: tag for tag in snapshot.tags}
    for name in moving(snapshot, line.packages[0], form.releases(refs)):
        del refs[name]
    tags = release_tags(snapshot, form, refs, merged)
    if not foreign:
        ((form, tags),) = with_moved(snapshot, [line], merged, [(form, tags)])
    place = line.packages[0].path if len(line.packages) == 1 else ""
    path, text = _changelog(snapshot, settings, place)
    commits = _commits(snapshot, tags, line.packages)
    if not says_something(line.packages[0].version):
        again = restarted(snapshot, tags, "", released_among(tags, commits))
        if again != tags:
            tags, commits = again, _commits(snapshot, again, line.packages)
    return replace(
        whole,
        tag_format=format_text(form, line),
        tags=tags,
        foreign_tags=foreign,
        commits=commits,
        changelog=path,
        changelog_text=text,
    )


def _changelog(snapshot: Snapshot, settings: Settings, place: str) -> tuple[str, str]:
    """Give the path and the text of the changelog of what lies in a folder."""
    path = changelog.find(snapshot.files, place, settings.changelog.file, read=snapshot.text)
    # What is no UTF-8 text, or a link out of the repository, is nothing to write into.
    text = snapshot.text(path) if path else None
    return ("", "") if text is None else (path, text)


def bare_facts(snapshot: Snapshot) -> Facts:
    """Give what can be said of a commit whose packages cannot be read: its place and its files."""
    return Facts(
        root=str(snapshot.root),
        common=str(snapshot.common),
        head=snapshot.head,
        head_when=snapshot.head_when,
        parents=snapshot.parents,
        branch=snapshot.branch,
        upstream=snapshot.upstream,
        remote=None,
        shallow=bool(snapshot.shallow),
        dirty=snapshot.dirty,
        packages=(),
        tag_format="",
        tags=(),
        commits=(),
        changelog="",
        changelog_text="",
        configuration="",
        files=snapshot.files,
    )


def _tag_format(snapshot: Snapshot, line: Line) -> tuple[TagFormat, tuple[str, ...]]:
    """Give the format of the release tags, and the tags that are taken for something else's.

    A package in a folder may lie in the repository of another product, whose tags name nobody
    (``v4.2.0`` of a server, 0.1.16 of its client).  They are the package's own if at one of the
    newest the file that states its version stated that very version.
    """
    only = line.packages[0] if len(line.packages) == 1 else None
    name = line.name
    if line.tag:
        return TagFormat(line.tag, normalised(name)), ()
    form = guess([tag.name for tag in snapshot.tags], name, only.path if only else "")
    newest = list(form.releases(tag.name for tag in snapshot.tags).items())[:COMPARED]
    source = next((site for site in only.sites if site.source), None) if only else None
    if not newest or only is None or not only.path or source is None or not form.names_nobody:
        return form, ()
    if stating(snapshot, [only], newest)[0]:
        return form, ()
    return TagFormat("{name}-v{version}", name), tuple(tag for tag, _ in newest[:SHOWN])


def _commits(
    snapshot: Snapshot, tags: Sequence[TagFact], packages: Sequence[Package]
) -> Sequence[CommitFact]:
    """Read the commits since the newest release that is an ancestor."""
    last = last_of(tags)
    if last is None and snapshot.shallow:
        raise ShallowClone(
            str(snapshot.root), "it is a shallow clone, and no release tag is in the part it holds"
        )
    folders = tuple(sorted({package.path for package in packages}))
    since = last.commit if last else ""
    commits = snapshot.foreseen.history(folders, since)
    if commits is None:
        most = None if last else MOST_COMMITS
        commits = read_history(snapshot, folders, since=since, most=most)
    refuse_cut(snapshot, (commit.id for commit in commits))
    return commits


def _configuration(snapshot: Snapshot) -> str:
    if "seatrial.toml" in snapshot.files:
        return "seatrial.toml"
    root = Folder(snapshot=snapshot, path="")
    holds = dig(root.parsed("pyproject.toml"), "tool", "seatrial") is not None
    return "pyproject.toml" if holds else ""


def only_package(facts: Facts) -> Package | None:
    """Give the package when there is exactly one."""
    return facts.packages[0] if len(facts.packages) == 1 else None
