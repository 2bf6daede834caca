"""What the packages of one repository require of each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from packaging.utils import canonicalize_name

from seatrial.repository.facts import Package


def siblings(package: Package, known: Collection[str]) -> tuple[str, ...]:
    """Give the packages of the repository that a package cannot be installed or built without.

    Args:
        package: whose requirements count; those of extras do not.
        known: normalised names of all packages of the repository.
    """
    own = canonicalize_name(package.name)
    found = (one.name for one in package.requires if not one.extra)
    return tuple(dict.fromkeys(name for name in found if name in known and name != own))


def build_siblings(package: Package, known: Collection[str]) -> tuple[str, ...]:
    """Give the packages of the repository that the build of a package requires.

    Args:
        package: whose build requirements count.
        known: normalised names of all packages of the repository.
    """
    own = canonicalize_name(package.name)
    found = (one.name for one in package.requires if one.build)
    return tuple(dict.fromkeys(name for name in found if name in known and name != own))


def cycle(packages: Sequence[Package]) -> tuple[str, ...]:
    """Give some packages that require each other, in a ring whose first is its last, or none."""
    known: set[str] = {canonicalize_name(package.name) for package in packages}
    edges: dict[str, tuple[str, ...]] = {
        canonicalize_name(one.name): siblings(one, known) for one in packages
    }
    done: set[str] = set()
    for start in edges:
        way: list[str] = []
        stack = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                done.add(way.pop())
            elif name in way:
                return (*way[way.index(name) :], name)
            elif name not in done:
                way.append(name)
                stack.append((name, True))
                stack += [(other, False) for other in edges[name]]
    return ()
