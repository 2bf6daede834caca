"""Whether the Python and ABI tags of a wheel are true of the modules in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seatrial.artifacts.binaries.judge import Claim, listed
from seatrial.artifacts.binaries.libraries import Shelf
from seatrial.artifacts.binaries.pe import PYTHON
from seatrial.artifacts.binaries.pythons import (
    fits_place,
    is_stable,
    oldest_python,
    python_of,
    suffix_of,
)
from seatrial.artifacts.binaries.stable import beyond
from seatrial.artifacts.binaries.values import Binary
from seatrial.artifacts.findings import Finding, fault, named, note, warning
from seatrial.artifacts.modules import is_extension

STABLE = "abi3"


def judge_pythons(
    claim: Claim, binaries: Sequence[Binary], lent: Sequence[str] = ()
) -> Iterator[Finding]:
    """Hold the Python and ABI tags of a wheel against its compiled files.

    Args:
        claim: what its name says.
        binaries: its compiled files.
        lent: names of libraries that another package or a driver brings; globs.
    """
    if any(one.system == "any" for one in claim.platforms):
        return  # that a module is for one platform only is another finding
    yield from _check_names(claim, binaries)
    yield from _check_links(claim, binaries)
    if claim.abis == (STABLE,):
        oldest = oldest_python(claim.pythons)
        if oldest is not None:
            shelf = Shelf(binaries, lent)
            for one in binaries:
                yield from _check_stable(claim.file, one, oldest, shelf)
    elif STABLE not in claim.abis:
        yield from _check_promised(claim, binaries)


def stable_since(
    binaries: Sequence[Binary], stated: tuple[int, int], lent: Sequence[str] = ()
) -> tuple[int, int] | None:
    """Give the oldest Python whose stable ABI holds all that files use.

    Args:
        binaries: the compiled files of a wheel.
        stated: the Python that the wheel names.
        lent: names of libraries that another package or a driver brings; globs.

    Returns:
        nothing where something is in no version of it.
    """
    oldest, shelf = stated, Shelf(binaries, lent)
    for one in binaries:
        for each in one.slices:
            if any(_versioned(name) for name in each.needs):
                return None
            for _, since in beyond(each.python, stated):
                if since is not None:
                    oldest = max(oldest, since)
                elif not shelf.lends_python(each):
                    return None
    return oldest


def _check_names(claim: Claim, binaries: Sequence[Binary]) -> Iterator[Finding]:
    """See that each module has a file that the tags' Python imports on the tags' platform."""
    pairs = [(python, abi) for python in claim.pythons for abi in claim.abis]
    wanted = {python_of(python, abi) or _own(python, abi) for python, abi in pairs}
    modules: dict[str, list[Binary]] = {}
    for one in binaries:
        folder, _, name = one.path.rpartition("/")
        if one.slices and name.endswith((".so", ".pyd")):
            modules.setdefault(f"{folder}/{name.partition('.')[0]}", []).append(one)
    for files in modules.values():
        pythons = {suffix_of(one.path).python for one in files}
        path = files[0].path
        if "" not in pythons and len(files) == 1 and not (wanted & pythons):
            python = suffix_of(path).python
            said = f"only {python} imports {path}, and the wheel is for {', '.join(claim.pythons)}"
            # A wheel for every Python may bring what makes one of them faster.
            make = warning if claim.abis == ("none",) else fault
            yield make("other-python", claim.file, f"{said} with {', '.join(claim.abis)}")
        places = [suffix_of(one.path).place for one in files]
        for promise in claim.platforms:
            if not any(fits_place(place, promise) for place in places):
                said = f"no Python of {promise.tag} imports {path}, by its name"
                yield fault("other-python", claim.file, said)


def _own(python: str, abi: str) -> str:
    """Give the Python of a tag without an ABI ("cp311-none-…"), which only that one installs."""
    return python if abi == "none" and python.startswith("cp") and python[2:].isdigit() else ""


def _check_links(claim: Claim, binaries: Sequence[Binary]) -> Iterator[Finding]:
    """See that modules of Windows are linked to the library of the tags' Python."""
    wanted = {
        f"python{python.removeprefix('cp')}.dll"
        for tag in claim.pythons
        for abi in claim.abis
        if (python := python_of(tag, abi))
    }
    for one in binaries:
        linked = {name.lower() for each in one.slices for name in each.needs if _versioned(name)}
        if wanted and linked and not linked & wanted:
            said = f"{one.path} is linked to {', '.join(sorted(linked))}"
            named_for = f"and the wheel is for {', '.join(claim.pythons)}"
            yield fault("other-python", claim.file, f"{said}, {named_for}")


def _versioned(name: str) -> bool:
    """Tell whether a library is that of one Python alone ("python311.dll")."""
    return bool(PYTHON.fullmatch(name)) and name.lower() not in {"python3.dll", "python3t.dll"}


def _check_stable(
    file: str, one: Binary, oldest: tuple[int, int], shelf: Shelf
) -> Iterator[Finding]:
    """Hold what a module takes from the interpreter against the stable ABI."""
    foreign: set[str] = set()
    newer: dict[str, tuple[int, int]] = {}
    lent = any(map(shelf.lends_python, one.slices))
    for each in one.slices:
        linked = [name for name in each.needs if _versioned(name)]
        if linked:
            said = f"{one.path} is linked to {linked[0]}, which one Python alone has"
            yield fault("stable-abi", file, said)
        for symbol, since in beyond(each.python, oldest):
            if since is None:
                foreign.add(symbol)
            else:
                newer[symbol] = since
    if foreign and lent:
        said = f"{one.path} uses {listed(sorted(foreign))}, which the stable ABI has not;"
        yield warning("stable-abi", file, f"{said} a library that it needs may have them")
    elif foreign:
        said = f"{one.path} uses {listed(sorted(foreign))}, which the stable ABI has not"
        yield fault("stable-abi", file, said)
    if newer:
        since = max(newer.values())
        said = f"{one.path} uses {listed(sorted(newer))}, in the stable ABI since"
        says = f"the tag says {oldest[0]}.{oldest[1]}"
        yield fault("stable-abi", file, f"{said} {since[0]}.{since[1]}, and {says}")


def _check_promised(claim: Claim, binaries: Sequence[Binary]) -> Iterator[Finding]:
    """Say when modules are named for the stable ABI and the wheel could be, too: it is not wrong.

    What is wrong is a module for the stable ABI that uses more than that.
    """
    oldest = oldest_python(claim.pythons)
    stable = [one for one in binaries if is_stable(one.path)]
    if oldest is None or not stable:
        return
    wrong = [one.path for one in stable if stable_since([one], oldest) is None]
    if wrong:
        said = f"{named(wrong)} is named {STABLE}, and uses what the stable ABI has not"
        yield fault("stable-abi", claim.file, said)
    elif len(stable) == len([one for one in binaries if is_extension(one.path)]) and (
        claim.abis == (f"cp{oldest[0]}{oldest[1]}",)
    ):
        said = f"every module in it is named {STABLE}, and one Python alone installs it"
        wider = f"cp{oldest[0]}{oldest[1]}-{STABLE} is true as well"
        yield note("narrow-tag", claim.file, f"{said}: {wider}")
