"""Where each file of a release comes from, and whether anything of it can be run here."""

from __future__ import annotations

import itertools
import platform
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from packaging.tags import Tag, platform_tags

from seatrial.artifacts.binaries.promise import promise_of
from seatrial.artifacts.bundles import is_of
from seatrial.artifacts.expected import Expected, expected
from seatrial.operations.collecting import BuiltElsewhere
from seatrial.operations.project import Project
from seatrial.plan.contents import contents_of
from seatrial.plan.filesets import Awaited, FileSet
from seatrial.plan.make import Chosen, Member
from seatrial.plan.values import Note
from seatrial.plan.wraps import AUTO, Ware
from seatrial.world.takers import is_asked_for, places_of, taken_here

Source: TypeAlias = Literal["here", "collected", "wrapped", "missing", "unknown", "extra"]
Check: TypeAlias = Literal["", "run", "resolved"]

NO_ABI = "none"
"""The ABI tag of a stamped wheel, which holds programs and no extension of Python."""

MOST_NAMED = 10
"""Files that a remark names."""


def file_sets(
    project: Project, chosen: Sequence[Chosen], python: Sequence[str], built: BuiltElsewhere
) -> tuple[FileSet, ...]:
    """Say of each package that expects or gets particular files where these come from.

    Args:
        project: the repository.
        chosen: what is released.
        python: the Pythons to install on; when empty, the one that this runs on.
        built: what is known of what was built elsewhere.

    Raises:
        CredentialMissing, CredentialRefused: the forge does not show what it holds.
    """
    found = [
        _set_of(project, member, str(one.version), python, built)
        for one in chosen
        for member in one.members
    ]
    return tuple(one for one in found if one.files)


def set_remarks(chosen: Sequence[Chosen], sets: Sequence[FileSet]) -> list[Note]:
    """Say what of the files that there are to be is built elsewhere, and what nowhere.

    Args:
        chosen: what is released.
        sets: their files.
    """
    remarks = []
    for member in (member for one in chosen for member in one.members):
        collection, name = member.collect, member.package.name
        if collection is not None:
            here = "; its sdist is built here if none is among them" * collection.build_sdist
            text = f"The files of {name} come from {collection.origin}{here}."
            if not collection.commit:
                text += " Nobody says which commit they were built from."
            if member.build_edits:
                text += (
                    " What is changed for the build alone is in them if they were built by "
                    "`seatrial build`, or from the sdist that it makes."
                )
            remarks.append(Note(topic="collected", text=text))
        elif member.wrap is not None:
            text = (
                f"The wheels of {name} hold the binaries {member.wrap.version} of "
                f"{member.wrap.origin}: {len(member.wrap.wares)} platforms."
            )
            remarks.append(Note(topic="wrapped", text=text))
    for one in sets:
        if one.missing:
            text = (
                f"The set of {one.package} is not complete, and nothing is uploaded before it is: "
                f"nobody has built {_first(one.missing)}."
            )
            remarks.append(Note(topic="incomplete-set", text=text))
        if one.extra:
            text = (
                f"The set of {one.package} holds what expect does not name: {_first(one.extra)}. "
                "Name it there, or leave it out with [collect] artifacts; [contents] refuse = "
                '["surplus-file"] refuses such a set.'
            )
            remarks.append(Note(topic="surplus-file", text=text))
    return remarks


def _first(said: Sequence[str]) -> str:
    """Give some files for a sentence: not more than it can hold."""
    more = len(said) - MOST_NAMED
    return "; ".join(said[:MOST_NAMED]) + (f"; and {more} more" * (more > 0))


def _set_of(
    project: Project, member: Member, version: str, python: Sequence[str], built: BuiltElsewhere
) -> FileSet:
    entries = contents_of(project.settings, member.package.path).expect
    if not (entries or member.collect or member.wrap):
        return FileSet(package=member.package.name, files=())
    named = [(entry, one) for entry in entries for one in expected(entry)]
    origin = ""
    if member.collect is not None:
        names = built.names(member.collect)
        if names is not None:
            # What is of another package or version stays where it is.
            names = tuple(name for name in names if is_of(name, member.package.name, version))
        origin = member.collect.origin
        found = list(_collected(named, names, here=member.collect.build_sdist))
    elif member.wrap is not None:
        origin = f"{member.wrap.origin} {member.wrap.version}"
        found = list(_wrapped(named, member))
    else:
        found = list(_built(named))
    pythons = python or (platform.python_version(),)
    taken = {tag for each in pythons for tag in taken_here(each)}
    rows = [(entry, one, source, _check(one, taken)) for entry, one, source in found]
    return FileSet(package=member.package.name, origin=origin, files=tuple(_folded(rows)))


Named: TypeAlias = tuple[str, Expected]
Sourced: TypeAlias = tuple[str, Expected, Source]
Row: TypeAlias = tuple[str, Expected, Source, Check]


def _collected(
    named: Sequence[Named], names: Sequence[str] | None, *, here: bool
) -> Iterator[Sourced]:
    """Hold what is expected against the names of what CI keeps, where these are known."""
    for entry, one in named:
        if names is not None and any(map(one.fits, names)):
            yield entry, one, "collected"
        elif here and one.is_sdist:
            yield entry, one, "here"
        else:
            yield entry, one, "unknown" if names is None else "missing"
    for name in dict.fromkeys(names or ()):
        if not any(one.fits(name) for _, one in named):
            yield name, Expected(said=name, glob=name), "extra" if named else "collected"


def _wrapped(named: Sequence[Named], member: Member) -> Iterator[Sourced]:
    """Give the platforms of the wheels that are stamped, with what else is expected.

    The tags of an "auto" platform are known when its binaries have been read.
    """
    wares = member.wrap.wares if member.wrap else ()
    platforms = [part for ware in wares for part in _platforms(ware)]
    for entry, one in named:
        _, abis, wanted = tags_meant(one)
        if one.is_sdist:
            yield entry, one, "here"
        elif not _fits(NO_ABI, abis):
            yield entry, one, "missing"
        elif not any(_fits(part, wanted) for part in platforms):
            yield entry, one, "unknown" if AUTO in platforms else "missing"
    for ware in wares:
        for part in _platforms(ware):
            said = f"{ware.target} (the best tag that is true)" if part == AUTO else part
            yield said, Expected(said=said, glob=f"*-{part}.whl"), "wrapped"


def _platforms(ware: Ware) -> list[str]:
    return ware.platform.split(".")


def _built(named: Sequence[Named]) -> Iterator[Sourced]:
    """Say what one build here can make: the sdist, and one wheel that suits this machine."""
    here, made = [*platform_tags(), "any"], False
    for entry, one in named:
        globs = tags_meant(one)[2]
        suits = any(_fits(tag, globs) for tag in here)
        if one.is_sdist:
            yield entry, one, "here"
        else:
            yield entry, one, "missing" if made or not suits else "here"
            made = made or suits


def _check(one: Expected, taken: Collection[Tag]) -> Check:
    """Say what is tried of a file beside looking into it.

    Args:
        one: the file.
        taken: the tags of the wheels that the Pythons install which the release is tried on.
    """
    pythons, abis, platforms = tags_meant(one)
    if one.is_sdist or platforms == (AUTO,):
        return ""
    # Thousands of tags are taken; only globs are held against each of them.
    named = {Tag(*parts) for parts in itertools.product(pythons, abis, platforms)}
    globs = not set("*?[").isdisjoint("".join((*pythons, *abis, *platforms)))
    if not named.isdisjoint(taken) or (
        globs
        and any(
            _fits(tag.interpreter, pythons)
            and _fits(tag.abi, abis)
            and _fits(tag.platform, platforms)
            for tag in taken
        )
    ):
        return "run"
    places = (place for text in platforms for place in places_of(promise_of(text)))
    return "resolved" if is_asked_for(pythons, abis) and any(places) else ""


def _fits(tag: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(tag, glob) for glob in globs)


def tags_meant(one: Expected) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Give the tags of Python, of the ABI and of the platform that an expected wheel may have.

    Args:
        one: what is expected; by tags or by the file's name.

    Returns:
        globs; ``*`` where nothing tells them.
    """
    if one.python:
        return (one.python,), (one.abi,), (one.platform,)
    parts = one.glob.removesuffix(".whl").split("-") if one.glob.endswith(".whl") else []
    pythons, abis, platforms = (["*"] * 3 + parts[1:])[-3:]
    return tuple(pythons.split(".")), tuple(abis.split(".")), tuple(platforms.split("."))


def _folded(rows: Sequence[Row]) -> Iterator[Awaited]:
    """Let an entry stand as it was written where all that it names has one fate."""
    for entry in dict.fromkeys(row[0] for row in rows):
        alike = [row for row in rows if row[0] == entry]
        fates = {row[2:] for row in alike}
        if len(fates) == 1:
            _, one, source, check = alike[0]
            said = entry if len(alike) > 1 else one.said
            yield Awaited(said=said, count=len(alike), source=source, check=check)
        else:
            for _, one, source, check in alike:
                yield Awaited(said=one.said, source=source, check=check)
