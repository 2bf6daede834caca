"""What each manylinux and musllinux system has: versions of symbols, and libraries.

PEP 513, PEP 571, PEP 599 and PEP 600 (manylinux), PEP 656 (musllinux).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from seatrial.artifacts.binaries.versions import number, split

Version = tuple[int, int]

# The libraries that every manylinux system has under the same name with the same interface, as
# auditwheel 6.8.2 tabulates them.
LIBRARIES: Final = frozenset(
    {"libatomic.so.1", "libgcc_s.so.1", "libstdc++.so.6", "libm.so.6", "libanl.so.1"}
    | {"libdl.so.2", "librt.so.1", "libc.so.6", "libnsl.so.1", "libutil.so.1", "libpthread.so.0"}
    | {"libX11.so.6", "libXext.so.6", "libXrender.so.1", "libICE.so.6", "libSM.so.6", "libGL.so.1"}
    | {"libgobject-2.0.so.0", "libgthread-2.0.so.0", "libglib-2.0.so.0", "libresolv.so.2"}
    | {"libz.so.1"}
)
SINCE: Final[dict[str, Version]] = {"libexpat.so.1": (2, 12), "libmvec.so.1": (2, 24)}
"""Libraries that were not there from the first."""

LOADERS: Final = ("ld-linux", "ld64.so.", "ld.so.", "ld-lsb")
MUSL_LIBRARIES: Final = frozenset({"libc.so", "libz.so.1"})
MUSL_BEGINNINGS: Final = ("libc.musl-", "ld-musl-")
MUSL_SINCE: Final = {
    b"_Fork": "1.2.2",
    b"gettid": "1.2.2",
    b"reallocarray": "1.2.2",
    b"tcgetwinsize": "1.2.2",
    b"tcsetwinsize": "1.2.2",
    b"pthread_getname_np": "1.2.3",
    b"qsort_r": "1.2.3",
    b"preadv2": "1.2.5",
    b"pwritev2": "1.2.5",
    b"statx": "1.2.5",
    b"posix_getdents": "1.2.6",
    b"renameat2": "1.2.6",
}
"""Every function that musl declares and defines, and did not in 1.1.24: taken from its sources at
the tags v1.1.24, v1.2.0 to v1.2.5, and after it (86373b4999bf)."""

MUSL_TIMES: Final = (b"time64", b"time64_r")
"""How the names end that 32-bit programs call functions of time by since 1.2.0 (``__REDIR`` in the
headers)."""

POLICIES: Final[tuple[Version, ...]] = tuple(
    (2, minor) for minor in (5, 12, 17, 24, 26, 27, 28, 31, *range(34, 42))
)
"""The manylinux versions that auditwheel 6.8.2 gives; PEP 600 has one for each glibc."""

FLOORS: Final[dict[str, Version]] = {"x86_64": (2, 5), "i686": (2, 5)}
FLOOR: Final[Version] = (2, 17)
"""The first manylinux for a processor that is not among the floors; the table may begin later."""


def has_library(name: str, libc: str, version: Version) -> bool:
    """Tell whether a system has a library.

    Args:
        name: as a file needs it ("libz.so.1").
        libc: "glibc" or "musl".
        version: of manylinux or musllinux.
    """
    if libc == "musl":
        return name in MUSL_LIBRARIES or name.startswith(MUSL_BEGINNINGS)
    known = name in LIBRARIES or name.startswith(LOADERS)
    return known or (name in SINCE and SINCE[name] <= version)


def is_new_to_musl(name: bytes) -> bool:
    """Tell whether a function is one that no musl before 1.2 has.

    Args:
        name: of a symbol that a file takes from others.
    """
    return name in MUSL_SINCE or (name.startswith(b"__") and name.endswith(MUSL_TIMES))


def too_new(symbols: Iterable[str], version: Version, processor: str) -> tuple[str, ...]:
    """Give those versions of symbols that a manylinux system does not have.

    Args:
        symbols: as files need them ("GLIBC_2.28"), of libraries that the system has to bring.
        version: of manylinux.
        processor: as tags name it.
    """
    policy = _policy(version, processor)
    return tuple(sorted({one for one in symbols if not _has(policy, version, one)}))


def oldest(symbols: Iterable[str], processor: str) -> Version | None:
    """Give the oldest manylinux system that has versions of symbols; nothing when none has.

    Args:
        symbols: as files need them.
        processor: as tags name it.
    """
    wanted = frozenset(symbols)
    glibc = [number(split(one)[1])[:2] for one in wanted if one.startswith("GLIBC_2.")]
    floor = max([FLOORS.get(processor, FLOOR), *(one for one in glibc if len(one) > 1)])
    first: Version = (floor[0], floor[1])
    later = {version for version, _ in _table() if version > first}
    # Some glibc's symbols were carried back to an older system of one processor.
    earlier = {version for version, of in _table() if of == processor and version <= first}
    for version in sorted(later | {first} | earlier):
        if not too_new(wanted, version, processor):
            return version
    return None


def _has(policy: dict[str, tuple[str, ...]], version: Version, symbol: str) -> bool:
    family, wanted = split(symbol)
    if family not in policy:
        return family not in _families()  # of a library that no policy speaks of
    held = policy[family]
    if not number(wanted):
        return wanted in held
    if family == "GLIBC" and number(wanted)[:2] <= version:
        return True
    return number(wanted) <= max((number(one) for one in held), default=())


@functools.cache
def _families() -> frozenset[str]:
    return frozenset(family for row in _table().values() for family in row)


def _policy(version: Version, processor: str) -> dict[str, tuple[str, ...]]:
    """Give the newest row that is no newer than a version.

    A processor that came to manylinux late has no row for older systems; then it is that of
    the most common one.
    """
    table = _table()
    for of in (processor, "x86_64"):
        rows = [(when, row) for (when, which), row in table.items() if which == of]
        older = [one for one in rows if one[0] <= version]
        if older:
            return max(older, key=lambda one: one[0])[1]
    return {}


@functools.cache
def _table() -> dict[tuple[Version, str], dict[str, tuple[str, ...]]]:
    found = {}
    text = files("seatrial.artifacts.binaries").joinpath("manylinux.txt").read_text("ascii")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            policy, processor, *families = line.split()
            major, minor = policy.split("_")
            found[(int(major), int(minor)), processor] = {
                family: tuple(versions.split(","))
                for family, _, versions in (each.partition("=") for each in families)
            }
    return found
