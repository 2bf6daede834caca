"""What the rules look at: facts, configuration, and the texts of the planned commit."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from seatrial.config.load import Configuration
from seatrial.repository.api_values import Answer
from seatrial.repository.facts import Facts, Package
from seatrial.repository.manifest import Manifest, read_manifest
from seatrial.repository.snapshot import Snapshot
from seatrial.rules.values import Flaw
from seatrial.rules.workflow import Workflow, read_workflow
from seatrial.secret import Secret

LARGEST = 1_000_000
"""Bytes of a file that the rules read at most; what is larger was written by a program."""

_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")


class Search(Protocol):
    """Finds files by what is in them."""

    def __call__(self, words: Iterable[str]) -> Mapping[str, str]:
        """Give path → text of the files that hold one of the words, as they stand.

        Binary files, those over :data:`LARGEST`, and those that are not UTF-8 are left out.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A section of a ``.pypirc``: its name, and the password or token in it."""

    section: str
    password: Secret
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LoginFile:
    """A ``.pypirc`` of the user.

    Attributes:
        path: as a person names it (``~/.pypirc``).
        open_to_others: whether others on the machine may read it.
        logins: those of its sections that hold a password.
    """

    path: str
    open_to_others: bool
    logins: tuple[Login, ...]


@dataclass(frozen=True, kw_only=True)
class RuleInput:
    """Everything a rule may ask; nothing here changes, and nothing here is changed.

    Attributes:
        facts: what the repository says.
        configuration: what the user says.
        snapshot: reads files of the planned commit.
        search: finds files of the planned commit by what is in them.
        untracked: files and folders (with a final slash) of the working tree that git does not
            track, ignored ones too; a folder that holds nothing tracked stands for all in it.
        logins: the user's own ``.pypirc``.
        compare_api: compares the API with that of the last release.
        unwritten: gives what the changelog does not tell of the releases that come next, though it
            has to.
        broken: why a manifest or the configuration cannot be read; there are no packages then.
    """

    facts: Facts
    configuration: Configuration
    snapshot: Snapshot
    search: Search
    untracked: tuple[str, ...] = ()
    logins: tuple[LoginFile, ...] = ()
    compare_api: Callable[[], tuple[Answer, ...]] = tuple
    unwritten: Callable[[], tuple[Flaw, ...]] = tuple
    broken: tuple[Flaw, ...] = ()

    @functools.cached_property
    def api(self) -> tuple[Answer, ...]:
        """The API beside that of the last release, for each line of packages."""
        return self.compare_api()

    @property
    def files(self) -> frozenset[str]:
        """Every path of the commit's tree."""
        return self.snapshot.files

    @property
    def packages(self) -> tuple[Package, ...]:
        """The packages of the repository."""
        return self.facts.packages

    @property
    def lines(self) -> tuple[Facts, ...]:
        """The facts of each line: packages that share versions, tags and a changelog."""
        return self.facts.lines or (self.facts,)

    def text(self, path: str) -> str:
        """Give a file's text without a BOM; empty when it is not there, no text, or too large."""
        text = self.snapshot.text(path) if path in self.files else None
        return "" if text is None or len(text) > LARGEST else text.removeprefix("\ufeff")

    @functools.cached_property
    def manifests(self) -> tuple[tuple[Package, Manifest], ...]:
        """Each package with what its files say."""
        return tuple(
            (package, read_manifest(self.snapshot, package.path)) for package in self.packages
        )

    @functools.cached_property
    def workflows(self) -> tuple[Workflow, ...]:
        """The workflows of GitHub Actions, those that cannot be read too."""
        paths = sorted(path for path in self.files if _WORKFLOW.fullmatch(path))
        self.snapshot.texts(paths)
        return tuple(read_workflow(path, self.text(path)) for path in paths)

    def below(self, package: Package) -> Iterator[str]:
        """Give the paths of a package's folder, sorted."""
        prefix = f"{package.path}/" if package.path else ""
        return (path for path in sorted(self.files) if path.startswith(prefix))

    def place(self, package: Package, name: str) -> str:
        """Give the path of a file of a package, from the repository's root."""
        return posixpath.normpath(posixpath.join(package.path, name))


def line_with(text: str, words: str, start: int = 0) -> int:
    """Give the line, from 1, on which words first stand; 0 when they stand nowhere."""
    at = text.find(words, start)
    return 0 if at < 0 else text.count("\n", 0, at) + 1


def line_at(text: str, offset: int) -> int:
    """Give the line, from 1, of a character."""
    return text.count("\n", 0, offset) + 1
