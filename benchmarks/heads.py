"""The beginnings of compiled files: as much as a loader needs to know that they are for it."""

from __future__ import annotations

import struct


def head_for(platform: str) -> bytes:
    """Give the head of a library that needs nothing, for a platform tag."""
    if platform.startswith("macosx"):
        return _macho()
    return _pe() if platform.startswith("win") else _elf(platform)


def _elf(platform: str) -> bytes:
    machine = 183 if platform.endswith("aarch64") else 62
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    return ident + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0)


def _macho() -> bytes:
    """Mach-O for arm64 and macOS 11, with a place for its signature."""
    build = struct.pack("<IIIIII", 0x32, 24, 1, 11 << 16, 11 << 16, 0)
    signature = struct.pack("<IIII", 0x1D, 16, 0, 16)
    head = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 6, 2, 40, 0, 0)
    return head + build + signature


def _pe() -> bytes:
    optional = struct.pack("<H46xHH", 0x20B, 6, 0).ljust(108, b"\0") + struct.pack("<I", 0)
    coff = struct.pack("<HHIIIHH", 0x8664, 0, 0, 0, 0, len(optional), 0x2022)
    return b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0" + coff + optional
