"""Packages that are released because what they require of the repository is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.errors import InvalidConfiguration
from seatrial.operations.choosing import Circumstances, Picked, follow, pick
from seatrial.operations.project import Project
from seatrial.repository.facts import BY_PATH, DIRECT, Package
from seatrial.repository.sibling_versions import admits, followed
from seatrial.versions.decide import Wish


def pick_all(
    lines: Sequence[Project], wish: Wish, around: Circumstances
) -> tuple[list[Picked], str]:
    """Choose the versions of all lines that are released: those that changed, and who follows.

    Args:
        lines: of the repository.
        wish: what the user asked for.
        around: what the outside holds, and the day.

    Returns:
        What is released; and why nothing is, where nothing is.

    Raises:
        TagElsewhere, InvalidVersion, InvalidConfiguration: one cannot be released like this.
    """
    picked, why = pick(lines, wish, around)
    return with_dependents(lines, picked, around), why


def likely(lines: Sequence[Project], wish: Wish, around: Circumstances) -> list[Package]:
    """Give the packages that would be released, as far as that is known without the indexes."""
    picked, _ = pick_all(lines, wish, dataclasses.replace(around, strict=False))
    return [package for one in picked for package in one.line.facts.packages]


def with_dependents(
    lines: Sequence[Project], picked: Sequence[Picked], around: Circumstances
) -> list[Picked]:
    """Add the lines whose requirements of what is released have to change.

    Args:
        lines: of the repository, in its order.
        picked: those that have changed themselves.
        around: what the outside holds, and the day.

    Raises:
        InvalidConfiguration: a package that is released requires another version of one that is.
    """
    found = {one.line.facts.packages[0].path: one for one in picked}
    users = _users(lines)
    pending = list(picked)
    while pending:
        versions = versions_of(found.values())
        for name in [canonicalize_name(p.name) for p in pending.pop().line.facts.packages]:
            for line in users.get(name, ()):
                place = line.facts.packages[0].path
                moved = place not in found and _moves(line, name, versions[name])
                if moved:
                    made = follow(line, f"It requires {name}, which is released.", around)
                    found[place] = made
                    pending.append(made)
    _check(found.values())
    return [found[place] for line in lines if (place := line.facts.packages[0].path) in found]


def _users(lines: Sequence[Project]) -> Mapping[str, list[Project]]:
    """Give, for the name of each package, the lines that require it."""
    found: dict[str, list[Project]] = {}
    for line in lines:
        for name in {one.name for package in line.facts.packages for one in package.requires}:
            found.setdefault(name, []).append(line)
    return found


def versions_of(picked: Iterable[Picked]) -> Mapping[str, Version]:
    """Give normalised name → version of all packages that are released."""
    return {
        canonicalize_name(package.name): one.decision.version
        for one in picked
        for package in one.line.facts.packages
    }


def _moves(line: Project, name: str, version: Version) -> bool:
    policy = line.settings.siblings
    # What the files of the last release require in the place of a path, another operator moves.
    by_path = policy not in {"auto", "keep"}
    return any(
        followed(one.specifier, policy, version) != one.specifier
        or (by_path and one.specifier == BY_PATH)
        for package in line.facts.packages
        for one in package.requires
        if one.name == name
    )


def _check(picked: Iterable[Picked]) -> None:
    """Refuse a package that would be released with a requirement that the release contradicts."""
    picked = list(picked)
    versions = versions_of(picked)
    for line in (one.line for one in picked):
        policy = line.settings.siblings
        for package, one in [(p, one) for p in line.facts.packages for one in p.requires]:
            version = versions.get(one.name)
            if version is None or one.specifier.startswith(DIRECT):
                continue
            after = followed(one.specifier, policy, version)
            if not admits(after, version):
                raise InvalidConfiguration(
                    f"{package.name} in {package.path or '.'}",
                    f"it requires {one.name}{after}, and {one.name} is released as {version}",
                    doing="looking at what requires what in",
                    next_step='Change the requirement, or let it follow: siblings = "~=" or "==".',
                )
