"""The parts of a plan that concern other repositories."""

from __future__ import annotations

from typing import Literal

import msgspec

from seatrial.plan.spec import Spec


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a release is called, for the edits and texts of other repositories.

    Attributes:
        package: the package's name, normalised.
        version: as PEP 440 normalises it.
        tag: the release tag's name.
        date: the release's day, ISO 8601.
        origin: ``owner/name`` of the repository that is released, as its remote has it; or empty.
        index: the name of the index that it was published to.
        others: tag → version of what is released beside it, where packages have their own.
    """

    package: str
    version: str
    tag: str
    date: str
    origin: str
    index: str
    others: tuple[tuple[str, str], ...] = ()


class TargetEdit(msgspec.Struct, frozen=True, kw_only=True):
    """One edit: ``file:key`` or a file, and what is to stand there, or be done there."""

    place: str
    becomes: str


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One repository downstream, and what is changed in it.

    Attributes:
        repository: ``owner/name`` on the same forge, or the address of a git repository.
        branch: the branch that shall change; the default one when empty.
        edits: what is edited, in this order.
        recipe: further edits that are known by name ("conda-forge", "homebrew").
        run: commands that are run after the edits.
        head: the branch that is pushed.
        message: of the commit.
        title: of the pull request.
        body: of the pull request, Markdown.
        timeout: seconds for each command.
    """

    repository: str
    branch: str = ""
    edits: tuple[TargetEdit, ...] = ()
    recipe: Literal["", "conda-forge", "homebrew"] = ""
    run: tuple[tuple[str, ...], ...] = ()
    head: str
    message: str
    title: str
    body: str
    timeout: float


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source distribution as an index serves it."""

    name: str
    version: str
    url: str
    sha256: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be edited, for which release.

    Attributes:
        target: the repository, and what is changed in it.
        names: what the release is called.
        source: the release's sdist, for recipes; nothing where none was published.
        resources: the sdists of all that it depends on, for recipes that list them.
    """

    target: Target
    names: Names
    source: Source | None = None
    resources: tuple[Source, ...] = ()


class Propose(Spec, frozen=True, kw_only=True, tag="propose"):
    """Push the release commit to a branch of its own, and ask for it to be merged.

    Attributes:
        base: the branch that it shall be merged into.
        head: the branch that is pushed.
        version: the version that is proposed.
        title: of the pull request.
        body: of the pull request, Markdown; the notes stand in it between two comments each.
        edited: the packages whose notes somebody has written there.
    """

    base: str
    head: str
    version: str
    title: str
    body: str
    edited: tuple[str, ...] = ()


class UpdateDownstreams(Spec, frozen=True, kw_only=True, tag="downstream"):
    """Bring other repositories up to date; becomes one action a repository.

    Attributes:
        names: what the release is called.
        targets: the repositories.
        when: author and committer time, seconds since the epoch, UTC.
    """

    names: Names
    targets: tuple[Target, ...]
    when: int
