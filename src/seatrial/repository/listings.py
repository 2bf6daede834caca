"""What git prints, read into values; no process is started here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from seatrial.repository.facts import Remote

MOST_DIRTY = 100
"""How many changed paths are named."""

SYMLINK = "120000"
"""The mode of a symbolic link in a tree."""

_BLOB_MODES = frozenset({"100644", "100755", SYMLINK})


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """A tag of the repository, as git names it.

    Attributes:
        name: its short name ("v1.2.0").
        object: the id it names.
        commit: the commit it comes down to.
    """

    name: str
    object: str
    commit: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The planned commit.

    Attributes:
        id: the full object name.
        when: committer time, seconds since the epoch.
        parents: ids of its parents.
    """

    id: str
    when: int
    parents: tuple[str, ...]


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """Where HEAD is: the branch's name, and what it follows; all empty when detached.

    Attributes:
        name: the short name.
        remote: the remote it follows.
        upstream: the branch's short name there.
    """

    name: str = ""
    remote: str = ""
    upstream: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file in a tree: its mode ("100644") and the id of its blob."""

    mode: str
    id: str


FOR_EACH_REF = (
    "for-each-ref",
    "--format="
    + "%00".join(
        f"%({name})"
        for name in (
            "HEAD",
            "refname",
            "objecttype",
            "objectname",
            "*objecttype",
            "*objectname",
            "upstream:remotename",
            "upstream:remoteref",
        )
    ),
    "refs/heads",
    "refs/tags",
)
"""The arguments of git whose output :func:`references_of` reads."""


def mask_login(url: str) -> str:
    """Give an address with the login in it masked.

    Over HTTP a user name alone may be a token, so it is masked too; the user of an SSH address
    (``git``) says nothing and stays.
    """
    url = re.sub(r"(?i)^(https?://)[^/@]*@", r"\1***@", url)
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:***@", url)


def commit_of(id_: str, data: bytes) -> Head:
    """Read a commit object (gitformat: tree, parents, author, committer, then the rest)."""
    header = data.partition(b"\n\n")[0].decode("utf-8", "backslashreplace").splitlines()
    parents = tuple(line[7:] for line in header if line.startswith("parent "))
    committer = next(line for line in header if line.startswith("committer "))
    return Head(id=id_, when=int(committer.rsplit(" ", 2)[1]), parents=parents)


def tree_of(listing: bytes) -> dict[str, Entry]:
    """Read ``git ls-tree -r -z``: path → file; submodules are left out."""
    entries = {}
    for row in listing.split(b"\0"):
        meta, tab, name = row.partition(b"\t")
        if tab:
            mode, _, id_ = meta.decode("ascii").split()
            if mode in _BLOB_MODES:
                entries[name.decode("utf-8", "surrogateescape")] = Entry(mode=mode, id=id_)
    return entries


def references_of(listing: bytes) -> tuple[Branch, tuple[Ref, ...]]:
    """Read what git prints for :data:`FOR_EACH_REF`: where HEAD is, and the tags on commits."""
    branch = Branch()
    tags = []
    for row in listing.decode("utf-8", "surrogateescape").split("\n"):
        if not row:
            continue
        here, name, kind, id_, peeled_kind, peeled, remote, upstream = row.split("\0")
        if here == "*":
            branch = Branch(
                name=name.removeprefix("refs/heads/"),
                remote=remote,
                upstream=upstream.removeprefix("refs/heads/"),
            )
        if name.startswith("refs/tags/") and "commit" in {kind, peeled_kind}:
            tags.append(Ref(name=name.removeprefix("refs/tags/"), object=id_, commit=peeled or id_))
    return branch, tuple(tags)


def remotes_of(listing: bytes) -> tuple[Remote, ...]:
    """Read ``git remote --verbose``: the first push address of each remote."""
    remotes: list[Remote] = []
    for row in listing.decode("utf-8", "surrogateescape").split("\n"):
        name, _, rest = row.partition("\t")
        url, _, role = rest.rpartition(" ")
        # With "remote.NAME.partialclonefilter" a further word in brackets follows the fetch line.
        if role == "(push)" and name not in {remote.name for remote in remotes}:
            remotes.append(Remote(name=name, url=mask_login(url)))
    return tuple(remotes)


def dirty_of(listing: bytes) -> tuple[str, ...]:
    """Read ``git status --porcelain=v2 -z``: the number of fields tells where the path begins."""
    before_path = {"1": 8, "u": 10, "?": 1}
    paths = []
    for row in listing.decode("utf-8", "backslashreplace").split("\0"):
        fields = before_path.get(row[:1])
        if fields is not None:
            paths.append(row.split(" ", fields)[fields])
        if len(paths) == MOST_DIRTY:
            break
    return tuple(paths)


def contents(output: bytes) -> Iterator[str]:
    """Cut what ``git cat-file --batch`` prints into texts; an object that is missing is empty."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        line, at = output[at:end], end + 1
        if line.endswith(b" missing"):
            yield ""
            continue
        size = int(line.rpartition(b" ")[2])
        yield output[at : at + size].decode("utf-8", "replace")
        at += size + 1
