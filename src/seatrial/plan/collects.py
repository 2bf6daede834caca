"""What a release's files are when CI has built them."""

from __future__ import annotations

from typing import Literal

import msgspec


class Bundle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Files that CI keeps together: an artifact of a run, an archive at an address, a folder.

    Attributes:
        name: what it is called there.
        place: its id on the forge, its address, or its path.
        size: bytes; 0 where that is not known.
        sha256: of the archive, hexadecimal; empty where nobody states it.
    """

    name: str
    place: str
    size: int = 0
    sha256: str = ""


class Collection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Files that were built elsewhere, from the commit that is released.

    Attributes:
        via: how they are had.
        origin: where they come from, for people ("run 42 of build.yml on GitHub octo/demo").
        page: the address of the page that people look at; empty where there is none.
        commit: the commit that they were built from; empty where the source does not say.
        bundles: what is taken.
        build_sdist: whether the sdist is built here, where the source has none.
    """

    via: Literal["github", "gitlab", "url", "folder"]
    origin: str
    page: str = ""
    commit: str = ""
    bundles: tuple[Bundle, ...]
    build_sdist: bool = False
