"""The API of a package beside that of its last release; nothing of either is executed."""

from __future__ import annotations

import importlib.util
import posixpath
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from seatrial.errors import TimedOut
from seatrial.process import Runner, child_environment
from seatrial.repository.api_values import Answer, Breakage, Question
from seatrial.repository.facts import Package
from seatrial.repository.manifest import read_manifest
from seatrial.repository.setuptools_origin import module_roots
from seatrial.repository.snapshot import Snapshot

SECONDS = 120.0
"""How long the comparison of a package may take."""

CHILD = "seatrial.repository.api_child"
"""What compares; it is run in a process of its own."""

LARGEST = 2_000_000
"""Bytes of a module that is read at most."""

_APART = frozenset(
    {
        *("bench", "benchmark", "benchmarks", "build", "ci", "conftest", "dist", "doc", "docs"),
        *("example", "examples", "noxfile", "script", "scripts", "setup", "stubs", "tasks"),
        *("test", "testing", "tests", "tool", "tools", "typings", "util", "utils"),
    }
)
"""Names of modules that serve a project, and are not installed."""


MISSING = "griffe is not installed: pip install 'seatrial[api]'"


def installed() -> bool:
    """Whether the extra ``api`` is there."""
    return importlib.util.find_spec("griffe") is not None


class Pair(NamedTuple):
    """A package in two commits: the last release, and the planned one, which describes it."""

    before: Snapshot
    after: Snapshot
    package: Package


def compare_apis(pairs: Sequence[Pair]) -> tuple[Answer, ...]:
    """Compare the modules of packages in two commits each, all in one other process.

    Args:
        pairs: which.
    """
    if not installed():
        return tuple(Answer(unasked=MISSING) for _ in pairs)
    with tempfile.TemporaryDirectory(prefix="seatrial-api-") as scratch:
        laid = [_laid_out(pair, Path(scratch, str(n))) for n, pair in enumerate(pairs)]
        answers = _answers([question for _, question in laid if question], Path(scratch))
    return tuple(
        _with_gone(answers.popleft(), known.breakages) if question else known
        for known, question in laid
    )


def _with_gone(answer: Answer, gone: tuple[Breakage, ...]) -> Answer:
    return msgspec.structs.replace(answer, breakages=(*gone, *answer.breakages))


def _laid_out(pair: Pair, scratch: Path) -> tuple[Answer, Question | None]:
    """Write the sources of a package, where they have to be compared.

    Returns:
        What is known without that, and the question that is left.
    """
    before, after, package = pair
    old, new = top_modules(before, package.path), top_modules(after, package.path)
    shared = sorted(old.keys() & new.keys())
    gone = tuple(_gone(before, after, old, package))
    if not shared:
        why = "" if gone else "the package has no module that both commits have"
        return Answer(unasked=why, breakages=gone), None
    if old == new and _Sources(before, old).texts() == _Sources(after, new).texts():
        return Answer(breakages=gone), None
    scratch.mkdir()
    folders = [scratch / name for name in ("before", "after")]
    _lay_out(_Sources(before, old, folders[0]), _Sources(after, new, folders[1]))
    question = Question(
        before=str(folders[0]),
        after=str(folders[1]),
        modules=tuple((name, old[name], new[name]) for name in shared),
    )
    return Answer(breakages=gone), question


def _answers(questions: Sequence[Question], folder: Path) -> deque[Answer]:
    """Ask a process, and another one for what is left when it ended too soon.

    What it was at when it ended is what ended it.
    """
    found: deque[Answer] = deque()
    said = folder / "answers"
    while len(found) < len(questions):
        left = questions[len(found) :]
        said.write_bytes(b"")
        ending = _asked(left, said)
        # The last line is empty, or cut short.
        answers = said.read_bytes().split(b"\n")[:-1]
        found += [msgspec.json.decode(answer, type=Answer) for answer in answers]
        if len(answers) < len(left):
            why = f"griffe did not end well within {SECONDS:g} s: {ending}"
            found.append(Answer(unasked=why))
    return found


def _asked(questions: Sequence[Question], said: Path) -> str:
    """Have questions answered into a file, and say how it ended."""
    try:
        done = Runner().run(
            [sys.executable, "-I", "-m", CHILD, str(said), str(SECONDS)],
            cwd=said.parent,
            env=child_environment(),
            stdin=msgspec.json.encode(questions),
            timeout=SECONDS * len(questions),
        )
    except TimedOut as error:
        return error.said.partition("\n")[0]
    return done.ending


def top_modules(snapshot: Snapshot, path: str) -> dict[str, str]:
    """Give the top-level modules of a package: name → the folder it lies in, from the root.

    Those in a folder for sources (``src``), else the one of the project's name, else the only
    one that looks like it.
    """
    manifest = read_manifest(snapshot, path)
    name = (manifest.name or "").replace("-", "_").replace(".", "_").lower()
    roots = [manifest.folder.full(root) for root in module_roots(manifest) if root]
    beside = dict.fromkeys(_modules(snapshot, path), path)
    sources = [dict.fromkeys(_modules(snapshot, root), root) for root in roots if root]
    own = {module: at for module, at in beside.items() if module.lower() == name}
    named = [there for there in sources if name in map(str.lower, there)]
    first = next((there for there in (*named, own, *sources) if there), None)
    if first is not None:
        return first
    packages = {one: at for one, at in beside.items() if one not in _APART}
    return packages if len(packages) == 1 else {}


def _modules(snapshot: Snapshot, folder: str) -> Iterator[str]:
    """Give the names of the packages and modules that lie in a folder, private ones left out."""
    top = f"{folder}/" if folder else ""
    for path in snapshot.below(folder):
        inner = path[len(top) :]
        parent, _, file = inner.rpartition("/")
        stem, kind = posixpath.splitext(file)
        found = stem if not parent else parent if stem == "__init__" else ""
        if kind in {".py", ".pyi"} and found.isidentifier() and not found.startswith("_"):
            yield found


def _gone(
    before: Snapshot, after: Snapshot, old: dict[str, str], package: Package
) -> Iterator[Breakage]:
    """Say which top-level module the commit holds nowhere."""
    names = {name for path in after.below(package.path) for name in _named(path)}
    for name, root in sorted(old.items()):
        if name not in names:
            base = posixpath.join(root, name)
            files = (f"{base}/__init__.py", f"{base}/__init__.pyi", f"{base}.py", f"{base}.pyi")
            path = next((path for path in files if path in before.files), base)
            yield Breakage(object=name, said="it is gone", path=path, line=1, gone=True)


def _named(path: str) -> tuple[str, ...]:
    *parents, file = path.split("/")
    return (*parents, posixpath.splitext(file)[0])


def _lay_out(old: _Sources, new: _Sources) -> None:
    """Write the sources of some modules, where they lie in their commit.

    What is too large, or no UTF-8, in one of the two is written in neither: it is not gone.
    """
    wanted = [set(one.wanted()) for one in (old, new)]
    texts = [old.texts(), new.texts()]
    unread = {
        path
        for paths, read in zip(wanted, texts, strict=True)
        for path in paths
        if path not in read or len(read[path]) > LARGEST
    }
    for one, read in zip((old, new), texts, strict=True):
        one.to.mkdir()
        for path in sorted(read.keys() - unread):
            at = one.to / path
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text(read[path], "utf-8", newline="")


class _Sources(NamedTuple):
    """Modules of a commit (name → folder), and where they are to be written."""

    snapshot: Snapshot
    modules: dict[str, str]
    to: Path = Path()

    def texts(self) -> dict[str, str]:
        """Give path → text of their sources, those that are not UTF-8 left out."""
        return self.snapshot.texts(self.wanted())

    def wanted(self) -> Iterator[str]:
        """Give the paths of their sources."""
        for name, root in self.modules.items():
            base = posixpath.join(root, name)
            both = {f"{base}.py", f"{base}.pyi"} & self.snapshot.files
            yield from (p for p in self.snapshot.below(base) if p.endswith((".py", ".pyi")))
            yield from both
