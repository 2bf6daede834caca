"""One commit of a repository, read with few git processes and without writing anything."""

from __future__ import annotations

import bisect
import contextlib
import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from msgspec import Struct, field

from seatrial.errors import NoRepository, Unreachable
from seatrial.process import Completed, Runner, child_environment
from seatrial.repository.encodings import UTF8, decoded, is_undeclared
from seatrial.repository.facts import Remote
from seatrial.repository.foreseen import Foreseen
from seatrial.repository.listings import (
    FOR_EACH_REF,
    SYMLINK,
    Branch,
    Entry,
    Head,
    Ref,
    commit_of,
    contents,
    dirty_of,
    references_of,
    remotes_of,
    tree_of,
)
from seatrial.repository.place import MEND, QUIET_GIT, find_place, git_begun, run_git

MOST_LINKS = 10
"""How many symbolic links are followed from one path."""


class Snapshot(Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """One commit: its tree, its text, and where the repository stands.

    Attributes:
        root: the top folder of the repository, absolute.
        common: the git common directory, absolute.
        commit: the planned commit.
        position: the branch HEAD is on, and what it follows.
        remotes: every remote with its push address, logins masked.
        shallow: ids of the commits where history is cut; empty in a whole clone.
        dirty: paths that differ from HEAD, or are untracked, at most a hundred.
        tags: every tag that names a commit.
        foreseen: what was asked of git ahead.
        whole: whether remotes and changed paths were asked for; there are none else, and of the
            tags only those from the last release on are known to be in the history or not.
        runner: starts git.
    """

    root: Path
    common: Path
    commit: Head
    position: Branch
    remotes: tuple[Remote, ...]
    shallow: frozenset[str]
    dirty: tuple[str, ...]
    tags: tuple[Ref, ...]
    runner: Runner
    foreseen: Foreseen = field(default_factory=Foreseen)
    whole: bool = True
    _entries: Mapping[str, Entry]
    _blobs: dict[str, bytes] = field(default_factory=dict)
    _earlier: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The full id of the planned commit."""
        return self.commit.id

    @property
    def head_when(self) -> int:
        """Its committer time, seconds since the epoch."""
        return self.commit.when

    @property
    def parents(self) -> tuple[str, ...]:
        """Ids of its parents."""
        return self.commit.parents

    @property
    def branch(self) -> str:
        """The branch HEAD is on; empty when detached."""
        return self.position.name

    @property
    def upstream(self) -> str:
        """The branch's name on the remote it follows; empty when it follows none."""
        return self.position.upstream

    @functools.cached_property
    def files(self) -> frozenset[str]:
        """Every path of the commit's tree: files and symbolic links, no submodules."""
        return frozenset(self._entries)

    def broken_links(self) -> list[tuple[str, str]]:
        """Give each symbolic link that leads to no file of the tree, with its target as written.

        A link to a folder is among them: a tree has no entries of folders here.
        """
        links = sorted(path for path, entry in self._entries.items() if entry.mode == SYMLINK)
        targets = self._read(links)
        return [(path, os.fsdecode(targets[path])) for path in links if not self._file(path)]

    def below(self, folder: str) -> Sequence[str]:
        """Give the paths of the files in a folder and in those below it, sorted."""
        if not folder:
            return self._sorted
        # "0" is the character after "/": what lies between begins with the folder.
        start = bisect.bisect_left(self._sorted, f"{folder}/")
        return self._sorted[start : bisect.bisect_left(self._sorted, f"{folder}0")]

    @functools.cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._entries)

    def git(self, *args: str, stdin: bytes | None = None) -> Completed:
        """Run git in the repository, reading only.

        Raises:
            NoRepository: git failed; ``said`` is its own sentence.
        """
        return run_git(self.runner, self.root, *args, stdin=stdin)

    def resolve(self, path: str) -> str:
        """Give the file that a path leads to, symbolic links in the tree followed.

        The path itself when it is no link, or when it leads out of the tree or nowhere.
        """
        at = path
        for _ in range(MOST_LINKS):
            entry = self._entries.get(at)
            if entry is None:
                return path
            if entry.mode != SYMLINK:
                return at
            target = os.fsdecode(self._read([at])[at])
            at = os.path.normpath((PurePosixPath(at).parent / target).as_posix())
        return path

    def data(self, path: str) -> bytes:
        """Give a file's bytes, symbolic links followed.

        Raises:
            KeyError: the commit holds no such file, or a link that leads to none.
        """
        at = self._file(path)
        if not at:
            raise KeyError(path)
        return self._read([at])[at]

    def text(self, path: str) -> str | None:
        """Give a file's text: a BOM and the line endings as they stand.

        Nothing when it is not there, or is neither UTF-8 nor says how it is encoded.
        """
        return self.texts([path]).get(path)

    def encoding(self, path: str) -> str:
        """Give the codec of a file's text; UTF-8 for what is not there yet."""
        at = self._file(path)
        read = decoded(at, self._read([at])[at]) if at else None
        return read.encoding if read else UTF8

    def is_undeclared(self, path: str) -> bool:
        """Whether a file looks like a text that does not say how it is encoded."""
        at = self._file(path)
        return at != "" and is_undeclared(at, self._read([at])[at])

    def texts(self, paths: Iterable[str]) -> dict[str, str]:
        """Give the texts of several files, read with one process; :meth:`text` finds them later.

        Args:
            paths: from the repository's root; those without a text are left out.
        """
        files = {path: at for path in paths if (at := self._file(path))}
        data = self._read(list(files.values()))
        read = ((path, decoded(at, data[at])) for path, at in files.items())
        return {path: one.text for path, one in read if one is not None}

    def earlier(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Give the texts of files at other commits, read with one process, and known from then on.

        Args:
            places: commit and path; what is not there, or no text, is empty.
        """
        wanted = dict.fromkeys(places)  # A line feed in a path would end the question.
        asked = [one for one in wanted if one not in self._earlier and "\n" not in one[1]]
        if asked:
            lines = "".join(f"{commit}:{path}\n" for commit, path in asked)
            output = self.git("cat-file", "--batch", stdin=os.fsencode(lines)).stdout
            self._earlier.update(zip(asked, contents(output), strict=True))
        return {one: self._earlier.get(one, "") for one in wanted}

    def holding(self, words: Iterable[str], largest: int) -> dict[str, str]:
        """Give path → text of the files that hold one of the words, as it stands.

        git looks through the tree, so that no file without such a word comes into memory.  Binary
        files are left out, and those whose encoding nobody knows.

        Args:
            words: what is looked for, case and all.
            largest: bytes of a file that is read; larger ones are left out.

        Raises:
            NoRepository: git failed.
        """
        return self.texts(self._small(self._matching(tuple(words)), largest))

    def _matching(self, words: Sequence[str]) -> list[str]:
        asked = ["grep", "-I", "-F", "-l", "-z", "--full-name", "--no-recurse-submodules"]
        for word in words:
            asked += ["-e", word]
        done = self.runner.run(
            ["git", *asked, self.head], cwd=self.root, env=child_environment(QUIET_GIT)
        )
        # As grep(1) does, it ends with 1 where nothing was found.
        if done.code not in {0, 1}:
            raise NoRepository(str(self.root), done.said, next_step=MEND)
        names = os.fsdecode(done.stdout).split("\0")
        found = (name.partition(":")[2] for name in names if name)
        return [path for path in found if path in self._entries]

    def _small(self, paths: Sequence[str], largest: int) -> list[str]:
        """Give those of the paths whose files have at most so many bytes."""
        if not paths:
            return []
        ids = [self._entries[path].id for path in paths]
        asked = "".join(f"{id_}\n" for id_ in ids).encode()
        listed = self.git("cat-file", "--batch-check=%(objectsize)", stdin=asked).stdout.split()
        return [path for path, size in zip(paths, listed, strict=True) if int(size) <= largest]

    def _file(self, path: str) -> str:
        """Give the file that a path leads to, or an empty string."""
        at = self.resolve(path)
        entry = self._entries.get(at)
        return "" if entry is None or entry.mode == SYMLINK else at

    def _read(self, paths: Sequence[str]) -> dict[str, bytes]:
        ids = {path: self._entries[path].id for path in paths}
        missing = sorted({id_ for id_ in ids.values() if id_ not in self._blobs})
        self._blobs.update(_objects(self.root, missing))
        return {path: self._blobs[id_] for path, id_ in ids.items()}


def open_snapshot(
    path: Path, runner: Runner, *, commit: str = "HEAD", whole: bool = True
) -> Snapshot:
    """Open the repository that a folder lies in, at one commit.

    Args:
        path: a folder in the working tree.
        runner: starts git.
        commit: what to read; any name git knows.
        whole: whether to ask for remotes and changed paths: what the commit decides needs neither.

    Raises:
        NoRepository: there is none, it is bare, it has no commit, or git refuses to read it.
        ToolMissing: git is not installed, or too old.
    """
    runner = runner.reading()
    place = find_place(path, runner, commit)
    with contextlib.ExitStack() as begun:

        def begin(*args: str) -> Callable[[], bytes]:
            return begun.enter_context(git_begun(runner, place.root, *args))

        # None needs what another prints, so that all may run at once.
        status = begin(*_STATUS) if whole else bytes
        tree = begin("ls-tree", "-r", "-z", "--full-tree", place.head)
        objects = begun.enter_context(_begun_with(place.root, place.head))
        references = begin(*FOR_EACH_REF)
        remotes = begin("remote", "--verbose") if whole else bytes
        entries = tree_of(tree())
        position, tags = references_of(references())
        commit_object, blobs = objects()
        return Snapshot(
            root=place.root,
            common=place.common,
            commit=commit_of(place.head, commit_object),
            position=position,
            remotes=remotes_of(remotes()),
            shallow=_cut(place.common) if place.shallow else frozenset(),
            dirty=dirty_of(status()),
            tags=tags,
            runner=runner,
            whole=whole,
            _entries=entries,
            _blobs=blobs,
        )


_STATUS = (
    "-c",
    # A daemon that git would start, and that would outlive us.
    "core.fsmonitor=false",
    "status",
    "--porcelain=v2",
    "-z",
    "--untracked-files=normal",
    "--no-renames",
    "--ignore-submodules=dirty",
)


_FIRST = ("pyproject.toml", "seatrial.toml", "setup.cfg", "setup.py")
"""Files that are read of nearly every repository, wherever its packages lie."""


@contextlib.contextmanager
def _begun_with(root: Path, head: str) -> Iterator[Callable[[], tuple[bytes, dict[str, bytes]]]]:
    """Read a commit, and with the same process the files that are surely asked for.

    Returns:
        What waits for it; it gives the commit object, and blob id → content of those of the files
        that are there.
    """
    asked = "".join(f"{name}\n" for name in (head, *(f"{head}:{path}" for path in _FIRST)))
    argv, env = ["git", "cat-file", "--batch"], child_environment(QUIET_GIT)
    with Runner().begun(argv, cwd=root, env=env, stdin=asked.encode()) as ended:

        def read() -> tuple[bytes, dict[str, bytes]]:
            done = ended()
            if done.code != 0:
                # A partial clone may lack a file; whoever needs it hears of that.
                return run_git(Runner(), root, "cat-file", "commit", head).stdout, {}
            commit, *files = _batch(done.stdout, 1 + len(_FIRST))
            return commit.data, {one.id: one.data for one in files if one.kind == b"blob"}

        yield read


class _Object(NamedTuple):
    """An object as ``git cat-file --batch`` prints it; of a missing one the kind is empty."""

    id: str
    kind: bytes = b""
    data: bytes = b""


def _batch(output: bytes, count: int) -> Iterator[_Object]:
    """Take apart what ``git cat-file --batch`` prints (git-cat-file(1), "Batch Output")."""
    at = 0
    for _ in range(count):
        end = output.index(b"\n", at)
        header = output[at:end].split()
        if header[-1] == b"missing":
            at = end + 1
            yield _Object(header[0].decode("utf-8", "replace"))
            continue
        size = int(header[2])
        yield _Object(header[0].decode("ascii"), header[1], output[end + 1 : end + 1 + size])
        at = end + 1 + size + 1


def _objects(root: Path, ids: Sequence[str]) -> dict[str, bytes]:
    """Read objects by id with one process.

    It has a runner of its own: a redactor made for what people see must not change file contents.

    Raises:
        Unreachable: a partial clone lacks one, and its remote does not give it.
        NoRepository: one of them is not there, or git failed.
    """
    if not ids:
        return {}
    asked = "".join(f"{id_}\n" for id_ in ids).encode()
    try:
        output = run_git(Runner(), root, "cat-file", "--batch", stdin=asked).stdout
    except NoRepository as error:
        partial = ["git", "config", "--get-regexp", r"^remote\..*\.promisor$"]
        if Runner().run(partial, cwd=root, env=child_environment(QUIET_GIT)).code != 0:
            raise
        raise Unreachable(
            str(root),
            f"it is a partial clone, and what it lacks could not be fetched\n{error.said}",
            doing="reading",
            next_step="Run this again when the remote answers, or in a whole clone.",
        ) from error
    found = {one.id: one for one in _batch(output, len(ids))}
    if missing := next((one.id for one in found.values() if not one.kind), ""):
        raise NoRepository(
            str(root),
            f"the object {missing} is missing",
            next_step="Run git fsck, or clone the repository anew.",
        )
    return {id_: one.data for id_, one in found.items()}


def _cut(common: Path) -> frozenset[str]:
    return frozenset((common / "shallow").read_text("ascii").split())
