"""The widest platform tag that is true of compiled files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from seatrial.artifacts.binaries import policy
from seatrial.artifacts.binaries.libraries import Shelf
from seatrial.artifacts.binaries.places import names_itself
from seatrial.artifacts.binaries.promise import ARM_FIRST, Promise, promise_of, windows_tag
from seatrial.artifacts.binaries.values import Binary, Slice
from seatrial.artifacts.binaries.versions import number
from seatrial.artifacts.scan import is_for_tests

STATIC = (2, 17)
"""The manylinux of programs that need no library at all: its kernel is as old as they run on."""

MUSL = (1, 2)
"""The musl of files that do not tell: its versions leave no trace in them."""

APPLE = ("x86_64", "arm64")


def best_platforms(
    binaries: Sequence[Binary], lent: Iterable[str] = (), stated: Sequence[Promise] = ()
) -> tuple[str, ...]:
    """Give the widest platform tags that are true of compiled files.

    Args:
        binaries: the compiled files of a wheel; broken ones do not count.
        lent: names of libraries that another package or a driver brings; globs.
        stated: what the wheel promises: where files do not tell, that is believed.

    Returns:
        tags; several for programs that run with any C library; none where no tag is true.
    """
    runs = [
        Binary(path=one.path, size=one.size, slices=slices)
        for one in binaries
        if not is_for_tests(one.path)
        and (slices := tuple(s for s in one.slices if s.kind != "object" and s.system != "any"))
    ]
    runs = _without_helpers(runs, stated)
    systems = {each.system for one in runs for each in one.slices}
    if not runs:
        return ("any",)
    if systems == {"linux"}:
        return _linux(runs, Shelf(binaries, lent), stated)
    if systems == {"macos"}:
        return _macos(runs)
    if systems == {"windows"}:
        processors = {each.processor for one in runs for each in one.slices}
        tag = windows_tag(processors.pop()) if len(processors) == 1 else ""
        return (tag,) if tag else ()
    return ()


def _without_helpers(runs: list[Binary], stated: Sequence[Promise]) -> list[Binary]:
    """Leave out files for other machines, whose paths say so, beside those that fit the tag."""
    own = [
        one
        for one in runs
        for promise in stated
        if promise.processors
        and {s.processor for s in one.slices if s.system == promise.system}.issuperset(
            promise.processors
        )
    ]
    if own and all(one in own or names_itself(one, stated[0].system) for one in runs):
        return own
    return runs


def _linux(runs: Sequence[Binary], shelf: Shelf, stated: Sequence[Promise]) -> tuple[str, ...]:
    slices = [each for one in runs for each in one.slices]
    processors = {each.processor for each in slices}
    libcs = {each.libc for each in slices} - {""}
    if len(processors) > 1 or len(libcs) > 1:
        return ()
    processor = processors.pop()
    found: list[str] = []
    if "musl" not in libcs:
        symbols = wanted_symbols(slices, shelf)
        oldest = policy.oldest(symbols, processor)
        if not libcs and oldest is not None:
            oldest = max(oldest, STATIC)
        if oldest is not None:
            found.append(f"manylinux_{oldest[0]}_{oldest[1]}_{processor}")
    if "glibc" not in libcs:
        version = musl_version(slices, stated if libcs else ())
        found.append(f"musllinux_{version[0]}_{version[1]}_{processor}")
    portable = tuple(tag for tag in found if _has_all(runs, shelf, promise_of(tag)))
    return portable or (f"linux_{processor}",)


def wanted_symbols(slices: Iterable[Slice], shelf: Shelf) -> frozenset[str]:
    """Give the versions of symbols that the system has to bring.

    Args:
        slices: the programs.
        shelf: the wheel's own libraries, whose versions are its own business.
    """
    return frozenset(
        symbol
        for each in slices
        for library, symbols in each.symbols.items()
        if not shelf.holds(library)
        for symbol in symbols
    )


def musl_version(slices: Iterable[Slice], stated: Iterable[Promise] = ()) -> policy.Version:
    """Give the oldest musl that runs programs, as far as anything tells.

    Args:
        slices: the programs.
        stated: what the wheel promises.
    """
    if any(each.lends for each in slices):
        return MUSL
    told = [one.version for one in stated if one.libc == "musl"]
    static = not any(each.needs for each in slices)
    return min(told, default=(1, 1) if static else MUSL)


def _has_all(runs: Iterable[Binary], shelf: Shelf, promise: Promise) -> bool:
    return not any(shelf.foreign(one.path, each, promise) for one in runs for each in one.slices)


def _macos(runs: Sequence[Binary]) -> tuple[str, ...]:
    each_has = [{each.processor for each in one.slices} for one in runs]
    processors = set.intersection(*each_has)
    both = processors.issuperset(APPLE)
    if not (both or len(processors) == 1):
        return ()
    kept = set(APPLE) if both else processors
    slices = [each for one in runs for each in one.slices if each.processor in kept]
    version = max(_macos_versions(slices, both=both), default=ARM_FIRST)
    name = "universal2" if both else kept.pop()
    return (f"macosx_{version[0]}_{version[1]}_{name}",)


def _macos_versions(slices: Iterable[Slice], *, both: bool) -> Iterator[policy.Version]:
    for each in slices:
        version = macos_version(each)
        # Pip knows that Apple's own processors begin with 11, so that older tags are true there.
        if not (both and each.processor == "arm64" and version == ARM_FIRST):
            yield version


def macos_version(program: Slice) -> policy.Version:
    """Give the oldest macOS that runs a program, as tags have it: from 11 on without a minor.

    Args:
        program: of a Mach-O file; where it states nothing, it is as old as its processor.
    """
    stated = number(program.minimum)[:2]
    version = (stated[0], stated[1]) if len(stated) > 1 else (10, 4)
    if version >= ARM_FIRST or version == (10, 16):
        version = (max(version[0], ARM_FIRST[0]), 0)
    return max(version, ARM_FIRST) if program.processor == "arm64" else version
