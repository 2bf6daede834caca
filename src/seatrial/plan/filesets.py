"""The files that a release is to consist of, and where each comes from, for people."""

from __future__ import annotations

from typing import Literal

import msgspec


class Awaited(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file, or several of one kind.

    Attributes:
        said: which, as a person writes it ("cp39-abi3 × manylinux_2_28 × {x86_64, aarch64}").
        count: how many files these are.
        source: "here": built on this machine; "collected": CI has built it; "wrapped": made here
            with another repository's binaries; "missing": nobody has it; "unknown": what CI keeps
            could not be looked into yet; "extra": it is there, and was not asked for.
        check: "run": installed and run on this machine; "resolved": nothing of it runs here, so
            its files are inspected and it is resolved for its own machines; empty where inspecting
            is all: an sdist, and a wheel for a machine or a Python that uv cannot be asked about.
    """

    said: str
    count: int = 1
    source: Literal["here", "collected", "wrapped", "missing", "unknown", "extra"]
    check: Literal["", "run", "resolved"] = ""


class FileSet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The files of one package.

    Attributes:
        package: its name.
        origin: where those come from that are not built here, for people.
        files: all that are expected or there.
    """

    package: str
    origin: str = ""
    files: tuple[Awaited, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What nobody has."""
        return tuple(one.said for one in self.files if one.source == "missing")

    @property
    def extra(self) -> tuple[str, ...]:
        """What is there, and was not asked for."""
        return tuple(one.said for one in self.files if one.source == "extra")
