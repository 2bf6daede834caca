"""Release tags: how a repository spells them, and the versions in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec
from packaging.version import Version

from seatrial.errors import InvalidConfiguration

DEFAULT = "v{version}"
_HOLE = "{version}"
_NAME = "{name}"

# What git-check-ref-format(1) forbids in a reference's name.
_NOT_IN_REFS = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)")

_NUMBERED = re.compile(r"[vV]?(\d.*)")
_SEPARATORS = re.compile(r"[-_.]+")

# Words that say "this is a release of the Python package", and name no package.
_PLAIN_WORDS = frozenset({"", "v", "r", "rel", "release", "releases", "ver", "version"})
_LANGUAGE = frozenset({"py", "python"})


class TagFormat(msgspec.Struct, frozen=True):
    """How release tags are spelt.

    Attributes:
        text: the tag with ``{version}``, and if wanted ``{name}``, in it.
        name: the package's name, for ``{name}``.

    Raises:
        InvalidConfiguration: the text has not exactly one ``{version}``, or git would not take it.
    """

    text: str = DEFAULT
    name: str = ""

    def __post_init__(self) -> None:
        """Check the format, once."""
        said = ""
        rest = self.text.replace(_NAME, "")
        if self.text.count(_HOLE) != 1:
            said = "it needs {version} once"
        elif "{" in rest.replace(_HOLE, "") or "}" in rest.replace(_HOLE, ""):
            said = "only {version} and {name} are replaced"
        elif not _is_ref(self.render(Version("1.0"))):
            said = "git takes no tag of that name"
        if said:
            raise InvalidConfiguration(
                f"tag = {self.text!r}", said, next_step='Write it like tag = "v{version}".'
            )

    @property
    def names_nobody(self) -> bool:
        """Whether the tags name no package (``v{version}``)."""
        return _HOLE in self.text and _rank(self.text.partition(_HOLE)[0], self.name) == 1

    def render(self, version: Version) -> str:
        """Give the tag of a version, spelt as PEP 440 normalises it."""
        return self.text.replace(_NAME, self.name).replace(_HOLE, str(version))

    def parse(self, tag: str) -> Version | None:
        """Give the version in a tag, or nothing when it is no release tag of this format.

        Spellings that PEP 440 only tolerates (``1.0.0-rc.1``) are read, a ``v`` before the number
        may be there or not, and the package's name may be spelt in any way that means the same.
        """
        before, after = self.text.split(_HOLE)
        before = before[: len(before) - before.lower().endswith("v")]
        start, end = before.replace(_NAME, self.name), after.replace(_NAME, self.name)
        if tag.startswith(start) and tag.endswith(end):
            # As it is nearly always spelt; a pattern of its own for each package takes its time.
            found = _NUMBERED.fullmatch(tag, len(start), len(tag) - len(end))
        else:
            found = None
        if found is None:
            pattern = f"{self._pattern(before)}[vV]?(\\d.*){self._pattern(after)}"
            found = re.fullmatch(pattern, tag)
        version = _version(found[1]) if found else None
        return None if version is None or version.local else version

    def releases(self, tags: Iterable[str]) -> dict[str, Version]:
        """Give the release tags among tags, with their versions, the newest version first.

        A tag with one number beside longer ones of the same number (``v1`` beside ``v1.4.2``)
        moves with the releases, and is none.  Of two tags for one version, the one with more
        numbers counts (``v1.3`` moves, too), then the one in this very format.
        """
        read = {tag: version for tag in tags if (version := self.parse(tag)) is not None}
        lines = {v.major for v in read.values() if len(v.release) > 1}
        by_version: dict[Version, str] = {}
        for tag, version in sorted(read.items()):
            moving = len(version.release) == 1 and version.major in lines and not version.pre
            other = by_version.get(version)
            if not moving and (other is None or self._rank(tag, read) >= self._rank(other, read)):
                by_version[version] = tag
        return {tag: read[tag] for _, tag in sorted(by_version.items(), reverse=True)}

    def _rank(self, tag: str, read: Mapping[str, Version]) -> tuple[int, bool]:
        """Say how much a tag counts among those that mean the same version."""
        return len(read[tag].release), tag == self.render(read[tag])

    def _pattern(self, text: str) -> str:
        if _NAME not in text:
            return re.escape(text)
        words = _SEPARATORS.split(self.name)
        name = "(?i:" + "[-_.]+".join(map(re.escape, words)) + ")"
        return name.join(map(re.escape, text.split(_NAME)))


def guess(tags: Iterable[str], name: str, folder: str = "") -> TagFormat:
    """Find out how a repository spells the release tags of a package.

    Tags that name the package (``demo-v1.0``, ``demo-py/1.0``) or the folder it lies in
    (``clients/python/v1.0``) come before those that name none (``v1.0``, ``release-1.0``,
    ``python-v1.0``); those that name something else do not count.  Among several spellings, the one
    that holds the highest version is in use.

    Args:
        tags: all tags of the repository, in any order.
        name: the package's name.
        folder: where it lies, from the repository's root.
    """
    best: tuple[tuple[int, bool, Version, int], str] | None = None
    for prefix, versions in _by_prefix(tags).items():
        rank = 2 if _is_folder(prefix, folder) else _rank(prefix, name)
        if not rank:
            continue
        longer = [v for v in versions if len(v.release) > 1]
        score = (rank, bool(longer), max(longer or versions), len(versions))
        if best is None or score > best[0]:
            best = score, prefix
    return TagFormat(DEFAULT if best is None else best[1] + _HOLE, name)


def by_name(tags: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    """Sort release tags by what they name, as :func:`name_key` says it; by none, the empty one.

    Args:
        tags: all tags of the repository.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for tag in tags:
        split = _split(tag)
        if split is not None:
            found.setdefault(prefix_key(split[0]), []).append(tag)
    return found


def families(tags: Iterable[str]) -> dict[str, dict[str, Version]]:
    """Sort release tags by how they begin: beginning → tag → version."""
    found: dict[str, dict[str, Version]] = {}
    for tag in tags:
        split = _split(tag)
        if split is not None:
            found.setdefault(split[0], {})[tag] = split[1]
    return found


def own_families(tags: Iterable[str], name: str) -> dict[str, dict[str, Version]]:
    """Give those of :func:`families` that may be a package's: naming it, or else nothing.

    Args:
        tags: all tags of the repository.
        name: the package's name.
    """
    found = families(tags)
    named = {prefix: held for prefix, held in found.items() if _rank(prefix, name) > 1}
    return named or {prefix: held for prefix, held in found.items() if _rank(prefix, name)}


def may_name(prefix: str, name: str) -> bool:
    """Whether tags that begin like this name a package, or nobody.

    Args:
        prefix: what stands before the version.
        name: the package's name; empty for several that share their tags.
    """
    return _rank(prefix, name) > 0


def name_key(name: str) -> tuple[str, ...]:
    """Give the words of a package's name that tell it from others."""
    return tuple(_telling(re.split(r"[-_.]+", name.lower())))


def prefix_key(prefix: str) -> tuple[str, ...]:
    """Give the words of the beginning of a tag that name something."""
    return tuple(_telling(re.split(r"[-_./@+=]+", prefix.lower())))


def template_of(tag: str, name: str) -> str:
    """Give the format of a tag that names a package, with ``{name}`` in it; empty if it does not.

    Args:
        tag: a release tag.
        name: the package's name.
    """
    split = _split(tag)
    if split is None:
        return ""
    prefix, plain = split[0], _SEPARATORS.sub("-", name.lower())
    if _SEPARATORS.sub("-", prefix.lower()).count(plain) != 1:
        return ""
    if name not in prefix:
        words = _SEPARATORS.split(name)
        name = "(?i:" + "[-_.]+".join(map(re.escape, words)) + ")"
        return re.sub(name, _NAME, prefix) + _HOLE
    return prefix.replace(name, _NAME) + _HOLE


def _by_prefix(tags: Iterable[str]) -> dict[str, list[Version]]:
    groups: dict[str, list[Version]] = {}
    for split in map(_split, tags):
        if split is not None:
            groups.setdefault(split[0], []).append(split[1])
    return groups


def _is_folder(prefix: str, folder: str) -> bool:
    """Whether a tag's prefix is a folder's path, as Go has it for modules in folders."""
    return folder != "" and re.sub(r"[-_/@=]+[vV]?$", "", prefix) == folder


def _split(tag: str) -> tuple[str, Version] | None:
    """Give what stands before the version of a tag, and the version; or nothing."""
    for start in re.finditer(r"(?<![\d.!])\d", tag):
        version = _version(tag[start.start() :])
        if version is not None and not version.local:
            prefix = tag[: start.start()]
            return None if "{" in prefix or "}" in prefix else (prefix, version)
    return None


def _rank(prefix: str, name: str) -> int:
    """Give 2 when a tag's prefix names the package, 1 when it names none, else 0."""
    rest = prefix_key(prefix)
    if not rest:
        return 1
    return 2 if rest == name_key(name) else 0


def _telling(words: list[str]) -> list[str]:
    return [word for word in words if word not in _PLAIN_WORDS and word not in _LANGUAGE]


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # as in arithmetic.parse
        return None


def _is_ref(tag: str) -> bool:
    edges = tag.startswith(("/", "-", ".")) or tag.endswith(("/", "."))
    return bool(tag) and not edges and tag != "@" and not _NOT_IN_REFS.search(tag)
