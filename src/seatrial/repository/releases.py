"""The release tags: the versions in them, and whether the planned commit descends from them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace
from packaging.version import Version

from seatrial.repository.ancestry import Ancestry
from seatrial.repository.facts import TagFact
from seatrial.repository.listings import Ref
from seatrial.repository.snapshot import Snapshot
from seatrial.versions.tags import TagFormat

MOST_SINCE = 10_000
"""How many commits are looked at for the files of a release."""


class Merged:
    """The tags in the history of HEAD, looked for when somebody wants to know them.

    Args:
        snapshot: the planned commit.
        walked: gives what it descends from.
    """

    def __init__(self, snapshot: Snapshot, walked: Callable[[], Ancestry]) -> None:
        self._snapshot = snapshot
        self._walked = walked

    @functools.cached_property
    def ancestry(self) -> Ancestry:
        """What the planned commit descends from."""
        return self._walked()

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Their names."""
        tags = self._snapshot.tags
        held = self.ancestry.among({tag.commit for tag in tags})
        return frozenset(tag.name for tag in tags if tag.commit in held)


def release_tags(
    snapshot: Snapshot, form: TagFormat, by_name: Mapping[str, Ref], merged: Merged
) -> tuple[TagFact, ...]:
    """Give the release tags of a format, the newest version first.

    Args:
        snapshot: the planned commit.
        form: how they are spelt.
        by_name: the tags among which they are.
        merged: those in the history of the planned commit.
    """
    releases = form.releases(by_name)
    if not releases:
        return ()
    last, version = next(iter(releases.items()))
    # Where the very newest is a final one that HEAD descends from, it is the last release.
    enough = not (snapshot.whole or version.is_prerelease)
    known = enough and snapshot.foreseen.descends(snapshot, by_name[last].commit)
    names = frozenset({last}) if known else merged.names
    found = tuple(
        TagFact(
            name=name,
            version=str(version),
            commit=by_name[name].commit,
            object=by_name[name].object,
            ancestor=name in names,
        )
        for name, version in releases.items()
    )
    if known:
        return found
    found = _squashed(snapshot, found)
    return tuple(_judged(snapshot, tag, found) for tag in found)


def _squashed(snapshot: Snapshot, tags: tuple[TagFact, ...]) -> tuple[TagFact, ...]:
    """Take the last release's tag for one of the commit that holds the very same files.

    Where the pull request of a release is squashed, its tag may stay on the commit of the branch:
    nothing of it is lost, though HEAD does not descend from it.
    """
    last = next((tag for tag in tags if not _is_before_final(tag)), None)
    if last is None or last.ancestor or snapshot.shallow:
        return tags
    tree = snapshot.git("rev-parse", f"{last.commit}^{{tree}}").text.strip()
    since = f"{last.commit}..{snapshot.head}"
    rows = snapshot.git("log", f"--max-count={MOST_SINCE}", "--format=%T %H", since).text
    same = [row.partition(" ")[2] for row in rows.splitlines() if row.startswith(f"{tree} ")]
    if not same:
        return tags
    # Of several commits with these files, what came after the first is new.
    held = replace(last, commit=same[-1], ancestor=True)
    return tuple(held if tag is last else tag for tag in tags)


def _judged(snapshot: Snapshot, tag: TagFact, tags: Sequence[TagFact]) -> TagFact:
    """Say of a pre-release whether its line was given up: a lower final release descends of it."""
    version = Version(tag.version)
    finals = (other for other in tags if other.ancestor and not _is_before_final(other))
    final = next(finals, None)
    if final is None or not tag.ancestor or version <= Version(final.version):
        return tag
    done = snapshot.git("rev-list", "--max-count=1", tag.commit, f"^{final.commit}")
    return tag if done.stdout.strip() else replace(tag, abandoned=True)


def _is_before_final(tag: TagFact) -> bool:
    return Version(tag.version).is_prerelease
