"""What a release's wheels are made with besides the package itself."""

from __future__ import annotations

from typing import Literal

import msgspec

AUTO = "auto"
"""In the place of a platform tag: the best one that is true of the binaries."""


class Binary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that is wanted: a glob, and the folder (with a slash at its end) or path for it."""

    pattern: str
    to: str


class Ware(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The binaries for one platform.

    Attributes:
        target: what the platform is called there.
        platform: the platform tag, several with dots between, or "auto".
        name: the archive's name; the folder's where the files lie open.
        url: its address, or its path; for an asset of a forge release, the address that gives its
            bytes.
        size: bytes; 0 where that is not known.
        sha256: hexadecimal; empty where it is not known before it is fetched.
        proof: who states the digest ("the forge", "SHA256SUMS", "the configuration", "the folder"),
            or "nobody" where the configuration allows that.
        binaries: what is taken.
    """

    target: str
    platform: str
    name: str
    url: str
    size: int = 0
    sha256: str = ""
    proof: str = ""
    binaries: tuple[Binary, ...]


class Wrap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All binaries of a release.

    Attributes:
        via: how they are had.
        origin: where they come from, for people ("GitHub octo/engine v1.2.0").
        version: of the binaries.
        wares: a platform each.
    """

    via: Literal["forge", "url", "folder"]
    origin: str
    version: str
    wares: tuple[Ware, ...]


def wheels_of(wrap: Wrap) -> tuple[str, ...]:
    """Give globs of the names of the wheels that there must be; any where the tag is not known."""
    platforms = ["*" if ware.platform == AUTO else f"*-{ware.platform}" for ware in wrap.wares]
    return tuple(f"{platform}.whl" for platform in platforms)
