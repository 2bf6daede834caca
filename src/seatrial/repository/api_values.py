"""What a comparison of two states of an API is asked, and what it answers."""

from __future__ import annotations

import msgspec


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be compared of one package.

    Attributes:
        before: the folder with the sources of the release.
        after: the folder with the sources of the commit.
        modules: name of each top-level module, and the folders it lies in, below both.
    """

    before: str
    after: str
    modules: tuple[tuple[str, str, str], ...]


class Breakage(msgspec.Struct, frozen=True, kw_only=True):
    """One change that breaks code which uses the package.

    Attributes:
        object: what it is about, with dots ("demo.cli.main").
        said: what happened to it, as a clause.
        path: its file in the commit, or in the release when it is gone.
        line: its line there, from 1; 0 when it is not known.
        gone: whether path and line are those in the release.
    """

    object: str
    said: str
    path: str
    line: int
    gone: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The API of a commit beside that of the last release.

    Attributes:
        last: the tag of that release.
        version: what the commit would be released as.
        unasked: why they were not compared; empty when they were, or needed not be.
        breakages: what breaks, when the version does not say that something does.
        unread: modules that could not be read.
    """

    last: str = ""
    version: str = ""
    unasked: str = ""
    breakages: tuple[Breakage, ...] = ()
    unread: tuple[str, ...] = ()
