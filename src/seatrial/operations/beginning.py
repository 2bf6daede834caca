"""The first configuration of a repository: what detection found, and what it could not know."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from seatrial.config.draft import Wanted, WantedPackage, write_toml
from seatrial.config.load import OWN_FILE, SHARED_FILE, load
from seatrial.config.others.reading import Lost
from seatrial.errors import InvalidConfiguration
from seatrial.operations.importing import Imported, Taken, import_from
from seatrial.operations.project import Project
from seatrial.repository.facts import Facts, Package, last_release
from seatrial.repository.names import normalised
from seatrial.repository.unregistered import unregistered
from seatrial.storage import storage_faults

TABLE = "tool.seatrial"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that detection found.

    Attributes:
        topic: "package", "version", "tags", "changelog", "branch", "remote" or "index".
        said: what was found, a clause.
    """

    topic: str
    said: str


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """What a repository begins with.

    Attributes:
        found: what needs no words, because detection found it.
        unknown: what only a person can say, each a sentence.
        imported: the other tools that were read.
        lost: what they were told that has no counterpart.
        settings: what is to be said.
        packages: the packages that are named, with their further version sites.
        text: the configuration, TOML; empty when nothing has to be said.
        file: where it belongs, from the repository's root.
        written: whether it was written there.
    """

    found: tuple[Found, ...]
    unknown: tuple[str, ...]
    imported: tuple[Imported, ...] = ()
    lost: tuple[Lost, ...] = ()
    settings: tuple[Wanted, ...] = ()
    packages: tuple[WantedPackage, ...] = ()
    text: str = ""
    file: str
    written: bool = False


def begin(path: Path, *, write: bool = True, tool: str = "") -> Beginning:
    """Find out what has to be said, and write it: at the end of pyproject.toml, or a file anew.

    Args:
        path: a folder in the repository.
        write: whether to write it; nothing that stands is ever changed.
        tool: another release tool whose configuration is read, or "auto" for each that has one;
            none when empty.

    Raises:
        NoRepository, NoPackage, ShallowClone: there is nothing that can be read.
        InvalidConfiguration: there is a configuration already, or none of the other tool.
        StorageFault: the file cannot be written.
    """
    project = Project.open(path)
    if write:
        _check_none(project)
    taken = import_from(project, tool) if tool else Taken(packages=tuple(_further(project)))
    file = _place(project.snapshot.root)
    text = write_toml(taken.settings, taken.packages, root=TABLE if file == SHARED_FILE else "")
    load({file: text})
    beginning = Beginning(
        found=tuple(_found(project.facts)),
        unknown=tuple(_unknown(project)),
        imported=taken.imported,
        lost=taken.lost,
        settings=taken.settings,
        packages=taken.packages,
        text=text,
        file=file,
    )
    if not (write and text):
        return beginning
    _write(project.snapshot.root / file, text)
    return msgspec.structs.replace(beginning, written=True)


def _check_none(project: Project) -> None:
    """Refuse to begin where a configuration stands, in the commit or in the working tree."""
    root = project.snapshot.root
    there = project.configuration.file
    if not there and (root / OWN_FILE).exists():
        there = OWN_FILE
    if not there and "seatrial" in _tools(root / SHARED_FILE):
        there = SHARED_FILE
    if there:
        raise InvalidConfiguration(
            there,
            "it holds a configuration already, which is not overwritten",
            doing="writing the configuration into",
            next_step="Change it by hand, or see what would be written with seatrial init --print.",
        )


def _tools(path: Path) -> dict[str, object]:
    """Give the ``[tool]`` table of the working tree; empty where it cannot be read."""
    try:
        tools = tomllib.loads(path.read_text("utf-8")).get("tool", {})
    except (OSError, ValueError, RecursionError):
        return {}
    return tools if isinstance(tools, dict) else {}


def _place(root: Path) -> str:
    """Choose the file: pyproject.toml where our table can be put at its end."""
    shared = root / SHARED_FILE
    if not shared.is_file() or shared.is_symlink():
        return OWN_FILE
    try:
        tomllib.loads(f"{shared.read_text('utf-8')}\n[{TABLE}]\n")
    except (OSError, ValueError, RecursionError):
        return OWN_FILE
    return SHARED_FILE


def _write(path: Path, text: str) -> None:
    """Put the text at the end of the file, its line endings as the file has them."""
    with storage_faults(path):
        if path.name == OWN_FILE:
            with path.open("xb") as file:
                file.write(text.encode())
            return
        before = path.read_bytes()
        if before and not before.endswith(b"\n"):
            text = "\n" + text
        text = "\n" + text
        if b"\r\n" in before:
            text = text.replace("\n", "\r\n")
        with path.open("ab") as file:
            file.write(text.encode())


def _further(project: Project) -> Iterator[WantedPackage]:
    """Name the packages with the places that a release should edit, and would not find."""
    facts = project.facts
    entries = {
        package.path: tuple(
            one.entry
            for one in unregistered(project.snapshot, package, facts.changelog, facts.packages)
            if one.guess == "site"
        )
        for package in facts.packages
    }
    if any(entries.values()):
        yield from (
            WantedPackage(path=path, versions=tuple(dict.fromkeys(versions)))
            for path, versions in entries.items()
        )


def _found(facts: Facts) -> Iterator[Found]:
    for package in facts.packages:
        name = f"{package.name} {package.version}".rstrip()
        yield Found(topic="package", said=f"{name} in {package.path or '.'}")
        if package.from_tag:
            yield Found(topic="version", said=f"from the tag, by {package.from_tag}")
        elif package.sites:
            places = ", ".join(site.where for site in package.sites)
            yield Found(topic="version", said=f"in {places}")
    for line in facts.lines or (facts,):
        whose = f"{line.packages[0].name}: " if facts.lines else ""
        last = last_release(line.tags)
        since = f"the last is {last.name}" if last else "none yet"
        tag = line.tag_format.replace("{name}", normalised(line.packages[0].name))
        yield Found(topic="tags", said=f"{whose}{tag}; {since}")
        if line.changelog:
            yield Found(topic="changelog", said=f"{whose}{line.changelog}")
    if facts.branch:
        yield Found(topic="branch", said=facts.upstream or facts.branch)
    if facts.remote is not None:
        yield Found(topic="remote", said=f"{facts.remote.name}, {facts.remote.url}")


def _unknown(project: Project) -> Iterator[str]:
    facts = project.facts
    for package in facts.packages:
        yield from _unread(package)
    if facts.remote is None and project.snapshot.remotes:
        names = ", ".join(remote.name for remote in project.snapshot.remotes)
        yield f'Which remote is pushed to, of {names}: remote = "…".'
    if not project.settings.gate:
        yield 'Which commands must pass before a release: gate.tests = "pytest -q".'
    if not project.settings.staging:
        yield 'Whether an index is tried before PyPI: staging = "testpypi".'


def _unread(package: Package) -> Iterator[str]:
    if package.problem:
        yield f"Where {package.name} states its version: {package.problem}."
