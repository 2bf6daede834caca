"""What a platform tag promises: which machines run the wheel."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from seatrial.artifacts.binaries.policy import Version

LEGACY: Final = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
"""The names that older manylinux had before PEP 600."""

_MANYLINUX = re.compile(r"(manylinux(?:1|2010|2014)|(?:many|musl)linux_(\d{1,3})_(\d{1,3}))_(\w+)")
_MACOS = re.compile(r"macosx_(\d{1,3})_(\d{1,3})_(\w+)")
_UNIVERSAL: Final = {
    "universal2": ("x86_64", "arm64"),
    "universal": ("i386", "ppc"),
    "intel": ("x86_64", "i386"),
    "fat": ("i386", "ppc"),
}
_WINDOWS: Final = {"win32": "x86", "win_amd64": "amd64", "win_arm64": "arm64", "win_arm32": "arm32"}
LAST_TEN: Final[Version] = (10, 16)
"""What macOS 11 calls itself to programs that are older than it."""

ARM_FIRST: Final[Version] = (11, 0)
"""The first macOS on Apple's own processors."""


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One platform tag.

    Attributes:
        tag: as it stands in the name ("manylinux_2_17_x86_64").
        system: "linux", "macos" or "windows"; "any", and "other" for what is not judged here.
        libc: of Linux: "glibc" or "musl"; empty for a tag without any promise (``linux_*``).
        version: of manylinux, musllinux or macOS.
        processors: that every compiled file has to be for, as such files name them.
    """

    tag: str
    system: Literal["linux", "macos", "windows", "any", "other"]
    libc: Literal["", "glibc", "musl"] = ""
    version: Version = (0, 0)
    processors: tuple[str, ...] = ()


def promise_of(tag: str) -> Promise:
    """Give what a platform tag promises.

    Args:
        tag: the last part of a wheel's tag.
    """
    if tag == "any":
        return Promise(tag=tag, system="any")
    if found := _MANYLINUX.fullmatch(tag):
        return Promise(
            tag=tag,
            system="linux",
            libc="musl" if tag.startswith("musl") else "glibc",
            version=LEGACY.get(found[1]) or (int(found[2]), int(found[3])),
            processors=(found[4],),
        )
    if found := _MACOS.fullmatch(tag):
        processors = _UNIVERSAL.get(found[3], (found[3],))
        version = (int(found[1]), int(found[2]))
        return Promise(tag=tag, system="macos", version=version, processors=processors)
    if tag in _WINDOWS:
        return Promise(tag=tag, system="windows", processors=(_WINDOWS[tag],))
    if tag.startswith("linux_"):
        processor = tag.removeprefix("linux_")
        own = "armv7l" if processor == "armv6l" else processor
        return Promise(tag=tag, system="linux", processors=(own,))
    return Promise(tag=tag, system="other")


def asked_for(promise: Promise) -> str:
    """Give the tag that installers ask for in the place of one of macOS: mostly that one itself.

    They ask for no minor version from 11 on, for none between 10.16 and 11, and on Apple's own
    processors for nothing before 11 (``packaging.tags.mac_platforms``).

    Args:
        promise: of a platform tag.
    """
    if promise.system != "macos":
        return promise.tag
    version = promise.version
    if version > LAST_TEN or promise.processors == ("arm64",):
        version = (max(version[0], ARM_FIRST[0]), 0)
    return f"macosx_{version[0]}_{version[1]}_{promise.tag.split('_', 3)[3]}"


def windows_tag(processor: str) -> str:
    """Give the tag for a processor of Windows; empty where there is none."""
    return next((tag for tag, one in _WINDOWS.items() if one == processor), "")
