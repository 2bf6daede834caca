"""ST2xx: branches, tags, and what is not committed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from packaging.version import Version

from seatrial.repository.facts import Facts, Package, TagFact
from seatrial.repository.spans import is_version
from seatrial.rules.inputs import RuleInput
from seatrial.rules.values import Flaw, Severity, rule
from seatrial.versions.tags import own_families

_RECENT = 5
"""How many releases back a change in the spelling of tags is still a surprise."""

_MAINTENANCE = re.compile(r"(?i)(?:^|[/_-])v?\d+(?:\.(?:\d+|x))+$|(?:^|[/_-])v?\d+\.?x$")


@rule("ST201", "behind-last-tag", Severity.WARNING)
def behind_last_tag(about: RuleInput) -> Iterator[Flaw]:
    """The branch lies behind the last release, which is not in its history.

    A release cut here lacks what the last one had.  The Python SDK of sochdb (sochdb/
    sochdb-python-sdk) cut its 0.8.2 from a stale branch; the number was burnt, because an index
    never takes a file name twice.

    Mend:
        Merge or rebase onto the branch that was released, or release from that one.  On a
        maintenance branch (``1.x``, ``stable/1.4``) the rule is silent.
    """
    if about.facts.shallow or _MAINTENANCE.search(about.facts.branch):
        return
    for package, tags in _tagged(about):
        final = [tag for tag in tags if not (tag.abandoned or Version(tag.version).is_prerelease)]
        if not final or final[0].ancestor or not is_version(package.version):
            continue
        if Version(package.version) <= Version(final[0].version):
            yield Flaw(
                f"{final[0].name} is not in the history of {about.facts.branch or 'HEAD'}, where"
                f" {package.name} is {package.version}",
            )


@rule("ST202", "tag-taken", Severity.WARNING)
def tag_taken(about: RuleInput) -> Iterator[Flaw]:
    """The stated version is tagged on a commit of another history.

    Releasing this version needs the tag, and the tag names something else.

    Mend:
        Raise the version; or take the tag back, if it was never released.
    """
    for package, tag in _tag_of_the_version(about):
        if not tag.ancestor and not about.facts.shallow:
            yield Flaw(f"{package} is tagged {tag.name} on {tag.commit[:12]}, which is not in here")


@rule("ST203", "tag-disagrees", Severity.ERROR)
def tag_disagrees(about: RuleInput) -> Iterator[Flaw]:
    """The commit carries a release tag, and its files state another version.

    What is built from the tag carries the version of the files, so the release that the tag speaks
    of does not come into being, and the upload is refused as one that is there already.

    Mend:
        Set the version first, commit, and tag that commit; Seatrial makes commit and tag together.
    """
    for package, tags in _tagged(about):
        here = [tag for tag in tags if tag.commit == about.facts.head]
        source = next((site for site in package.sites if site.source), None)
        if not here or source is None or not is_version(source.stated):
            continue
        if all(Version(tag.version) != Version(source.stated) for tag in here):
            yield Flaw(
                f"the commit is tagged {here[0].name}, and {package.name} states {source.stated}",
                source.path,
                source.line,
            )


@rule("ST204", "tag-format-changed", Severity.WARNING)
def tag_format_changed(about: RuleInput) -> Iterator[Flaw]:
    """The last release tags are spelt in different ways.

    Tools that look for ``v1.4.0`` do not find ``1.4.0``: workflows that start on ``v*`` do not
    start, and the notes of the next release begin at the wrong one.

    Mend:
        Choose one spelling, and say it: ``[tool.seatrial] tag = "v{version}"``.
    """
    for line in about.lines:
        whose = f" of {line.packages[0].name}" if about.facts.lines else ""
        released = {Version(tag.version): tag.name for tag in line.tags if not tag.abandoned}
        if about.configuration.settings.tag:
            others = {} if released or line.foreign_tags else _spelt_otherwise(about, line)
            if others:
                yield Flaw(
                    f"no tag{whose} is spelt as the configuration says, and the last release is"
                    f" tagged {others[max(others)]}"
                )
            continue
        old = {Version(tag.version) for tag in line.tags if tag.abandoned}
        others = _spelt_otherwise(about, line)
        released = {v: name for v, name in others.items() if v not in old} | released
        recent = [released[version] for version in sorted(released, reverse=True)[:_RECENT]]
        spelt = {_spelling(name): name for name in reversed(recent)}
        if len(spelt) > 1 and not line.foreign_tags:
            yield Flaw(
                f"the last {len(recent)} releases{whose} are tagged {' and '.join(spelt.values())}"
            )


def _spelt_otherwise(about: RuleInput, line: Facts) -> dict[Version, str]:
    """Give the releases by all tags that may be a package's, however they are spelt."""
    if about.facts.lines or len(line.packages) != 1:
        return {}
    names = [tag.name for tag in about.snapshot.tags]
    held = own_families(names, line.packages[0].name).values()
    return {
        version: name
        for tags in held
        for name, version in tags.items()
        if len(version.release) > 1 and not version.is_prerelease
    }


def _spelling(tag: str) -> str:
    return re.sub(r"\d.*", "", tag, count=1)


@rule("ST205", "shallow-clone", Severity.WARNING)
def shallow_clone(about: RuleInput) -> Iterator[Flaw]:
    """The clone lacks history.

    The last release may not be in it, so neither the next version nor the notes can be told; tools
    that take the version from the tag make up 0.1.

    Mend:
        ``git fetch --unshallow --tags``; in GitHub Actions, ``fetch-depth: 0`` for
        ``actions/checkout``.
    """
    if about.facts.shallow:
        yield Flaw("this is a shallow clone")


@rule("ST206", "source-not-committed", Severity.WARNING)
def source_not_committed(about: RuleInput) -> Iterator[Flaw]:
    """A module of the package is not in git.

    It works on this machine, and is missing from everything built from the commit.

    Mend:
        ``git add`` it and commit; or take it out of the package's folder.
    """
    roots = {
        posixpath.dirname(path)
        for package in about.packages
        for path in about.below(package)
        if path.endswith("/__init__.py")
    }
    ignored = set(about.untracked) - set(about.facts.dirty)
    for path in about.facts.dirty:
        if path in about.files or path in ignored:
            continue
        if path.endswith(".py") and posixpath.dirname(path) in roots:
            yield Flaw("this module is not committed, and will not be released", path)


@rule("ST207", "names-collide", Severity.ERROR)
def names_collide(about: RuleInput) -> Iterator[Flaw]:
    """Two tracked files differ only in the case of their names.

    On macOS and Windows a checkout holds one of them, and so does an unpacked sdist.

    Mend:
        Rename one of them.
    """
    seen: dict[str, str] = {}
    for path in sorted(about.files):
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            yield Flaw(f"it differs from {other} only in case", path)


def _tag_of_the_version(about: RuleInput) -> Iterator[tuple[str, TagFact]]:
    for package, tags in _tagged(about):
        if is_version(package.version):
            for tag in tags:
                if Version(tag.version) == Version(package.version):
                    yield f"{package.name} {package.version}", tag


def _tagged(about: RuleInput) -> Iterator[tuple[Package, tuple[TagFact, ...]]]:
    """Give each package that has tags of its own, with them."""
    for line in about.lines:
        if len(line.packages) == 1:
            yield line.packages[0], line.tags
