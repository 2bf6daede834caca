"""Whether what the user said makes sense, once its types are right."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from seatrial.addresses import INDEXES
from seatrial.config.check import Fault, nearest, shown
from seatrial.config.meaning_downstream import downstream_faults, proposal_faults
from seatrial.config.positions import Path
from seatrial.config.schema import (
    ContentsSettings,
    ForgeSettings,
    GateSettings,
    IndexSettings,
    PackageSettings,
    Settings,
    SiteSettings,
)
from seatrial.config.wrapping import wrap_faults
from seatrial.versions.calver import scheme_fault

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")
_PYTHON = re.compile(r"3\.[0-9]+t?|pypy3\.[0-9]+")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_HOLE = re.compile(r"\{(\w+)\}")
_SPELT = ("version", "pep440", "semver", "tag", "major", "minor", "patch", "date")
_NUL = "no program takes a text with a NUL character"
# git-check-ref-format(1): what a reference's name cannot hold.
_NO_REFERENCE = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^[/.-]|[/.]$|^@$")


FORGES = ("github",)
"""The kinds of forges that there are."""

MOST_CHOICES = 100
"""How many times one gate may run, with different environments."""


def nonsense(settings: Settings, described: Collection[str] = ()) -> Iterator[Fault]:
    """Find every value that has the right type and cannot be meant.

    Args:
        settings: what was said.
        described: the indexes that are described, be it wrongly, so that they are not among them.
    """
    yield from _tag(settings.tag, ("tag",))
    yield from _own_tags(settings)
    yield from _indexes(settings, described)
    for name, value in (("branch", settings.branch), ("remote", settings.remote)):
        if value and _NO_REFERENCE.search(value):
            yield Fault((name,), f"git takes no {name} called {shown(value)}")
    yield from _packages(settings.package)
    yield from _contents(settings.contents, ("contents",))
    yield from wrap_faults(settings.wrap, ("wrap",))
    yield from _gates(settings.gate)
    yield from _verify(settings)
    for name, text in (
        ("message", settings.commit.message),
        ("tag-message", settings.commit.tag_message),
    ):
        yield from _message(text, ("commit", name))
    yield from _forge(settings.forge)
    yield from _downstreams(settings)
    if settings.version.scheme and (said := scheme_fault(settings.version.scheme)):
        yield Fault(("version", "scheme"), said)
    if settings.notes.template:
        yield from _inside(settings.notes.template, ("notes", "template"))
    if settings.changelog.file:
        yield from _inside(settings.changelog.file, ("changelog", "file"))
    for path, seconds in (
        (("gate-timeout",), settings.gate_timeout),
        (("verify", "timeout"), settings.verify.timeout),
        (("build", "timeout"), settings.build.timeout),
    ):
        if not (seconds > 0 and math.isfinite(seconds)):
            yield Fault(path, f"a number of seconds above 0 is wanted here, not {seconds:g}")


def index_faults(name: str, index: IndexSettings) -> Iterator[Fault]:
    """Find what keeps a described index from being used."""
    from seatrial.config.urls import url_fault

    path = ("index", name)
    if not _NAME.fullmatch(name):
        yield Fault(path, "a name is letters, digits, spaces, dots, hyphens and underscores")
    for key, url, logs_in in (
        ("upload-url", index.upload_url, True),
        ("simple-url", index.simple_url, False),
    ):
        if said := url_fault(url, logs_in=logs_in):
            yield Fault((*path, key), said)


def _tag(tag: str, path: Path) -> Iterator[Fault]:
    if not tag:
        return
    if tag.count("{version}") != 1:
        said = f'the format needs {{version}} once, as in "v{{version}}", not {shown(tag)}'
        yield Fault(path, said)
        return
    rest = tag.replace("{version}", "1.0").replace("{package}", "name")
    if "{" in rest or "}" in rest:
        yield Fault(path, "{version} and {package} are the only placeholders known here")
    elif _NO_REFERENCE.search(rest):
        yield Fault(path, f"git takes no tag called {shown(rest)}")


def _own_tags(settings: Settings) -> Iterator[Fault]:
    """Find that packages with versions of their own would have tags of the same name."""
    named = "{package}" in settings.tag or not settings.tag
    if settings.versions == "independent" and not named:
        said = "packages that have versions of their own need {package} in the format, too"
        yield Fault(("tag",), said)
    groups: dict[str, str] = {}
    for place, package in enumerate(settings.package):
        alike = not package.tag or groups.setdefault(package.group, package.tag) == package.tag
        if package.group and not alike:
            said = f"the group {shown(package.group)} has another format already"
            yield Fault(("package", place, "tag"), said)


def _indexes(settings: Settings, described: Collection[str]) -> Iterator[Fault]:
    known = {*settings.index, *described, *INDEXES}
    for key, name in (("publish", settings.publish), ("staging", settings.staging)):
        if name and name not in known:
            yield Fault((key,), f"no index is called {shown(name)}; {nearest(name, known)}")
    if not settings.publish:
        yield Fault(("publish",), "the name of an index is wanted here")
    elif settings.staging == settings.publish:
        yield Fault(("staging",), "this is the index to publish to; stage on another one")
    for name, index in settings.index.items():
        yield from index_faults(name, index)


def _packages(packages: tuple[PackageSettings, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, package in enumerate(packages):
        path: Path = ("package", place)
        folder = PurePosixPath(package.path).as_posix()
        if folder in seen:
            yield Fault((*path, "path"), f"the folder {folder} is named twice")
        seen.add(folder)
        if package.path:
            yield from _inside(package.path, (*path, "path"))
        yield from _tag(package.tag, (*path, "tag"))
        if package.group and not _NAME.fullmatch(package.group):
            said = "a name is letters, digits, spaces, dots, hyphens and underscores"
            yield Fault((*path, "group"), said)
        yield from _contents(package.contents, (*path, "contents"))
        yield from wrap_faults(package.wrap, (*path, "wrap"))
        for edited in package.build_edits:
            if ":" in edited:
                yield from _short_site(edited, (*path, "build-edits", edited))
            else:
                said = f"a place is file:name, not {shown(edited)}"
                yield Fault((*path, "build-edits", edited), said)
        for number, site in enumerate(package.versions):
            where: Path = (*path, "versions", number)
            yield from _short_site(site, where) if isinstance(site, str) else _site(site, where)


def _short_site(site: str, where: Path) -> Iterator[Fault]:
    file, colon, name = site.partition(":")
    if not file or (colon and not name):
        yield Fault(where, f"a site is file:name or a file alone, not {shown(site)}")
    else:
        yield from _below(file, where)


def _site(site: SiteSettings, where: Path) -> Iterator[Fault]:
    yield from _below(site.file, (*where, "file"))
    if site.key and site.search:
        yield Fault((*where, "search"), "a place is found by a key or by a text, not by both")
    if site.search and site.search.count("{version}") != 1:
        said = f"the text needs {{version}} once, not {shown(site.search)}"
        yield Fault((*where, "search"), said)
    names = _HOLE.findall(site.spelling)
    for name in names:
        if name not in _SPELT:
            said = f"{{{name}}} is no placeholder; {nearest(name, _SPELT)}"
            yield Fault((*where, "spelling"), said)
    if site.spelling and not names:
        yield Fault((*where, "spelling"), "a spelling needs a placeholder, like {version}")
    if "date" in names and site.spelling != "{date}":
        yield Fault((*where, "spelling"), "{date} stands alone")
    if site.follows:
        yield from _short_site(site.follows, (*where, "follows"))


def _below(file: str, path: Path) -> Iterator[Fault]:
    """A site's file may lie above its package's folder, in the repository all the same."""
    above = re.sub(r"^(\.\./)+", "", file)
    yield from _inside(above or file, path)


def _contents(contents: ContentsSettings, path: Path) -> Iterator[Fault]:
    """A glob is relative, with forward slashes; a file's name has none."""
    for key, globs in (("require", contents.require), ("forbid", contents.forbid)):
        for place, glob in enumerate(globs):
            where = (*path, key, place)
            bare = glob.removeprefix("wheel:").removeprefix("sdist:")
            if not bare:
                yield Fault(where, f"a glob is wanted here, not {shown(glob)}")
            else:
                yield from _inside(bare, where)
    for place, glob in enumerate(contents.expect):
        if not glob or "/" in glob or "\\" in glob:
            yield Fault(
                (*path, "expect", place),
                f'a glob of file names is wanted here, as "*-manylinux*_x86_64.whl", '
                f"not {shown(glob)}",
            )


def _gates(gates: dict[str, str | GateSettings]) -> Iterator[Fault]:
    for name, gate in gates.items():
        if not _NAME.fullmatch(name):
            yield Fault(
                ("gate", name), "a name is letters, digits, spaces, dots, hyphens and underscores"
            )
        if isinstance(gate, str):
            yield from _command(gate, ("gate", name))
        else:
            yield from _command(gate.command, ("gate", name, "command"))
            yield from _environment(gate, ("gate", name, "env"))


def _environment(gate: GateSettings, path: Path) -> Iterator[Fault]:
    choices = 1
    for variable, value in gate.env.items():
        values = (value,) if isinstance(value, str) else value
        choices *= len(values)
        if not re.fullmatch(r"[A-Za-z_]\w*", variable):
            yield Fault((*path, variable), f"{shown(variable)} is no name of a variable")
        if not values or len(set(values)) < len(values):
            yield Fault((*path, variable), "a value, or several different ones, are wanted here")
        elif any("\0" in one for one in values):
            yield Fault((*path, variable), "a value holds no NUL")
    if choices > MOST_CHOICES:
        yield Fault(path, f"these are {choices} combinations, and {MOST_CHOICES} are taken")


def _downstreams(settings: Settings) -> Iterator[Fault]:
    yield from downstream_faults(settings.downstream)
    yield from proposal_faults(settings.proposal)
    for place, one in enumerate(settings.downstream):
        for number, command in enumerate(one.run):
            yield from _command(command, ("downstream", place, "run", number))


def _verify(settings: Settings) -> Iterator[Fault]:
    pythons = settings.verify.python
    for place, python in enumerate(pythons):
        where = ("verify", "python", place)
        if not _PYTHON.fullmatch(python):
            said = f'a Python is written "3.12", "3.13t" or "pypy3.11", not {shown(python)}'
            yield Fault(where, said)
        elif python in pythons[:place]:
            yield Fault(where, f"{python} is named twice")
    for place, command in enumerate(settings.verify.run):
        yield from _command(command, ("verify", "run", place))


def _message(text: str, path: Path) -> Iterator[Fault]:
    if not text.strip():
        yield Fault(path, "a message is wanted here; git takes no empty one")
    if "\0" in text:
        yield Fault(path, _NUL)
    for found in _PLACEHOLDER.findall(text):
        if found not in ("{version}", "{tag}"):
            yield Fault(path, f"{found} is no placeholder; {{version}} and {{tag}} are")


def _forge(forge: ForgeSettings) -> Iterator[Fault]:
    if forge.api:
        from seatrial.config.urls import url_fault

        if said := url_fault(forge.api, logs_in=True):
            yield Fault(("forge", "api"), said)
    if forge.kind and forge.kind not in FORGES:
        said = f"{shown(forge.kind)} is no forge that is known; {nearest(forge.kind, FORGES)}"
        yield Fault(("forge", "kind"), said)
    parts = forge.repository.split("/")
    if forge.repository and (len(parts) < 2 or not all(parts) or ":" in forge.repository):  # noqa: PLR2004 -- owner and name
        yield Fault(
            ("forge", "repository"), f"owner/name is wanted here, not {shown(forge.repository)}"
        )


def _command(command: str, path: Path) -> Iterator[Fault]:
    """A command is split as a shell would, and then started without one."""
    import shlex

    try:
        words = shlex.split(command)
    except ValueError:
        yield Fault(path, f"a quotation mark or a backslash is left open in {shown(command)}")
        return
    if not words or not words[0]:
        yield Fault(path, "a command is wanted here")
    if "\0" in command:
        yield Fault(path, _NUL)


def _inside(file: str, path: Path) -> Iterator[Fault]:
    if "\0" in file:
        yield Fault(path, _NUL)
    pure = PurePosixPath(file)
    if pure.is_absolute() or ".." in pure.parts or "\\" in file or re.match(r"[A-Za-z]:", file):
        yield Fault(
            path,
            f"a path inside the repository, with forward slashes, is wanted, not {shown(file)}",
        )
