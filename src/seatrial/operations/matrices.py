"""What CI builds of a repository's packages, from the sets that their releases expect."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from seatrial import __version__
from seatrial.errors import DetachedHead, InvalidConfiguration
from seatrial.operations.project import Project
from seatrial.plan.contents import contents_of
from seatrial.plan.matrix import Matrix, has_sdist, is_pure, targets_of
from seatrial.repository.facts import Package
from seatrial.repository.keyed import dig, parsed_toml
from seatrial.repository.names import normalised

MATURIN = "maturin"


def matrices_of(project: Project) -> tuple[Matrix, ...]:
    """Give what CI builds of each package that says what its release consists of.

    A release takes its files from one workflow, so that all packages of the repository are in it,
    whichever of them was named.

    Args:
        project: the repository.

    Raises:
        NoPackage: there is none.
        InvalidConfiguration: nothing native is expected.
        DetachedHead: no branch is known.
    """
    named = project.lead
    whole = msgspec.structs.replace(project, folder="")
    settings = project.settings
    found = {one.path: one for one in (*whole.facts.packages, *project.facts.packages)}
    expects = {path: contents_of(settings, path).expect for path in sorted(found)}
    if not any(map(targets_of, expects.values())):
        whose = named.name if len(found) == 1 else "any package"
        raise InvalidConfiguration(
            "[contents] expect",
            f"it names no wheel of {whose} for a platform",
            next_step="Say which wheels there are to be, such as "
            '"cp39-abi3 × manylinux_2_28 × {x86_64, aarch64}", and commit it.',
        )
    return tuple(
        _matrix(whole, found[path], expect)
        for path, expect in expects.items()
        if targets_of(expect) or is_pure(expect) or has_sdist(expect)
    )


def by_cibuildwheel(matrices: Sequence[Matrix]) -> tuple[Matrix, ...]:
    """Give the same, all built by cibuildwheel; what maturin builds needs Rust there.

    Args:
        matrices: what is built.
    """
    return tuple(
        msgspec.structs.replace(
            one, builder="cibuildwheel", rust=one.rust or one.builder == "maturin"
        )
        for one in matrices
    )


def branch_of(project: Project) -> str:
    """Give the branch that releases are made from.

    Args:
        project: the repository.

    Raises:
        DetachedHead: none is known.
    """
    facts = project.facts
    branch = project.settings.branch or facts.upstream or facts.branch
    if not branch:
        raise DetachedHead(str(project.snapshot.root), f"HEAD is at {facts.head[:12]}")
    return branch


def _matrix(project: Project, package: Package, expect: tuple[str, ...]) -> Matrix:
    return Matrix(
        package=normalised(package.name),
        path=package.path,
        builder="maturin" if package.backend == MATURIN else "cibuildwheel",
        rust=_needs_rust(project, package),
        history=bool(package.from_tag),
        branch=branch_of(project),
        targets=targets_of(expect),
        pure=is_pure(expect),
        sdist=has_sdist(expect),
        tool=__version__,
    )


def _needs_rust(project: Project, package: Package) -> bool:
    """Say whether the build compiles Rust by something else than maturin."""
    path = f"{package.path}/pyproject.toml" if package.path else "pyproject.toml"
    text = project.snapshot.text(path) or ""
    requires = dig(parsed_toml(text), "build-system", "requires")
    named = requires if isinstance(requires, list) else []
    return package.backend != MATURIN and any("rust" in str(one) for one in named)
