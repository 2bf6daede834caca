"""Other inspectors beside `seatrial inspect`: which defects each finds, and the time.

Usage: python -m benchmarks.peers [PAGE]

Every release of :mod:`benchmarks.defect_list` is made and given to each. A tool has found a defect
when it ends with another exit code than for the sound release; of Seatrial's findings, every code
counts that the sound release does not have. The page of the documentation is written anew.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.defect_list import DEFECTS, SOUND
from benchmarks.defects import Defect
from benchmarks.measuring import BIN, WITHIN, environment, ran
from benchmarks.peers_page import page

REAL = (
    ("click==8.1.8", False), ("requests==2.32.3", False), ("attrs==24.2.0", False),
    ("pyyaml==6.0.2", True), ("numpy==2.1.3", True), ("cryptography==43.0.3", True),
    ("markupsafe==3.0.2", True), ("pydantic-core==2.27.1", True),
)  # fmt: skip
"""Releases as they are on the index, and whether they are compiled."""

Argv = Callable[[Sequence[Path], Path], list[list[str]]]


def _wheels(files: Sequence[Path]) -> list[str]:
    return [str(file) for file in files if file.suffix == ".whl"]


def _sdists(files: Sequence[Path]) -> list[str]:
    return [str(file) for file in files if file.suffix == ".gz"]


def _projects(files: Sequence[Path], folder: Path) -> list[str]:
    """Take pyproject.toml out of each sdist that holds one."""
    found = []
    for number, file in enumerate(_sdists(files)):
        with tarfile.open(file) as archive:
            for member in archive:
                if member.name.count("/") == 1 and member.name.endswith("/pyproject.toml"):
                    stream = archive.extractfile(member)
                    assert stream is not None
                    place = folder / f"{number}.toml"
                    place.write_bytes(stream.read())
                    found.append(str(place))
    return found


def _trees(files: Sequence[Path], folder: Path) -> list[str]:
    """Make a repository of what each sdist holds, and of what it leaves out."""
    found = []
    for number, file in enumerate(_sdists(files)):
        place = folder / f"tree{number}"
        try:
            with tarfile.open(file) as archive:
                archive.extractall(place, filter="data")
            (tree,) = place.iterdir()
        except (tarfile.TarError, EOFError, OSError, ValueError):
            continue
        (tree / "PKG-INFO").unlink(missing_ok=True)  # which a build makes
        if (folder / BESIDE).is_dir():
            shutil.copytree(folder / BESIDE, tree, dirs_exist_ok=True)
        shutil.rmtree(tree / ".git", ignore_errors=True)
        for argv in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "All"]):
            ran(
                ["git", "-c", "user.name=A", "-c", "user.email=a@b", *argv],
                tree,
                environment(folder),
            )
        found.append(str(tree))
    return found


MANIFEST = "check-manifest"
"""The one that looks at a repository, and builds from it."""

BESIDE = "beside"
"""The folder of what a repository holds beside the sdist."""

PEERS: dict[str, Argv] = {
    "twine check --strict": lambda files, _: [["twine", "check", "--strict", *map(str, files)]],
    "check-wheel-contents": lambda files, _: [
        ["check-wheel-contents", "--no-config", *_wheels(files)] if _wheels(files) else []
    ],
    "pydistcheck": lambda files, _: [["pydistcheck", *map(str, files)]],
    "pyroma": lambda files, _: [["pyroma", "-n", "10", "-f", file] for file in _sdists(files)],
    "abi3audit": lambda files, _: [["abi3audit", *_wheels(files)] if _wheels(files) else []],
    "validate-pyproject": lambda files, folder: [
        ["validate-pyproject", *projects] if (projects := _projects(files, folder)) else []
    ],
    MANIFEST: lambda files, folder: [
        [MANIFEST, "--no-build-isolation", tree] for tree in _trees(files, folder)
    ],
}
"""Tool → its commands for the files of a release; none where it looks at no such file."""


@dataclass
class Tried:
    """What came of one release.

    Attributes:
        what: its defect.
        found: the tools that found it.
        codes: Seatrial's findings.
        looked: the tools that look at such files at all.
        seconds: tool → what it took.
    """

    what: str
    found: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)


def tried(
    what: str,
    files: Sequence[Path],
    folder: Path,
    options: Sequence[str] = (),
    peers: Mapping[str, Argv] = PEERS,
) -> Tried:
    """Give a release to every tool.

    Args:
        what: its defect.
        files: of the release.
        folder: to work in.
        options: what Seatrial is asked for on top.
        peers: the other tools.
    """
    env, result = environment(folder), Tried(what)
    for name, commands in peers.items():
        for argv in filter(None, commands(files, folder)):
            began = time.perf_counter()
            done = _run(argv, folder, env)
            result.seconds[name] = result.seconds.get(name, 0) + time.perf_counter() - began
            result.looked.add(name)
            if done.returncode:
                result.found.add(name)
    argv = ["seatrial", "inspect", "--json", *map(str, files)]
    began = time.perf_counter()
    done = _run(argv, folder, env)
    result.seconds["seatrial inspect"] = time.perf_counter() - began
    if options:
        # What has to build, or to ask an index, is no part of the time: nobody else does it.
        done = _run([*argv, *options], folder, env)
    document = json.loads(done.stdout)
    codes = [(one["severity"], one["code"]) for one in document["findings"]]
    result.codes = [f"{code}" for _, code in dict.fromkeys(codes)]
    return result


def _run(
    argv: Sequence[str], folder: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    program = str(BIN / argv[0])
    return subprocess.run(
        [program, *argv[1:]], cwd=folder, env=env, capture_output=True, timeout=WITHIN, check=False
    )


def made(defect: Defect, folder: Path) -> list[Path]:
    """Make the files of a release."""
    place = folder / "dist"
    place.mkdir()
    defect.make(place)
    for name, text in defect.beside.items():
        (folder / BESIDE / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / BESIDE / name).write_text(text)
    return sorted(path for path in place.iterdir() if path.is_file())


def on_defects() -> tuple[Tried, dict[str, list[Tried]]]:
    """Try everything on the sound release, and on each defect."""
    with tempfile.TemporaryDirectory() as name:
        sound = tried("", made(SOUND, Path(name)), Path(name))
    groups: dict[str, list[Tried]] = {}
    for group, defects in DEFECTS.items():
        for defect in defects:
            with tempfile.TemporaryDirectory() as name:
                result = tried(defect.what, made(defect, Path(name)), Path(name), defect.options)
            result.codes = [code for code in result.codes if code not in sound.codes]
            result.found -= sound.found
            groups.setdefault(group, []).append(result)
            print(group, result.what, sorted(result.found), result.codes, file=sys.stderr)
    return sound, groups


def on_real() -> list[Tried]:
    """Try everything on releases as they are on the index, where no repository is at hand."""
    results, peers = [], {name: argv for name, argv in PEERS.items() if name != MANIFEST}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, (wanted, compiled) in enumerate(REAL):
            place = folder / f"{number}"
            place.mkdir()
            argv = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "-d"]
            ran([*argv, place, "--only-binary=:all:", wanted], folder, environment(folder))
            if not compiled:
                ran(
                    [*argv, place, "--no-binary=:all:", wanted],
                    folder,
                    environment(folder),
                )
            results.append(tried(wanted, sorted(place.iterdir()), folder, peers=peers))
            print(wanted, sorted(results[-1].found), results[-1].codes, file=sys.stderr)
    return results


def main(arguments: Sequence[str]) -> int:
    """Try, and write the page."""
    sound, groups = on_defects()
    text = page(sound, groups, on_real(), list(PEERS))
    if arguments:
        Path(arguments[0]).write_text(text, "utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
