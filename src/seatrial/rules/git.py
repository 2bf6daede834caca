"""ST2xx: branches, tags, and what is not committed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from packaging.version import Version

from seatrial.repository.facts import TagFact
from seatrial.repository.spans import is_version
from seatrial.rules.inputs import RuleInput
from seatrial.rules.values import Flaw, Severity, rule

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
    if len(about.packages) != 1 or about.facts.shallow or _MAINTENANCE.search(about.facts.branch):
        return
    final = [tag for tag in about.facts.tags if not Version(tag.version).is_prerelease]
    package = about.packages[0]
    if not final or final[0].ancestor or not is_version(package.version):
        return
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
    if len(about.packages) != 1:
        return
    package = about.packages[0]
    here = [tag for tag in about.facts.tags if tag.commit == about.facts.head]
    source = next((site for site in package.sites if site.source), None)
    if not here or source is None or not is_version(source.stated):
        return
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
    recent = sorted(about.facts.tags, key=lambda tag: Version(tag.version), reverse=True)[:_RECENT]
    spelt = {_spelling(tag.name): tag.name for tag in reversed(recent)}
    if len(spelt) > 1 and not about.configuration.settings.tag:
        yield Flaw(f"the last {len(recent)} releases are tagged {' and '.join(spelt.values())}")


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
    if len(about.packages) != 1 or not is_version(about.packages[0].version):
        return
    package = about.packages[0]
    for tag in about.facts.tags:
        if Version(tag.version) == Version(package.version):
            yield f"{package.name} {package.version}", tag
