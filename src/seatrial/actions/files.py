"""Which of the run's files belong to which package, and what a release is built from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from seatrial.artifacts.filenames import name_of
from seatrial.plan.values import Build, Plan
from seatrial.world.ports import StoredFile, World

NOT_FILES = frozenset({"from", "source", "with"})
"""What a build records beside the digests of its files."""


def files_of(world: World, plan: Plan, *packages: str) -> Sequence[StoredFile]:
    """Give the built files of packages, wheels first.

    Whose a file is says the build that made it, and not the file's name, which may be wrong.

    Args:
        world: its store holds them.
        plan: the whole plan; of a plan for one package, every file is that package's.
        packages: their names, normalised.
    """
    if len(plan.names) == 1:
        return world.store.files()
    names: set[str] = set()
    for action in plan.actions:
        if isinstance(action, Build) and action.package in packages:
            names.update((world.store.recorded(action.key) or {}).keys() - NOT_FILES)
    return world.store.files(names)


def belongs(plan: Plan, name: str, package: str) -> bool:
    """Say whether a file of the release is a package's, by its name."""
    return len(plan.names) == 1 or name_of(name) == package


def source_identity(world: World, spec: Build) -> str:
    """Name what a build starts from: the same name, the same input.

    The name is made of the release commit's tree, the package's folder, ``SOURCE_DATE_EPOCH`` and
    what is edited for the build, and not of the commit's id, because a signature makes another id
    of the same content.

    Args:
        world: where the release commit is.
        spec: the build.
    """
    return _identity(world.git.tree(world.git.release_commit()), spec, exactly=True)


def release_identity(world: World, plan: Plan, tag: str) -> str:
    """Name what the builds of one tag start from.

    What was built elsewhere is not a part of it: the forge may throw that away while the draft
    still holds the very files.

    Args:
        world: where the release commit is.
        plan: the whole plan.
        tag: the tag's name.
    """
    tree, packages = world.git.tree(world.git.release_commit()), plan.under(tag)
    names = [
        _identity(tree, action)
        for action in plan.actions
        if isinstance(action, Build) and action.package in packages
    ]
    return names[0] if len(names) == 1 else hashlib.sha256("".join(names).encode()).hexdigest()


def _identity(tree: str, spec: Build, *, exactly: bool = False) -> str:
    named = hashlib.sha256(f"{tree}\n{spec.path}\n{spec.epoch}\n".encode())
    for edit in spec.edits:
        named.update(f"{edit.path}\0{hashlib.sha256(edit.content).hexdigest()}\n".encode())
    for bundle in spec.collect.bundles if spec.collect and exactly else ():
        named.update(f"{bundle.name}\0{bundle.sha256 or bundle.place}\n".encode())
    if spec.wrap is not None or spec.sdist == "none":
        wrap = msgspec.json.encode(spec.wrap, order="deterministic")
        named.update(b"%s\n%s\n" % (spec.sdist.encode(), wrap))
    return named.hexdigest()


def label(plan: Plan, package: str, *words: str) -> str:
    """Name a folder or a log; the package is in it where there are several."""
    return "-".join(filter(None, (*words, package if len(plan.names) > 1 else "")))
