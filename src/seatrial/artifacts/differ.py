"""What is other in a release than in the one before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from seatrial.artifacts.metadata import CoreMetadata
from seatrial.artifacts.platforms import platforms_of, pythons_of
from seatrial.artifacts.sdist import SdistFacts
from seatrial.artifacts.wheel import WheelFacts

Facts = SdistFacts | WheelFacts

FIELDS = (
    *("Requires-Python", "Summary", "License", "License-Expression", "Author", "Author-Email"),
    *("Maintainer", "Maintainer-Email", "Home-Page", "Description-Content-Type"),
)
LISTS = ("Classifier", "Provides-Extra", "Project-URL", "Keywords", "License-File", "Dynamic")
OWN = frozenset({"RECORD", "METADATA", "WHEEL", "PKG-INFO", "RECORD.jws", "RECORD.p7s"})
"""Files of the metadata's folder that are other in every release."""

_STAMP = re.compile(r"-[0-9a-f]{8,}(?=\.)")


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One file within a file: its path, and its size before and after; nothing where it is not."""

    path: str
    before: int | None = None
    after: int | None = None


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """Something with a value before and after: a field, a requirement; empty where it is not."""

    name: str
    before: str
    after: str


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One file against its counterpart.

    Attributes:
        file: the new file's name.
        against: the old file's name.
        before: the old file's size, bytes.
        after: the new file's size, bytes.
        added: content that is new, the largest first.
        removed: content that is gone, the largest first.
        changed: content that is other, the greatest difference first.
        packages_added: importable packages that are new ("demo.extra").
        packages_removed: importable packages that are gone.
    """

    file: str
    against: str
    before: int
    after: int
    added: tuple[Content, ...]
    removed: tuple[Content, ...]
    changed: tuple[Content, ...]
    packages_added: tuple[str, ...]
    packages_removed: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One release against another.

    Attributes:
        package: the project's name.
        before: the old version.
        after: the new version.
        pairs: the files that have a counterpart.
        files_added: names of new files without one.
        files_removed: names of old files without one.
        platforms: added and removed, in words.
        pythons: added and removed, by tag.
        requirements: by name.
        entry_points: by group and name.
        metadata: by field.
    """

    package: str
    before: str
    after: str
    pairs: tuple[Pair, ...]
    files_added: tuple[str, ...]
    files_removed: tuple[str, ...]
    platforms: tuple[Changed, ...]
    pythons: tuple[Changed, ...]
    requirements: tuple[Changed, ...]
    entry_points: tuple[Changed, ...]
    metadata: tuple[Changed, ...]


def counterparts(new: Sequence[str], old: Sequence[str]) -> dict[str, str]:
    """Find for each new file the old one that it takes the place of, by their names.

    Args:
        new: names of the new release's files.
        old: names of the old release's files.
    """
    exact = {_place(name): name for name in old}
    broad = {_broad_place(name): name for name in old}
    found = {}
    for name in new:
        other = exact.get(_place(name)) or broad.get(_broad_place(name))
        if other:
            found[name] = other
    return found


def _place(name: str) -> tuple[str, ...]:
    return tuple(name[:-4].split("-")[-3:]) if name.endswith(".whl") else ("sdist",)


def _broad_place(name: str) -> tuple[str, ...]:
    """Give the place with the platform in words: a newer manylinux takes the older one's place."""
    if not name.endswith(".whl"):
        return ("sdist",)
    python, abi, platform = _place(name)
    any_python = "py" if python.startswith("py") and abi == "none" else python
    return any_python, abi, *sorted(platforms_of([f"x-1-py3-none-{platform}.whl"]))


def compare(
    new: Sequence[Facts],
    old: Sequence[Facts],
    *,
    names: Collection[str] = (),
    earlier: Collection[str] = (),
) -> Comparison:
    """Compare a release with one before.

    Args:
        new: the new release's files; at least one.
        old: their counterparts of the old one; at least one.
        names: of further files of the new release that are not at hand.
        earlier: the same of the old release.
    """
    names = sorted({*names, *(facts.file for facts in new)})
    earlier = sorted({*earlier, *(facts.file for facts in old)})
    before, after = _telling(old), _telling(new)
    held = {facts.file: facts for facts in old}
    places = counterparts(names, earlier)
    pairs = [(facts, held[places[facts.file]]) for facts in new if places.get(facts.file) in held]
    return Comparison(
        package=after.name,
        before=before.version,
        after=after.version,
        pairs=tuple(_pair(facts, other) for facts, other in pairs),
        files_added=tuple(name for name in names if name not in places),
        files_removed=tuple(sorted(set(earlier) - set(places.values()))),
        platforms=_sets(platforms_of(earlier), platforms_of(names)),
        pythons=_sets(pythons_of(earlier), pythons_of(names)),
        requirements=_maps(_requirements(before.metadata), _requirements(after.metadata)),
        entry_points=_maps(_entry_points(before), _entry_points(after)),
        metadata=_maps(_fields(before.metadata), _fields(after.metadata)),
    )


def _telling(files: Sequence[Facts]) -> Facts:
    """Give the file whose metadata stands for all: the first wheel, else the sdist."""
    return next((one for one in files if isinstance(one, WheelFacts)), files[0])


def _pair(new: Facts, old: Facts) -> Pair:
    after, before = _content(new), _content(old)
    changed = [
        Content(path=path, before=before[path][0], after=after[path][0])
        for path in sorted(after.keys() & before.keys())
        if after[path] != before[path]
    ]
    packages, earlier = packages_of(new), packages_of(old)
    return Pair(
        file=new.file,
        against=old.file,
        before=old.size,
        after=new.size,
        added=_largest(Content(path=p, after=after[p][0]) for p in after.keys() - before.keys()),
        removed=_largest(
            Content(path=p, before=before[p][0]) for p in before.keys() - after.keys()
        ),
        changed=tuple(sorted(changed, key=lambda c: -abs((c.after or 0) - (c.before or 0)))),
        packages_added=tuple(sorted(packages - earlier)),
        packages_removed=tuple(sorted(earlier - packages)),
    )


def _largest(contents: Iterable[Content]) -> tuple[Content, ...]:
    return tuple(sorted(contents, key=lambda c: (-((c.after or 0) + (c.before or 0)), c.path)))


def _content(facts: Facts) -> dict[str, tuple[int, str]]:
    """Give path → size and digest, with the version left out of the paths."""
    if isinstance(facts, SdistFacts):
        return {
            path: (member.size, member.digest or member.link)
            for member in facts.members
            if (path := member.path.partition("/")[2]) not in OWN
        }
    digests = {entry.path: entry.digest for entry in facts.record}
    info, data = facts.dist_info, facts.dist_info.removesuffix(".dist-info") + ".data"
    found = {}
    for member in facts.members:
        top, _, rest = member.path.partition("/")
        if top == info and rest in OWN:
            continue
        names = {info: "*.dist-info", data: "*.data"}
        path = f"{names[top]}/{rest}" if top in names else member.path
        if top.endswith(".libs"):
            path = _STAMP.sub("-*", path)
        found[path] = (member.size, digests.get(member.path, ""))
    return found


def packages_of(facts: Facts) -> frozenset[str]:
    """Give the importable packages of a wheel, dotted; those of an sdist are not told."""
    if isinstance(facts, SdistFacts):
        return frozenset()
    folders = {
        path.rpartition("/")[0]
        for path in facts.importable_paths
        if path.rpartition("/")[2].startswith("__init__.")
    }
    return frozenset(folder.replace("/", ".") for folder in folders) | frozenset(facts.modules)


def _requirements(metadata: CoreMetadata) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for text in metadata.every("Requires-Dist"):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            found.setdefault(text, []).append(text)
        else:
            found.setdefault(canonicalize_name(requirement.name), []).append(str(requirement))
    return {name: "\n".join(sorted(texts)) for name, texts in found.items()}


def _entry_points(facts: Facts) -> dict[str, str]:
    points = facts.entry_points if isinstance(facts, WheelFacts) else ()
    return {f"{point.group}: {point.name}": point.target for point in points}


def _fields(metadata: CoreMetadata) -> dict[str, str]:
    single = {name: metadata.first(name) for name in FIELDS}
    several = {name: "\n".join(sorted(metadata.every(name))) for name in LISTS}
    return {name: text for name, text in (single | several).items() if text}


def _sets(before: frozenset[str], after: frozenset[str]) -> tuple[Changed, ...]:
    return _maps({name: name for name in before}, {name: name for name in after})


def _maps(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Changed, ...]:
    return tuple(
        Changed(name=name, before=before.get(name, ""), after=after.get(name, ""))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )
