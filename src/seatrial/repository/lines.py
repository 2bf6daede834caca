"""Which packages share a version, and the tags and commits of those that have their own."""

from __future__ import annotations

import collections
from collections.abc import Collection, Iterable, Sequence

import msgspec

from seatrial.config.packages import entry_for
from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration
from seatrial.repository.commits import Commits
from seatrial.repository.facts import CommitFact, Package
from seatrial.repository.folder_tags import (
    FolderStyle,
    by_folder,
    newest_form,
    states_one,
    style_of,
)
from seatrial.repository.names import normalised
from seatrial.versions.tags import (
    DEFAULT,
    TagFormat,
    by_name,
    guess,
    name_key,
    prefix_key,
    template_of,
)

OWN_DEFAULT = "{name}-v{version}"
"""The format of the tags of packages that have versions of their own, where none says another."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Packages that are released together.

    Attributes:
        name: of the package or the group; empty where all packages of the repository share one.
        packages: at least one.
        tag: the configured format of its tags, or empty.
    """

    name: str
    packages: tuple[Package, ...]
    tag: str


def lines_among(
    settings: Settings, packages: Sequence[Package], tags: Iterable[str]
) -> tuple[Line, ...]:
    """Say which packages share a version.

    Args:
        settings: the configuration.
        packages: of the repository.
        tags: names of all tags: some that name a package say that it has versions of its own.

    Raises:
        InvalidConfiguration: two packages have one name.
    """
    _refuse_twins(packages)
    groups: dict[str, list[Package]] = {}
    single: list[Package] = []
    for package in packages:
        group = entry_for(settings, package.path).group
        (groups.setdefault(group, []) if group else single).append(package)
    found = [_line(settings, name, members) for name, members in groups.items()]
    if single and (len(single) == 1 or _together(settings, single, tags, grouped=bool(groups))):
        found.append(_line(settings, single[0].name if len(single) == 1 else "", single))
    else:
        found += [_line(settings, package.name, [package]) for package in single]
    place = {package.path: number for number, package in enumerate(packages)}
    return tuple(sorted(found, key=lambda line: place[line.packages[0].path]))


def _line(settings: Settings, name: str, packages: Sequence[Package]) -> Line:
    stated = (entry_for(settings, package.path).tag for package in packages)
    tag = next((tag for tag in stated if tag), settings.tag)
    return Line(name=name, packages=tuple(packages), tag=tag.replace("{package}", "{name}"))


def _refuse_twins(packages: Sequence[Package]) -> None:
    seen: dict[str, Package] = {}
    for package in packages:
        other = seen.setdefault(normalised(package.name), package)
        if other is not package:
            raise InvalidConfiguration(
                f"{package.name} in {package.path or '.'}",
                f"{other.name} in {other.path or '.'} has the same name on every index",
                doing="reading",
                next_step="Rename one, or say that it is not released: private = true in its "
                "[[tool.seatrial.package]].",
            )


def _together(
    settings: Settings, packages: Sequence[Package], tags: Iterable[str], *, grouped: bool
) -> bool:
    """Whether packages share one version: as configured, else as their versions and tags say."""
    if settings.versions != "auto":
        return settings.versions == "lockstep"
    if settings.tag:
        return "{package}" not in settings.tag
    own = {name_key(package.name) for package in packages}
    named = by_name(tags)
    if grouped or any(key in own for key in named if key):
        return False
    if len({package.version for package in packages}) != 1:
        return False
    # What is called like a folder may be another thing, unless it is what the package states.
    found, plain = by_folder(named, packages), named.get((), [])
    return not any(states_one(one, found[one.path], plain) for one in packages if one.path in found)


class Spellings:
    """How the tags of several lines are spelt.

    Args:
        tags: names of all tags.
        lines: of the repository.
    """

    def __init__(self, tags: Iterable[str], lines: Sequence[Line]) -> None:
        self._by_name = by_name(tags)
        alone = [line.packages[0] for line in lines if len(line.packages) == 1 and not line.tag]
        self._by_folder = by_folder(self._by_name, alone)
        styles: collections.Counter[str | FolderStyle] = collections.Counter()
        for line in lines:
            for tag in self._by_name.get(name_key(line.name), ()):
                styles[template_of(tag, line.name)] += 1
        del styles[""]
        for path, held in self._by_folder.items():
            style = style_of(held, path)
            if style is not None:
                styles[style] += len(held)
        self._style = next((style for style, _ in styles.most_common(1)), OWN_DEFAULT)

    def of(self, line: Line) -> tuple[TagFormat, list[str]]:
        """Give the format of a line's tags, and those tags that may be its own."""
        name = normalised(line.name)
        if line.tag:
            form = TagFormat(line.tag, name)
            key = prefix_key(form.text.replace("{name}", name).partition("{version}")[0])
            return form, self._by_name.get(key, [])
        own = self._by_name.get(name_key(line.name), [])
        if own and name:
            return guess(own, name), own
        if not name:
            return guess(own, name) if own else TagFormat(DEFAULT), own
        path = line.packages[0].path
        if len(line.packages) == 1 and path in self._by_folder:
            own = self._by_folder[path]
            return newest_form(own, name), own
        if isinstance(self._style, str):
            return TagFormat(self._style, name), own
        foldered = len(line.packages) == 1 and path != ""
        return TagFormat(self._style.text(path) if foldered else OWN_DEFAULT, name), own


def commits_of(
    lines: Sequence[Line], commits: Commits, wanted: Collection[int]
) -> dict[int, list[CommitFact]]:
    """Give the commits that touch lines.

    Args:
        lines: of the repository.
        commits: the history.
        wanted: numbers of the lines that are asked about.
    """
    owner = {package.path: n for n, line in enumerate(lines) for package in line.packages}
    owners = [owner.get(folder, -1) for folder in commits.folders]
    found: dict[int, list[CommitFact]] = {number: [] for number in wanted}
    for row in commits.rows():
        # A merge touches nothing: it is told of where what it brought in is.
        for number in {owners[int(one)] for one in row[-1].split()}:
            if number in found:
                found[number].append(commits.value(row))
    return found
