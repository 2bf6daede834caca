"""Everything a repository says, read into one value."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from msgspec.structs import replace
from packaging.version import Version

from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration, ShallowClone
from seatrial.repository import changelog
from seatrial.repository.facts import CommitFact, Facts, Package, Remote, TagFact, last_release
from seatrial.repository.history import read_history
from seatrial.repository.manifest import Folder
from seatrial.repository.packages import find_packages
from seatrial.repository.place import git_begun
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import dig, is_version, locate
from seatrial.versions.tags import TagFormat, guess

MOST_COMMITS = 2000
"""How many commits are read where no release tag bounds them."""

COMPARED, SHOWN = 10, 3
"""How many tags are compared with what a package states, and how many are named."""


def read_facts(snapshot: Snapshot, settings: Settings, folder: str = "") -> Facts:
    """Read everything that decides a release.

    Args:
        snapshot: the planned commit.
        settings: the configuration.
        folder: the folder that the user named, from the root; a package there is the one meant.

    Raises:
        NoPackage: the repository holds no package.
        InvalidConfiguration: a manifest or a configured name cannot be used.
        ShallowClone: the history back to the last release is not here.
    """
    with _merged_tags(snapshot) as merged:
        packages = find_packages(snapshot, settings, folder)
        form, foreign = _tag_format(snapshot, settings, packages)
        tags = _tags(snapshot, form, merged)
    place = packages[0].path if len(packages) == 1 else ""
    written = changelog.find(snapshot.files, place, settings.changelog.file, read=snapshot.text)
    # What is no UTF-8 text, or a link out of the repository, is nothing to write into.
    changelog_text = snapshot.text(written) if written else None
    return Facts(
        root=str(snapshot.root),
        common=str(snapshot.common),
        head=snapshot.head,
        head_when=snapshot.head_when,
        parents=snapshot.parents,
        branch=snapshot.branch,
        upstream=snapshot.upstream,
        remote=_remote(snapshot, settings),
        shallow=bool(snapshot.shallow),
        dirty=snapshot.dirty,
        packages=packages,
        tag_format=form.text,
        tags=tags,
        foreign_tags=foreign,
        commits=_commits(snapshot, tags, packages),
        changelog="" if changelog_text is None else written,
        changelog_text=changelog_text or "",
        configuration=_configuration(snapshot),
        files=snapshot.files,
    )


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


def _tag_format(
    snapshot: Snapshot, settings: Settings, packages: Sequence[Package]
) -> tuple[TagFormat, tuple[str, ...]]:
    """Give the format of the release tags, and the tags that are taken for something else's.

    A package in a folder may lie in the repository of another product, whose tags name nobody
    (``v4.2.0`` of a server, 0.1.16 of its client).  They are the package's own if at one of the
    newest the file that states its version stated that very version.
    """
    only = packages[0] if len(packages) == 1 else None
    name = only.name if only else ""
    if settings.tag:
        return TagFormat(settings.tag, name), ()
    form = guess([tag.name for tag in snapshot.tags], name, only.path if only else "")
    newest = list(form.releases(tag.name for tag in snapshot.tags).items())[:COMPARED]
    source = next((site for site in only.sites if site.source), None) if only else None
    if not newest or only is None or not only.path or source is None or not form.names_nobody:
        return form, ()
    asked = "".join(f"{tag}:{source.path}\n" for tag, _ in newest)
    output = snapshot.git("cat-file", "--batch", stdin=os.fsencode(asked)).stdout
    for (_, version), text in zip(newest, _contents(output), strict=True):
        span = locate(text, source.kind, source.locator)
        if span is not None and is_version(span.stated) and Version(span.stated) == version:
            return form, ()
    return TagFormat("{name}-v{version}", name), tuple(tag for tag, _ in newest[:SHOWN])


def _contents(output: bytes) -> Iterator[str]:
    """Cut what ``git cat-file --batch`` prints into texts; an object that is missing is empty."""
    while output:
        line, _, output = output.partition(b"\n")
        size = int(line.rpartition(b" ")[2]) if not line.endswith(b" missing") else None
        yield output[: size or 0].decode("utf-8", "replace")
        output = output if size is None else output[size + 1 :]


def _merged_tags(snapshot: Snapshot) -> AbstractContextManager[Callable[[], bytes]]:
    """Have git look for the tags in the history of HEAD: it walks far, so it begins early."""
    if not snapshot.tags:
        return contextlib.nullcontext(bytes)
    asked = ("--merged", snapshot.head, "--format=%(refname:strip=2)", "refs/tags")
    return git_begun(snapshot.runner, snapshot.root, "for-each-ref", *asked)


def _tags(snapshot: Snapshot, form: TagFormat, listed: Callable[[], bytes]) -> tuple[TagFact, ...]:
    releases = form.releases(tag.name for tag in snapshot.tags)
    if not releases:
        return ()
    merged = set(listed().decode("utf-8", "surrogateescape").split("\n"))
    by_name = {tag.name: tag for tag in snapshot.tags}
    found = tuple(
        TagFact(
            name=name,
            version=str(version),
            commit=by_name[name].commit,
            object=by_name[name].object,
            ancestor=name in merged,
        )
        for name, version in releases.items()
    )
    return tuple(_judged(snapshot, tag, found) for tag in found)


def _judged(snapshot: Snapshot, tag: TagFact, tags: Sequence[TagFact]) -> TagFact:
    """Say of a pre-release whether its line was given up: a lower final release descends of it."""
    version = Version(tag.version)
    finals = (other for other in tags if other.ancestor and not _is_before_final(other))
    final = next(finals, None)
    if final is None or not tag.ancestor or version <= Version(final.version):
        return tag
    done = snapshot.git("rev-list", "--max-count=1", tag.commit, f"^{final.commit}")
    return tag if done.stdout.strip() else replace(tag, abandoned=True)


def _is_before_final(tag: TagFact) -> bool:
    return Version(tag.version).is_prerelease


def _commits(
    snapshot: Snapshot, tags: Sequence[TagFact], packages: Sequence[Package]
) -> Sequence[CommitFact]:
    """Read the commits since the newest release that is an ancestor."""
    # A development version (1.3.dev0) often only marks where work on the next release begins.
    last = last_release(tag for tag in tags if not Version(tag.version).is_devrelease)
    if last is None and snapshot.shallow:
        raise ShallowClone(
            str(snapshot.root), "it is a shallow clone, and no release tag is in the part it holds"
        )
    commits = read_history(
        snapshot,
        tuple(sorted({package.path for package in packages})),
        since=last.commit if last else "",
        most=None if last else MOST_COMMITS,
    )
    cut = snapshot.shallow and snapshot.shallow.intersection(commit.id for commit in commits)
    if cut:
        raise ShallowClone(
            str(snapshot.root), f"its history is cut at {min(cut)[:12]}, after the last release"
        )
    return commits


def _remote(snapshot: Snapshot, settings: Settings) -> Remote | None:
    """Choose the remote to push to: the configured one, the branch's own, origin, the only one."""
    by_name = {remote.name: remote for remote in snapshot.remotes}
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
