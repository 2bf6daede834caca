"""Whether the tags of a wheel are true of the compiled files in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import filterfalse
from typing import Final

import msgspec

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.binaries.best import (
    best_platforms,
    macos_version,
    musl_version,
    wanted_symbols,
)
from seatrial.artifacts.binaries.libraries import RUNTIMES, Shelf, is_outside
from seatrial.artifacts.binaries.places import contradiction, names_itself
from seatrial.artifacts.binaries.policy import POLICIES, Version, too_new
from seatrial.artifacts.binaries.promise import ARM_FIRST, Promise, asked_for, promise_of
from seatrial.artifacts.binaries.values import Binary, Slice
from seatrial.artifacts.findings import Finding, Severity, fault, named, note, warning
from seatrial.artifacts.modules import is_extension
from seatrial.artifacts.scan import is_for_tests

MUCH_DEBUG: Final = MIB
"""Bytes of debug information that are worth a warning."""

SHOWN: Final = 4
MANY: Final = 12
"""Libraries that are told one by one."""

PRIVATE: Final = frozenset({"GLIBC_PRIVATE"})
"""Versions of symbols that belong to one build of the C library, and are on no system's list."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a wheel's name says.

    Attributes:
        file: its name.
        pythons: the tags of Python ("cp311").
        abis: the tags of the ABI ("abi3").
        platforms: what its platform tags promise.
    """

    file: str
    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[Promise, ...]


def claim_of(file: str) -> Claim:
    """Read the name of a wheel.

    Args:
        file: a name that can be read.
    """
    pythons, abis, platforms = file.removesuffix(".whl").lower().rsplit("-", 3)[1:]
    return Claim(
        file=file,
        pythons=tuple(pythons.split(".")),
        abis=tuple(abis.split(".")),
        platforms=tuple(map(promise_of, platforms.split("."))),
    )


def judge_platforms(
    claim: Claim, binaries: Sequence[Binary], lent: Sequence[str] = ()
) -> Iterator[Finding]:
    """Hold the platform tags of a wheel against its compiled files.

    Args:
        claim: what its name says.
        binaries: its compiled files.
        lent: names of libraries that another package or a driver brings; globs.
    """
    yield from _check_broken(claim.file, binaries)
    yield from _check_asked(claim)
    runs = [one for one in binaries if any(map(_is_run, one.slices))]
    yield from _check_places(claim.file, runs)
    own: dict[str, Binary] = {}
    for promise in claim.platforms:
        found = _Judge(claim, promise, Shelf(binaries, lent))
        own |= {one.path: one for one in found.sort_out(runs)}
        yield from found.check(list(own.values()))
    yield from _check_each(claim.file, list(own.values()))
    yield from _check_width(claim, runs, lent)


def _check_broken(file: str, binaries: Sequence[Binary]) -> Iterator[Finding]:
    """Say what is broken; samples that tests read may well be."""
    reasons: dict[tuple[bool, str], list[str]] = {}
    for one in binaries:
        if one.broken:
            key = is_for_tests(one.path), one.broken
            reasons.setdefault(key, []).append(one.path)
    for (tested, broken), paths in reasons.items():
        said = f"{named(paths)} cannot be what it should be: {broken}"
        yield (note if tested else fault)("binary-broken", file, said)


def _check_asked(claim: Claim) -> Iterator[Finding]:
    """Say when no installer asks for a tag, and for no other one of the same machines."""
    asked = [one for one in claim.platforms if asked_for(one) == one.tag]
    for one in claim.platforms:
        if one in asked or any(set(one.processors) <= set(other.processors) for other in asked):
            continue
        said = f"no installer asks for {one.tag}, on any machine; {asked_for(one)} would be taken"
        yield fault("unasked-tag", claim.file, said)


def _is_run(program: Slice) -> bool:
    return program.kind != "object" and program.system != "any"


class _Judge:
    """Judges one platform tag.

    Args:
        claim: what the wheel's name says.
        promise: one of its platform tags.
        shelf: the libraries that are there.
    """

    def __init__(self, claim: Claim, promise: Promise, shelf: Shelf) -> None:
        self._claim = claim
        self._file = claim.file
        self._promise = promise
        self._shelf = shelf
        self._strangers: list[Binary] = []

    def sort_out(self, runs: Sequence[Binary]) -> list[Binary]:
        """Give the files that are for the tag's machine; the others are remembered."""
        if self._promise.system in {"any", "other"}:
            self._strangers = list(runs) if self._promise.system == "any" else []
            return []
        kept = list(filter(self._is_own, runs))
        self._strangers = list(filterfalse(self._is_own, runs))
        return kept

    def check(self, own: Sequence[Binary]) -> Iterator[Finding]:
        """Say what is not true of them.

        Args:
            own: the files that are for the tag's machine.
        """
        if self._promise.system == "any":
            yield from self._check_any()
            return
        yield from self._check_strangers(own)
        check = {"linux": self._check_linux, "macos": self._check_macos}
        yield from check.get(self._promise.system, self._check_windows)(own)

    def _slices(self, own: Sequence[Binary]) -> Iterator[tuple[Binary, Slice]]:
        """Give each file with those of its programs that run on the tag's machine."""
        for one in own:
            for each in one.slices:
                if _is_run(each) and each.processor in self._promise.processors:
                    yield one, each

    def _is_own(self, one: Binary) -> bool:
        here = {each.processor for each in one.slices if each.system == self._promise.system}
        return here.issuperset(self._promise.processors)

    def _check_any(self) -> Iterator[Finding]:
        """A wheel for any platform may bring the programs of several; of one, it is a slip."""
        systems = {(each.system, each.processor) for one in self._strangers for each in one.slices}
        # That a compiled module is for one platform is said already, and graver.
        modules = any(is_extension(one.path) for one in self._strangers)
        if len(systems) == 1 and not modules:
            ((system, processor),) = systems
            what = named([one.path for one in self._strangers])
            said = f"{what} runs on {system} {processor} only, and the tag says any"
            yield warning("platform-unsaid", self._file, said)

    def _check_strangers(self, own: Sequence[Binary]) -> Iterator[Finding]:
        groups: dict[tuple[str, Severity], list[str]] = {}
        for one in self._strangers:
            # Some packages bring helpers for other machines, under names that say so.
            named_so = own and names_itself(one, self._promise.system)
            grave: Severity = "warning" if named_so else "fault"
            key = _machines(one), "note" if is_for_tests(one.path) else grave
            groups.setdefault(key, []).append(one.path)
        for (what, severity), paths in groups.items():
            said = f"{named(paths)} is for {what}, and the tag {self._promise.tag} wants"
            yield Finding(
                code="other-machine",
                severity=severity,
                file=self._file,
                said=f"{said} {' and '.join(self._promise.processors)}",
            )

    def _check_linux(self, own: Sequence[Binary]) -> Iterator[Finding]:
        promise = self._promise
        if not promise.libc:
            return
        wrong = [one.path for one, each in self._slices(own) if each.libc not in {"", promise.libc}]
        if wrong:
            other = "musl" if promise.libc == "glibc" else "glibc"
            said = f"{named(wrong)} needs {other}, and {promise.tag} is for {promise.libc}"
            yield fault("newer-system", self._file, said)
        newer = self._newer_musl if promise.libc == "musl" else self._newer_glibc
        yield from newer([pair for pair in self._slices(own) if pair[0].path not in wrong])
        yield from self._check_libraries(own, set(wrong))

    def _newer_glibc(self, pairs: Sequence[tuple[Binary, Slice]]) -> Iterator[Finding]:
        files: dict[tuple[str, ...], list[str]] = {}
        for one, each in pairs:
            symbols = wanted_symbols([each], self._shelf)
            new = too_new(symbols, self._promise.version, each.processor)
            private = tuple(one for one in new if one in PRIVATE)
            for kind in (tuple(one for one in new if one not in PRIVATE), private):
                if kind:
                    files.setdefault(kind, []).append(one.path)
        for new, paths in files.items():
            said = f"needs {listed(new)}, newer than {self._promise.tag} has it"
            if PRIVATE.issuperset(new):
                said = f"uses what glibc keeps for itself ({listed(new)}): another one may lack it"
            yield fault("newer-system", self._file, f"{named(paths)} {said}")

    def _newer_musl(self, pairs: Sequence[tuple[Binary, Slice]]) -> Iterator[Finding]:
        for one, each in pairs:
            if musl_version([each], [self._promise]) > self._promise.version:
                said = f"{one.path} needs {listed(each.lends)}, newer than {self._promise.tag}"
                yield fault("newer-system", self._file, said)

    def _check_macos(self, own: Sequence[Binary]) -> Iterator[Finding]:
        files: dict[tuple[str, str], list[str]] = {}
        for one, each in self._slices(own):
            promised = self._promise.version
            if each.processor == "arm64":
                promised = max(promised, ARM_FIRST)
            if macos_version(each) > promised:
                files.setdefault((each.processor, each.minimum), []).append(one.path)
        for (processor, minimum), paths in files.items():
            said = f"{named(paths)} needs macOS {minimum} ({processor}), newer than"
            yield fault("newer-system", self._file, f"{said} {self._promise.tag} promises")
        unsigned = [
            one.path
            for one, each in self._slices(own)
            if each.processor == "arm64" and not each.signed
        ]
        if unsigned:
            said = f"{named(unsigned)} is not signed, and macOS ends unsigned arm64 programs"
            yield fault("unsigned", self._file, said)
        yield from self._check_libraries(own, set())

    def _check_windows(self, own: Sequence[Binary]) -> Iterator[Finding]:
        if self._promise.system == "windows":
            yield from self._check_libraries(own, set())

    def _check_ways(self, own: Sequence[Binary]) -> Iterator[Finding]:
        """Say which libraries in the wheel are found only if something has loaded them before."""
        files: dict[str, list[str]] = {}
        for one, each in self._slices(own):
            for name in self._shelf.unled(one.path, each, self._promise):
                files.setdefault(name, []).append(one.path)
        if files:
            paths = sorted({path for each in files.values() for path in each})
            said = f"{named(paths)} needs {listed(sorted(files))}, which is in the wheel and"
            way = "which no search path leads to: it has to be loaded before"
            yield warning("search-path", self._file, f"{said} {way}")

    def _check_libraries(self, own: Sequence[Binary], but: set[str]) -> Iterator[Finding]:
        yield from self._check_ways(own)
        files: dict[str, list[str]] = {}
        for one, each in self._slices(own):
            if one.path not in but:
                for name in self._shelf.foreign(one.path, each, self._promise):
                    paths = files.setdefault(name, [])
                    paths += [] if one.path in paths else [one.path]
        if len(files) > MANY:
            paths = sorted({path for each in files.values() for path in each})
            files = {listed(list(files)): paths}
        for name, paths in files.items():
            if self._promise.system == "windows" and RUNTIMES.fullmatch(name):
                said = f"{named(paths)} needs {name}, which Visual C++'s redistributable brings"
                yield note("foreign-library", self._file, said)
                continue
            # Which libraries Windows has is nowhere written down whole.
            make = warning if self._promise.system == "windows" else fault
            said = f"{named(paths)} needs {name}, neither in the wheel nor on every"
            yield make("foreign-library", self._file, f"{said} {self._promise.tag}")


def listed(names: Sequence[str]) -> str:
    """Give the first of several names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if names[SHOWN:] else ""
    return ", ".join(names[:SHOWN]) + more


def _check_places(file: str, runs: Sequence[Binary]) -> Iterator[Finding]:
    for one in runs:
        folder = contradiction(one)
        if folder:
            said = f"{one.path} is for {_machines(one)}, and lies in a folder named {folder}"
            yield fault("other-machine", file, said)


def _machines(one: Binary) -> str:
    return " and ".join(sorted({f"{each.system} {each.processor}" for each in one.slices}))


def _check_each(file: str, own: Sequence[Binary]) -> Iterator[Finding]:
    """Look for what is wrong whatever the tag."""
    size = sum(each.debug for one in own for each in one.slices)
    if size:
        paths = [one.path for one in own if any(each.debug for each in one.slices)]
        said = f"{named(paths)} holds debug information, {size / MIB:.1f} MiB together"
        yield (warning if size >= MUCH_DEBUG else note)("debug-information", file, said)
    level = max((each.level for one in own for each in one.slices), default=0)
    if level > 1:
        paths = [one.path for one in own if any(each.level == level for each in one.slices)]
        said = f"{named(paths)} says that it needs x86-64-v{level}, which not every processor is"
        yield warning("newer-processor", file, said)
    places: dict[str, list[str]] = {}
    for one in own:
        for place in sorted({place for each in one.slices for place in each.search}):
            if is_outside(one.path, place):
                places.setdefault(place, []).append(one.path)
    for place, paths in places.items():
        where = f"in {place}" if place else "in the folder that it is started from"
        said = f"{named(paths)} looks for libraries {where}, outside of what is installed"
        yield warning("search-path", file, said)


def _check_width(claim: Claim, runs: Sequence[Binary], lent: Sequence[str]) -> Iterator[Finding]:
    """Say when the tags keep out machines that the files would run on."""
    best = [promise_of(tag) for tag in best_platforms(runs, lent, claim.platforms)]
    for wider in best if runs else ():
        stated = [one for one in claim.platforms if (one.system, one.libc) == _kind(wider)]
        same = [one for one in stated if one.processors == wider.processors]
        more = [one for one in wider.processors if not any(one in s.processors for s in stated)]
        tag = _older(wider, min((one.version for one in same), default=wider.version))
        if tag:
            said = f"its files run on older systems than it says: {tag} is true as well"
            yield note("narrow-tag", claim.file, said)
        elif more and len(more) < len(wider.processors):
            said = f"its files run on {' and '.join(more)} as well: {wider.tag} is true of them"
            yield note("narrow-tag", claim.file, said)


def _kind(promise: Promise) -> tuple[str, str]:
    return promise.system, promise.libc


def _older(wider: Promise, oldest: Version) -> str:
    """Give the tag of an older system that is true as well; nothing where no tool would give it."""
    if wider.version >= oldest:
        return ""
    if wider.libc != "glibc":
        return wider.tag
    known = [one for one in POLICIES if wider.version <= one < oldest]
    if not known:
        return ""
    return f"manylinux_{known[0][0]}_{known[0][1]}_{wider.processors[0]}"
