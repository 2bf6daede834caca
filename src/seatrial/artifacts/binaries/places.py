"""What the path of a file says of the processor and the system that it is for."""

from __future__ import annotations

import re
from typing import Final

from seatrial.artifacts.binaries.values import Binary

_PROCESSORS: Final = {
    "x86_64": "x86_64",
    "x86-64": "x86_64",
    "amd64": "x86_64",
    "x64": "x86_64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i686": "x86",
    "i386": "x86",
    "x86": "x86",
    "armv7l": "armv7",
    "armv7": "armv7",
    "ppc64le": "ppc64le",
    "powerpc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
    "riscv64gc": "riscv64",
}
"""Names of processors, and one name for each."""

_SYSTEMS: Final = {
    "linux": "linux",
    "manylinux": "linux",
    "darwin": "macos",
    "macos": "macos",
    "macosx": "macos",
    "osx": "macos",
    "windows": "windows",
    "win32": "windows",
    "win64": "windows",
    "win": "windows",
}
_SAME: Final = {
    "aarch64": "arm64",
    "amd64": "x86_64",
    "i686": "x86",
    "i386": "x86",
    "armv7l": "armv7",
}
_LAST: Final = {
    **{name: one for name, one in _PROCESSORS.items() if len(name) > len("x64")},
    "32bit": "x86",
    "64bit": "x86_64",
}
"""What the last word of a file's name may end with ("libportaudioarm64.dll")."""

_ENDINGS: Final = {"dylib": "macos", "dll": "windows", "exe": "windows"}
"""Endings of files that one system alone has; others have ``.so``, too."""

_WORDS = re.compile(r"x86[_-]64|[a-z]+\d*[a-z]*\d*[a-z]*")


def words_of(path: str) -> frozenset[str]:
    """Give the processors and systems that a path names, each by one name."""
    words = _WORDS.findall(path.lower())
    known = [_PROCESSORS.get(word) or _SYSTEMS.get(word) for word in words]
    return frozenset(word for word in known if word)


def common(processor: str) -> str:
    """Give the one name of a processor, whatever the format calls it."""
    return _SAME.get(processor, processor)


def names_itself(binary: Binary, system: str) -> bool:
    """Tell whether a file's path says what it is for, so that it is meant to lie there.

    Args:
        binary: the file.
        system: the one that its wheel is for.
    """
    said = words_of(binary.path) | _said_last(binary.path)
    ending = _ENDINGS.get(binary.path.lower().rpartition(".")[2], system)
    return any(
        {common(each.processor), each.system} & said or each.system == ending != system
        for each in binary.slices
    )


def _said_last(path: str) -> frozenset[str]:
    """Give the processor that a word in a file's name ends with, where one does."""
    words = _WORDS.findall(path.lower().rpartition("/")[2])
    return frozenset(
        processor for word in words for name, processor in _LAST.items() if word.endswith(name)
    )


def contradiction(binary: Binary) -> str:
    """Give the folder that is named for another machine than the file in it; empty when none is.

    Args:
        binary: the file.
    """
    for folder in binary.path.split("/")[:-1]:
        said = words_of(folder)
        processors = said & set(_PROCESSORS.values())
        systems = said & set(_SYSTEMS.values())
        if not (processors and systems):
            # One word alone ("win32", "linux") is a name like any other; a machine is named as
            # compilers do ("x86_64-unknown-linux-gnu") or platform tags ("macosx_11_0_arm64").
            continue
        for each in binary.slices:
            here = not each.processor or common(each.processor) in processors
            if each.system != "any" and not (here and each.system in systems):
                return folder
    return ""
