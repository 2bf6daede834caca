"""For which machine a compiled file is, by its first bytes alone."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from seatrial.artifacts.binaries import elf, macho, pe
from seatrial.artifacts.binaries.promise import Promise

_SYSTEM_V, _GNU = 0, 3
_MACHINE_X86: Final = 0x14C
"""Managed code that runs on every processor states this one, so it tells nothing."""


class Machine(NamedTuple):
    """A system, and the processors of it that a file has a program for."""

    system: str
    processors: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.system} on {' and '.join(self.processors)}"

    def keeps(self, promise: Promise) -> bool:
        """Tell whether the file may lie in a wheel with a platform tag.

        Args:
            promise: what the tag promises; one that is not judged is kept by every file.
        """
        if promise.system not in {"linux", "macos", "windows"}:
            return True
        return self.system == promise.system and set(promise.processors) <= set(self.processors)


def machine_of(head: bytes) -> Machine | None:
    """Say which machine a file is for.

    Args:
        head: its first bytes, a few thousand of them where there are so many.

    Returns:
        nothing for what is not compiled, and where the first bytes do not tell.
    """
    try:
        if head.startswith(elf.MAGIC):
            return _linux(head)
        if head.startswith(pe.MAGIC):
            return _windows(head)
        if head[:4] in macho.THIN:
            (processor,) = struct.unpack_from(macho.THIN[head[:4]][0] + "I", head, 4)
            return _known("macos", [macho.PROCESSORS.get(processor, "")])
        if macho.is_universal(head):
            return _universal(head)
    except struct.error:
        pass
    return None


def _linux(head: bytes) -> Machine | None:
    if head[7] not in {_SYSTEM_V, _GNU}:
        return None
    (number,) = struct.unpack_from("<H" if head[5] == 1 else ">H", head, 18)
    name = elf.PROCESSORS.get(number, "")
    # Of these the number alone does not tell: there are two byte orders of each.
    return None if name.startswith(("ppc", "mips")) else _known("linux", [name])


def _windows(head: bytes) -> Machine | None:
    (begin,) = struct.unpack_from("<I", head, 0x3C)
    magic, number = struct.unpack_from("<4sH", head, begin)
    if magic != b"PE\0\0" or number == _MACHINE_X86:
        return None
    return _known("windows", [pe.PROCESSORS.get(number, "")])


def _universal(head: bytes) -> Machine | None:
    (count,) = struct.unpack_from(">I", head, 4)
    row = struct.Struct(">IIQQII" if macho.FAT[head[:4]] else ">IIIII")
    numbers = [row.unpack_from(head, 8 + row.size * each)[0] for each in range(count)]
    return _known("macos", [macho.PROCESSORS.get(number, "") for number in numbers])


def _known(system: str, processors: list[str]) -> Machine | None:
    return Machine(system, tuple(processors)) if all(processors) else None
