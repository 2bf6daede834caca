"""Everything a repository says, read into one value."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace
from packaging.version import Version

from seatrial.config.positions import dotted
from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration, ShallowClone
from seatrial.repository import changelog
from seatrial.repository.facts import CommitFact, Facts, Package, Remote, TagFact, last_release
from seatrial.repository.history import read_history
from seatrial.repository.lines import Line, Spellings, commits_of, lines_among
from seatrial.repository.manifest import Folder
from seatrial.repository.moved import COMPARED, moving, newest_of, owning, stating
from seatrial.repository.names import normalised
from seatrial.repository.packages import by_folder, find_packages, several
from seatrial.repository.releases import Merged, release_tags
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import dig, is_version
from seatrial.repository.unplaced import Where
from seatrial.versions.tags import TagFormat, families, guess

MOST_COMMITS = 2000
"""How many commits are read where no release tag bounds them."""

SHOWN = 3
"""How many tags of something else are named."""


def read_facts(
    snapshot: Snapshot, settings: Settings, folder: str = "", where: Where = dotted
) -> Facts:
    """Read everything that decides a release.

    Args:
        snapshot: the planned commit.
        settings: the configuration.
        folder: the folder that the user named, from the root; a package there is the one meant.
        where: names a key of the configuration with its file and line.

    Raises:
        NoPackage: the repository holds no package.
        InvalidConfiguration: a manifest or a configured name cannot be used.
        ShallowClone: the history back to the last release is not here.
    """
    with snapshot.foreseen.merged(snapshot) as listed:
        packages = find_packages(snapshot, settings, folder, where)
        lines = lines_among(settings, packages, (tag.name for tag in snapshot.tags))
        meant = by_folder(packages, folder) if several(settings) else None
        if meant is not None:
            lines = tuple(line for line in lines if meant in line.packages)
            packages = lines[0].packages
        merged = Merged(listed)
        if snapshot.whole:
            merged.names()  # while git is still there
    whole = replace(
        bare_facts(snapshot),
        remote=_remote(snapshot, settings),
        packages=packages,
        configuration=_configuration(snapshot),
    )
    if len(lines) > 1:
        return _several(snapshot, settings, whole, lines, merged)
    return _one(snapshot, settings, whole, lines[0], merged)


def _one(snapshot: Snapshot, settings: Settings, whole: Facts, line: Line, merged: Merged) -> Facts:
    """Read tags, commits and changelog of packages that share them."""
    form, foreign = _tag_format(snapshot, line)
    refs = {tag.name: tag for tag in snapshot.tags}
    for name in moving(snapshot, line.packages[0], form.releases(refs)):
        del refs[name]
    tags = release_tags(snapshot, form, refs, merged)
    place = line.packages[0].path if len(line.packages) == 1 else ""
    path, text = _changelog(snapshot, settings, place)
    return replace(
        whole,
        tag_format=_text(form, line),
        tags=tags,
        foreign_tags=foreign,
        commits=_commits(snapshot, tags, line.packages),
        changelog=path,
        changelog_text=text,
    )


def _several(
    snapshot: Snapshot,
    settings: Settings,
    whole: Facts,
    lines: Sequence[Line],
    merged: Merged,
) -> Facts:
    """Read the tags, commits and changelogs of packages with versions of their own.

    git reads the history once, for all of them.
    """
    spellings = Spellings((tag.name for tag in snapshot.tags), lines)
    refs = {tag.name: tag for tag in snapshot.tags}
    found = []
    last: dict[int, str] = {}
    shared: dict[str, str] = {}
    read = []
    for line in lines:
        form, names = spellings.of(line)
        read.append(
            (form, release_tags(snapshot, form, {name: refs[name] for name in names}, merged))
        )
    for number, (line, one) in enumerate(
        zip(lines, _with_moved(snapshot, lines, read, merged), strict=True)
    ):
        form, tags = one
        _refuse_shared(form, line, shared)
        newest = _last(tags)
        if newest is not None:
            last[number] = newest.commit
        place = line.packages[0].path if len(line.packages) == 1 else ""
        path, text = _own_changelog(snapshot, settings, place) if place else ("", "")
        found.append(
            replace(
                whole,
                packages=line.packages,
                tag_format=_text(form, line),
                tags=tags,
                changelog=path,
                changelog_text=text,
            )
        )
    commits = _new_commits(snapshot, lines, last)
    facts = tuple(replace(one, commits=mine) for one, mine in zip(found, commits, strict=True))
    return replace(whole, tag_format=facts[0].tag_format, lines=facts)


def _with_moved(
    snapshot: Snapshot,
    lines: Sequence[Line],
    read: Sequence[tuple[TagFormat, tuple[TagFact, ...]]],
    merged: Merged,
) -> list[tuple[TagFormat, tuple[TagFact, ...]]]:
    """Add the tags that are a line's own though they are spelt otherwise.

    Where a line states a version that is beyond its last tag, the other tags are looked at: those
    at which its file stated the version that is in the tag are its own.  Tags of one spelling that
    are one line's alone are how its tags are spelt now; those that several lines share are from
    before they had versions of their own.
    """
    claimed = {tag.name for _, tags in read for tag in tags}
    refs = {tag.name: tag for tag in snapshot.tags if tag.name not in claimed}
    spelt = families(refs)
    ahead = [number for number, line in enumerate(lines) if _is_ahead(line, read[number][1])]
    if not spelt or not ahead:
        return list(read)
    leads = [lines[number].packages[0] for number in ahead]
    owned = stating(snapshot, leads, newest_of(spelt))
    found = list(read)
    for prefix, tags in spelt.items():
        matched = {n: len(own & tags.keys()) for n, own in zip(ahead, owned, strict=True)}
        owners = owning(prefix, matched, [line.name for line in lines])
        for number in owners:
            form, known = found[number]
            other = TagFormat(f"{prefix}{{version}}", form.name)
            there = {tag.version for tag in known}
            more = release_tags(snapshot, other, {name: refs[name] for name in tags}, merged)
            every = (*known, *(tag for tag in more if tag.version not in there))
            facts = tuple(sorted(every, key=lambda tag: Version(tag.version), reverse=True))
            alone = len(owners) == 1 and not lines[number].tag
            found[number] = (other if alone and facts[:1] == more[:1] else form, facts)
    return found


def _is_ahead(line: Line, tags: Sequence[TagFact]) -> bool:
    """Whether a line states a version that is beyond all of its tags."""
    stated = line.packages[0].version
    newest = max((Version(tag.version) for tag in tags), default=None)
    return is_version(stated) and (newest is None or Version(stated) > newest)


def _new_commits(
    snapshot: Snapshot, lines: Sequence[Line], last: Mapping[int, str]
) -> list[list[CommitFact]]:
    """Read what is new for each line: one pass, and one more where some were never released."""
    folders = tuple(sorted(package.path for line in lines for package in line.packages))
    first = tuple(
        sorted(p.path for n, line in enumerate(lines) if n not in last for p in line.packages)
    )
    if snapshot.shallow and first:
        raise ShallowClone(
            str(snapshot.root),
            f"it is a shallow clone, and what it holds has no release tag of {first[0] or '.'}",
        )
    found: list[list[CommitFact]] = [[] for _ in lines]
    if last:
        since = _common(snapshot, sorted(set(last.values())))
        commits = read_history(snapshot, folders, since=since, every=True)
        _refuse_cut(snapshot, commits)
        found = commits_of(lines, commits, last)
    if first:
        commits = read_history(snapshot, first, most=MOST_COMMITS, every=True)
        for number, mine in enumerate(commits_of(lines, commits, {})):
            if number not in last:
                found[number] = mine
    return found


def _common(snapshot: Snapshot, commits: Sequence[str]) -> str:
    """Give the newest commit that all of some descend from, or an empty string."""
    if len(commits) == 1:
        return commits[0]
    done = snapshot.runner.run(["git", "merge-base", "--octopus", *commits], cwd=snapshot.root)
    return done.text.strip() if done.code == 0 else ""


def _own_changelog(snapshot: Snapshot, settings: Settings, place: str) -> tuple[str, str]:
    """Give the path and the text of the changelog in a package's own folder.

    What the configuration names is looked for there, too: each package has one of that name.
    """
    files, named = snapshot.below(place), settings.changelog.file
    if named:
        path = posixpath.join(place, posixpath.normpath(named))
        path = path if path in files else ""
    else:
        path = changelog.find(files, place, read=snapshot.text)
    text = snapshot.text(path) if path else None
    return ("", "") if text is None else (path, text)


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


def _text(form: TagFormat, line: Line) -> str:
    """Give a format as the facts have it; of a group, with the group's name in it."""
    if len(line.packages) == 1:
        return form.text
    return form.text.replace("{name}", normalised(line.name))


def _refuse_shared(form: TagFormat, line: Line, seen: dict[str, str]) -> None:
    """Refuse that packages with versions of their own have tags of the same name."""
    tag = form.render(Version("1.0"))
    other = seen.setdefault(tag, line.name)
    if other != line.name:
        raise InvalidConfiguration(
            f"tag = {form.text!r}",
            f"{other} and {line.name} have versions of their own, and would both be tagged {tag}",
            next_step='Put the package\'s name into it: tag = "{package}-v{version}".',
        )


def _commits(
    snapshot: Snapshot, tags: Sequence[TagFact], packages: Sequence[Package]
) -> Sequence[CommitFact]:
    """Read the commits since the newest release that is an ancestor."""
    last = _last(tags)
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
    _refuse_cut(snapshot, commits)
    return commits


def _last(tags: Sequence[TagFact]) -> TagFact | None:
    """Give the last release; a development version (1.3.dev0) often only marks where work began."""
    return last_release(tag for tag in tags if not Version(tag.version).is_devrelease)


def _refuse_cut(snapshot: Snapshot, commits: Iterable[CommitFact]) -> None:
    cut = snapshot.shallow and snapshot.shallow.intersection(commit.id for commit in commits)
    if cut:
        raise ShallowClone(
            str(snapshot.root), f"its history is cut at {min(cut)[:12]}, after the last release"
        )


def _remote(snapshot: Snapshot, settings: Settings) -> Remote | None:
    """Choose the remote to push to: the configured one, the branch's own, origin, the only one."""
    by_name = {remote.name: remote for remote in snapshot.remotes}
    if not snapshot.whole:
        return None
    if settings.remote:
        if settings.remote not in by_name:
            raise InvalidConfiguration(
                f"remote = {settings.remote!r}",
                f"the repository has {', '.join(sorted(by_name)) or 'none'}",
                next_step="Name one of its remotes, or leave the key out.",
            )
        return by_name[settings.remote]
    only = next(iter(by_name), "") if len(by_name) == 1 else ""
    for name in (snapshot.position.remote, "origin", only):
        if name in by_name:
            return by_name[name]
    return None


def _configuration(snapshot: Snapshot) -> str:
    if "seatrial.toml" in snapshot.files:
        return "seatrial.toml"
    root = Folder(snapshot=snapshot, path="")
    holds = dig(root.parsed("pyproject.toml"), "tool", "seatrial") is not None
    return "pyproject.toml" if holds else ""


def only_package(facts: Facts) -> Package | None:
    """Give the package when there is exactly one."""
    return facts.packages[0] if len(facts.packages) == 1 else None
