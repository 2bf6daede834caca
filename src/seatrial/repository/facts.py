"""What a repository says: frozen values, read once, from one commit.

Everything is read from the planned commit, never from the working tree: what is not committed
cannot be released.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from packaging.version import Version


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One place in a file that states the package's version.

    Attributes:
        path: the file, from the repository's root, with forward slashes.
        line: its line, from 1.
        column: where in the line the version begins, in characters from 1.
        kind: "toml", "python", "ini", "json", "yaml", "file", "lock", "text".
        locator: what in the file ("project.version", "__version__", "VERSION").
        stated: the version as the file spells it; without a leading v where nothing is spelt.
        source: whether the build reads the version from here; the others follow.
        loose: whether it may lag behind the source (a lock, a citation); it is set all the same.
        spelling: how the version is spelt here ("v{version}", "{major}.{minor}"); empty for the
            version alone.  ``{date}`` is a place that states the day of the release.
        follows: the place that it follows instead of the package's source; nothing otherwise.
        nth: which of the places in the file that the locator finds, from 1.
    """

    path: str
    line: int
    column: int = 1
    kind: str
    locator: str
    stated: str
    source: bool = False
    loose: bool = False
    spelling: str = ""
    follows: Site | None = None
    nth: int = 1

    @property
    def where(self) -> str:
        """``path:line``."""
        return f"{self.path}:{self.line}"


DIRECT = "@"
"""What stands for the versions of a requirement that is an address; begins :data:`BY_PATH`, too."""

BY_PATH = "@path"
"""What stands for the versions of a requirement that names a folder of this machine."""


class Requires(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a package requires.

    Attributes:
        name: normalised.
        specifier: which versions, as it is stated; empty for any, or where that is not known.
        extra: the extra that requires it; empty where the package itself does.
        build: whether its build requires it, and its users do not.
    """

    name: str
    specifier: str = ""
    extra: str = ""
    build: bool = False


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """One thing with its own name on an index.

    Attributes:
        name: as stated.
        path: its folder from the repository's root; empty when it is the root.
        backend: the PEP 517 build backend ("hatchling.build", "setuptools.build_meta").
        version: as stated; empty when the version comes from the tag.
        from_tag: which tool takes the version from the tag ("setuptools-scm"); empty if none.
        problem: why the version cannot be read, when neither is there.
        requires_python: as stated, or empty.
        sites: every place that states the version, the source first.
        scripts: names of the console scripts, as stated.
        requires: what it requires, as far as that can be read without running code.
        computes: whether what it requires is computed by its build, and known after that alone.
    """

    name: str
    path: str
    backend: str
    version: str
    from_tag: str = ""
    problem: str = ""
    requires_python: str = ""
    sites: tuple[Site, ...] = ()
    scripts: tuple[str, ...] = ()
    requires: tuple[Requires, ...] = ()
    computes: bool = False

    @property
    def stated_at(self) -> str:
        """The place that states the version, or the package's folder."""
        return self.sites[0].where if self.sites else self.path


class TagFact(msgspec.Struct, frozen=True, kw_only=True):
    """A release tag: its name, the version in it, its commit, whether HEAD descends from it.

    ``object`` is the id the reference names; it differs from ``commit`` for an annotated tag.
    ``abandoned`` is a pre-release of a version that never came: a lower final release follows it
    (``1.0b0`` before ``0.28.1``); or a release of before the numbering began again.
    """

    name: str
    version: str
    commit: str
    object: str
    ancestor: bool
    abandoned: bool = False


def last_release(tags: Iterable[TagFact]) -> TagFact | None:
    """Give the tag of the last release in the history of HEAD, or nothing."""
    there = (tag for tag in tags if tag.ancestor and not tag.abandoned)
    return max(there, key=lambda tag: Version(tag.version), default=None)


class CommitFact(msgspec.Struct, frozen=True, kw_only=True):
    """One commit since the last release.

    Attributes:
        id: the full object name.
        subject: its first line.
        body: the rest of the message.
        when: committer time, seconds since the epoch.
        author: "name <address>", as .mailmap has it.
        parents: ids of its parents; a merge has more than one.
        packages: folders of the packages whose files it touches, where there are several.
    """

    id: str
    subject: str
    body: str
    when: int
    author: str = ""
    parents: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    @property
    def merge(self) -> bool:
        """Whether it has more than one parent."""
        return len(self.parents) > 1


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A remote of the repository: its name and its push address, a login in it masked."""

    name: str
    url: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read.

    Attributes:
        root: the top folder of the repository, absolute.
        common: the git common directory, absolute.
        head: the planned commit.
        head_when: its committer time, seconds since the epoch.
        parents: its parents.
        branch: the branch HEAD is on; empty when detached.
        upstream: the branch's name on the remote; empty when it follows none.
        remote: the remote to push to; nothing when there is none.
        shallow: whether the clone lacks history.
        dirty: paths that differ from the commit, or are untracked, at most a hundred of them.
        packages: those found, by folder.
        tag_format: how release tags are spelt, with ``{version}`` in it.
        tags: release tags by version, the newest first.
        foreign_tags: the newest of the repository's tags, when they are taken for those of
            something else than the package in its folder.
        commits: since the last release tag that is an ancestor, the newest first; for a package in
            a folder of its own, those that touch it.
        changelog: the changelog's path, or empty.
        changelog_text: its content.
        configuration: path of the file that holds Seatrial's configuration, or empty.
        files: every path of the commit's tree.
        lines: where packages have versions of their own: for each of these, the facts as if its
            packages were all there is.  Tags, commits and changelog stand there, then.
    """

    root: str
    common: str
    head: str
    head_when: int
    parents: tuple[str, ...] = ()
    branch: str
    upstream: str
    remote: Remote | None
    shallow: bool
    dirty: tuple[str, ...]
    packages: tuple[Package, ...]
    tag_format: str
    tags: tuple[TagFact, ...]
    foreign_tags: tuple[str, ...] = ()
    commits: Sequence[CommitFact]
    changelog: str
    changelog_text: str
    configuration: str
    files: frozenset[str]
    lines: tuple[Facts, ...] = ()
