"""The fragments of towncrier (https://towncrier.readthedocs.io/), collected by towncrier itself."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from seatrial.errors import BuildFailed
from seatrial.process import Runner, child_environment
from seatrial.repository.facts import Package
from seatrial.repository.fragments import fragments_of
from seatrial.repository.manifest import Folder
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import dig
from seatrial.versions.conventional import Kind

SECONDS = 60.0
"""How long towncrier may take."""

# Types of fragments by the words that projects use; towncrier's own are feature, bugfix, doc,
# removal and misc.
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("breaking", ("break", "removal", "remove", "incompat", "major")),
    ("other", ("doc", "misc", "intern", "trivial", "contrib", "dev", "packag", "ci", "test")),
    ("fix", ("bug", "fix", "secur", "patch", "perf")),
    ("feature", ("feat", "add", "new", "enhanc", "improv", "change", "deprec", "minor")),
)
_DEPRECATED = r"(?i)\bdeprecat"
# What "will be removed" is still there.
_REMOVED = (
    r"(?i)(?<!will be )(?<!to be )(?<!will )(?<!for )\b(?:remov|drop|delet|no longer|gone|breaking)"
)
_TITLES: Mapping[Kind, str] = {"breaking": "feat!", "feature": "feat", "fix": "fix"}


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What towncrier made.

    Attributes:
        texts: path → new text, of the files it wrote.
        removed: paths of the fragments it took.
    """

    texts: dict[str, str]
    removed: tuple[str, ...]


def is_used(snapshot: Snapshot, package: Package) -> bool:
    """Whether a package's folder configures towncrier."""
    return _settings(Folder(snapshot=snapshot, path=package.path)) is not None


def messages(snapshot: Snapshot, package: Package) -> tuple[tuple[str, str], ...]:
    """Give what each fragment tells, as a commit's subject and body would say it."""
    found = []
    for path in fragments_of(snapshot, package.path):
        text = (snapshot.text(path) or "").strip()
        first, _, rest = text.partition("\n")
        kind = _kind(posixpath.basename(path).lower().split(".")[1])
        if kind == "breaking" and re.search(_DEPRECATED, text) and not re.search(_REMOVED, text):
            # towncrier's own type is for both; SemVer 2.0.0, 7: what is deprecated still works.
            kind = "feature"
        found.append((f"{_TITLES.get(kind, 'docs')}: {first or path}", rest.strip()))
    return tuple(found)


def collect(snapshot: Snapshot, package: Package, *, version: str, date: str) -> Collected:
    """Let towncrier write the section of a release, in a folder of its own.

    The files it reads are laid out there as the commit has them; no code of the project's is
    imported, but a template of the project's is rendered.

    Args:
        snapshot: the planned commit.
        package: whose fragments.
        version: the release's.
        date: ISO 8601.

    Raises:
        BuildFailed: towncrier failed; its own words are said.
    """
    folder = Folder(snapshot=snapshot, path=package.path)
    settings = _settings(folder) or {}
    import tempfile

    with tempfile.TemporaryDirectory(prefix="seatrial-news-") as scratch:
        top = Path(scratch)
        before = dict(_laid_out(snapshot, package, top))
        command = [sys.executable, "-I", "-m", "towncrier", "build", "--yes"]
        command += ["--dir", str(top / package.path), "--version", version, "--date", date]
        if not settings.get("name") and settings.get("package"):
            # Where it is not told, towncrier would import the package to learn this.
            command += ["--name", str(settings["package"]).title()]
        done = Runner().run(
            command,
            cwd=top / package.path,
            env=child_environment({"GIT_CEILING_DIRECTORIES": str(top.parent)}),
            timeout=SECONDS,
        )
        if done.code:
            raise BuildFailed("the changelog with towncrier", done.said)
        after = {
            path.relative_to(top).as_posix(): path.read_bytes().decode("utf-8")
            for path in sorted(top.rglob("*"))
            if path.is_file()
        }
    changed = {path: text for path, text in after.items() if before.get(path) != text}
    return Collected(
        texts=changed, removed=tuple(path for path in sorted(before) if path not in after)
    )


def _laid_out(snapshot: Snapshot, package: Package, top: Path) -> Iterator[tuple[str, str]]:
    """Write what towncrier may read: its settings, the fragments, the page and the template."""
    folder = Folder(snapshot=snapshot, path=package.path)
    settings = _settings(folder) or {}
    fragments = fragments_of(snapshot, package.path)
    places = {posixpath.dirname(path) for path in fragments}
    wanted = {
        folder.full(name)
        for name in (
            "pyproject.toml",
            "towncrier.toml",
            str(settings.get("filename") or "NEWS.rst"),
            str(settings.get("template") or ""),
        )
        if name
    }
    near = (path for path in snapshot.files if posixpath.dirname(path) in places)
    for path in sorted({*wanted, *fragments, *near} & snapshot.files):
        text = snapshot.text(path)
        if text is not None:
            at = top / path
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_bytes(text.encode())
            yield path, text
    (top / package.path).mkdir(parents=True, exist_ok=True)


def _settings(folder: Folder) -> dict[str, Any] | None:
    for name in ("towncrier.toml", "pyproject.toml"):
        found = dig(folder.parsed(name), "tool", "towncrier")
        if isinstance(found, dict):
            return found
    return None


def _kind(word: str) -> Kind:
    for kind, beginnings in _KINDS:
        if word.startswith(beginnings):
            return kind
    return "feature"
