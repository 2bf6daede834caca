"""Which version a release gets, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import msgspec
from packaging.version import Version

from seatrial.errors import InvalidVersion
from seatrial.versions.arithmetic import (
    PHASES,
    Bump,
    bump,
    in_next_epoch,
    is_calendar,
    next_free,
    parse,
    without_development,
)
from seatrial.versions.calver import by_date
from seatrial.versions.conventional import Effect, classify_all
from seatrial.versions.policy import Policy

FIRST = Version("0.1.0")
NOTHING = Version("0.0.0")

FINAL = frozenset({"major", "minor", "patch"})
"""Bumps that lead to a final release."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked for.

    Attributes:
        bump: which part to raise, or "auto" for what the commits say.
        version: the version to release, which wins over ``bump``; empty when none is asked for.
        policy: what the repository's own rules say, where nothing else was asked for.
    """

    bump: Bump | Literal["auto"] = "auto"
    version: str = ""
    policy: Policy = Policy()

    def leads_on(self, released: Version) -> bool:
        """Whether it asks for the next stage of a pre-release, for which no new commit is needed.

        Args:
            released: the last release.
        """
        if released.pre is None:
            return self.bump in FINAL and released.dev is not None
        phases: tuple[str, ...] = PHASES[PHASES.index(released.pre[0]) + 1 :]
        return self.bump in FINAL or self.bump in phases


class Decision(msgspec.Struct, frozen=True, kw_only=True, tag="release"):
    """The version to release.

    Attributes:
        version: never one that is taken.
        reason: why this one, a sentence.
        passed_over: versions that would have come first and are taken, the lowest first.
        effects: what each commit changes, in the order of the commits.
    """

    version: Version
    reason: str
    passed_over: tuple[Version, ...] = ()
    effects: tuple[Effect, ...] = ()


class NothingToRelease(msgspec.Struct, frozen=True, kw_only=True, tag="nothing"):
    """There is nothing that users would notice.

    Attributes:
        why: a sentence, with the way to release all the same.
        effects: what each commit changes, in the order of the commits.
    """

    why: str
    effects: tuple[Effect, ...] = ()


class AlreadyReleased(msgspec.Struct, frozen=True, kw_only=True, tag="already"):
    """The version asked for is the last release: it may be complete, or wait to be finished."""

    version: Version
    why: str


Outcome: TypeAlias = Decision | NothingToRelease | AlreadyReleased


def decide(
    wish: Wish,
    *,
    released: Version | None,
    stated: Version | None,
    commits: Sequence[tuple[str, str]],
    taken: Callable[[Version], bool],
) -> Outcome:
    """Choose the version of the next release.

    A version that was asked for wins.  Without a release so far, the stated version is the first
    one.  A stated version above the last release was raised by hand, and is taken.  Otherwise
    the wish says what to raise, or the commits do (Conventional Commits; in 0.y.z a breaking
    change raises the minor number, by SemVer 2.0.0 rule 4 and common use); commits that do
    not say what they change make a patch release.

    Args:
        wish: what the user asked for.
        released: the last release, from its tag; nothing when there was none.
        stated: the version the repository states; nothing when it comes from the tag.
        commits: subject and body of each commit since the last release, the newest first.
        taken: whether a version can no longer be used (an index holds a file of it, or has a tag).

    Raises:
        InvalidVersion: the version asked for is none, is taken, or is below the last release; or
            the wished bump cannot be made from the last release.
    """
    effects = classify_all(commits)
    if wish.version:
        return _asked_for(parse(wish.version, "--version"), released, taken, effects)
    policy = wish.policy
    leads_on = released is not None and (wish.leads_on(released) or policy.finishes(released))
    if released is not None and not commits and not leads_on:
        return NothingToRelease(
            why=f"No commit since {released}; --version releases one all the same."
        )
    candidate: tuple[Version, str] | NothingToRelease
    if wish.bump != "auto":
        candidate = _wished(wish.bump, released, stated)
        if wish.bump in {"pre", *PHASES} and released is not None:
            candidate = _ahead(candidate, released, effects, policy)
    elif released is None:
        candidate = _first(stated, policy)
    else:
        candidate = _from_history(released, stated, effects, policy)
    if isinstance(candidate, NothingToRelease):
        return candidate
    version, reason = candidate
    version, passed_over = _before_a_free_final(version, taken)
    free, more = next_free(version, taken)
    passed_over += more
    if passed_over:
        names = ", ".join(map(str, passed_over))
        if released is None and wish.bump == "auto":
            reason = "There is no release tag yet, and --bump or --version may say otherwise."
        reason += f" Passed over, because already taken: {names}."
    return Decision(version=free, reason=reason, passed_over=passed_over, effects=effects)


def _before_a_free_final(
    version: Version, taken: Callable[[Version], bool]
) -> tuple[Version, tuple[Version, ...]]:
    """Let a pre-release lead to a final release that is not out yet; give those that are."""
    if version.pre is None or not taken(Version(version.base_version)):
        return version, ()
    final, passed_over = next_free(Version(version.base_version), taken)
    return Version(f"{final}{version.pre[0]}1"), passed_over


def _asked_for(
    version: Version,
    released: Version | None,
    taken: Callable[[Version], bool],
    effects: tuple[Effect, ...],
) -> Decision | AlreadyReleased:
    said = next_step = ""
    if version.local:
        said = f"an index takes no version with a local part (+{version.local})"
        next_step = f"Ask for {version.public}."
    elif released is not None and version == released:
        return AlreadyReleased(version=version, why=f"{version} is the last release.")
    elif released is not None and version < released:
        said = f"it is below the last release, {released}: installers would not choose it"
        next_step = (
            "Ask for a higher one, release from the branch of the older line, or begin the "
            f"numbering again with an epoch: {in_next_epoch(version, released)}."
        )
    elif taken(version):
        free, _ = next_free(version, taken)
        said = "it is taken: a version is used once, even if only a part of it was uploaded"
        next_step = f"Ask for a free one: {free} is."
    if said:
        raise InvalidVersion(str(version), said, doing="choosing", next_step=next_step)
    return Decision(
        version=version, reason=f"{version} was asked for with --version.", effects=effects
    )


def _wished(kind: Bump, released: Version | None, stated: Version | None) -> tuple[Version, str]:
    base, origin = NOTHING, "no version at all"
    if stated is not None:
        base, origin = Version(stated.public), "the stated version"
    # A stated version above the last release says which number pre-releases lead to.
    if released is not None and (kind not in {"pre", "dev", *PHASES} or base <= released):
        base, origin = released, "the last release"
    return bump(base, kind), f"--bump {kind} from {base}, {origin}."


def _ahead(
    wished: tuple[Version, str], released: Version, effects: tuple[Effect, ...], policy: Policy
) -> tuple[Version, str]:
    """Let the first pre-release after a final one lead to where the changes lead."""
    version, reason = wished
    if released.is_prerelease or not any(_counted(effects).values()):
        return wished
    target, why = _target(released, effects, policy)
    if target.release <= version.release or version.pre is None:
        return wished
    return Version(f"{target.base_version}{version.pre[0]}1"), f"{reason} {why}"


def _first(stated: Version | None, policy: Policy) -> tuple[Version, str]:
    if policy.scheme and policy.day:
        version = policy.phased(by_date(policy.scheme, policy.day, None), None)
        return version, f"There is no release tag yet: the first release by {policy.scheme}."
    version, reason = _first_stated(stated)
    return (version, reason) if version.is_prerelease else (policy.phased(version, None), reason)


def _first_stated(stated: Version | None) -> tuple[Version, str]:
    if stated is None:
        return FIRST, "There is no release tag and no stated version yet: the first release."
    if stated <= NOTHING:
        return FIRST, f"There is no release tag yet, and {stated} is stated: the first release."
    version = without_development(stated)
    reason = f"There is no release tag yet: the stated version {stated} is the first release"
    return version, reason + (f", as {version}." if version != stated else ".")


def _from_history(
    released: Version, stated: Version | None, effects: tuple[Effect, ...], policy: Policy
) -> tuple[Version, str] | NothingToRelease:
    by_commits = _asked_by_footer(released, effects) or _by_effects(released, effects, policy)
    if not isinstance(by_commits, NothingToRelease):
        policy.check_line(by_commits[0])
    if stated is None or stated <= released:
        return by_commits
    raised = without_development(stated)
    if raised <= released:
        return by_commits
    # A .dev version only marks the time between two releases: the commits may ask for less than
    # a release, or for more than this one.
    # So does 1.3.post0, which nobody releases: the first one after 1.3 is 1.3.post1.
    marks = stated.dev is not None or (stated.post == 0 and released == _before_post(stated))
    if marks and (isinstance(by_commits, NothingToRelease) or by_commits[0] > raised):
        return by_commits
    said = f"The stated version {stated} is above the last release {released}"
    return raised, said + (": raised by hand." if raised == stated else f": it becomes {raised}.")


def _before_post(version: Version) -> Version:
    return Version(str(version).partition(".post")[0])


def _asked_by_footer(released: Version, effects: tuple[Effect, ...]) -> tuple[Version, str] | None:
    """Give the version that the newest Release-As footer asks for, if it is above the last one."""
    for effect in effects:
        if effect.release_as and not effect.undone:
            try:
                version = parse(effect.release_as)
            except InvalidVersion:
                continue
            if version > released and not version.local:
                return version, f"{version} was asked for by the footer Release-As of a commit."
    return None


def _by_effects(
    released: Version, effects: tuple[Effect, ...], policy: Policy
) -> tuple[Version, str] | NothingToRelease:
    silent = sum(not effect.says for effect in effects)
    counts = _counted(effects)
    if not silent and not any(counts.values()):
        if policy.finishes(released):
            final = bump(released, "patch")
            return final, f"{released} is finished: this branch makes final releases."
        return NothingToRelease(
            why=f"{_count(len(effects), 'commit')} since {released}, and nothing changes "
            "for users; --bump patch releases all the same.",
            effects=effects,
        )
    if released.is_prerelease and not (policy.channels or policy.phase or policy.scheme):
        kind: Bump = "dev" if released.dev is not None else "pre"
        return bump(released, kind), (
            f"The last release {released} is a pre-release, and so is the next; "
            "--bump patch makes the final one."
        )
    target, reason = _target(released, effects, policy)
    version = policy.phased(target, released)
    if policy.phase:
        reason += f" The branch {policy.branch} makes pre-releases ({policy.phase})."
    return version, reason


def _counted(effects: tuple[Effect, ...]) -> dict[str, int]:
    each = [entry for effect in effects for entry in effect.entries or (effect,)]
    kinds = [one.kind for one in each]
    return {kind: kinds.count(kind) for kind in ("breaking", "feature", "fix")}


def _target(released: Version, effects: tuple[Effect, ...], policy: Policy) -> tuple[Version, str]:
    """Give the version that the changes lead to, pre-releases set aside, and why."""
    silent = sum(not effect.says for effect in effects)
    counts = _counted(effects)
    if policy.scheme and policy.day:
        version = by_date(policy.scheme, policy.day, released)
        return version, f"{_count(len(effects), 'commit')} since {released}: {policy.scheme}."
    if not any(counts.values()):
        return bump(released, "patch"), (
            f"{_count(silent, 'commit')} since {released} {_do(silent)} not "
            "say what changed, so a patch is assumed; --bump minor or major says otherwise."
        )
    kind = _part(released, counts, policy)
    found = _listed(
        [
            _count(counts["breaking"], "breaking change"),
            _count(counts["feature"], "feature"),
            _count(counts["fix"], "fix", "fixes"),
        ]
    )
    reason = f"{found} since {released}: {kind}"
    if silent:
        reason += f"; {_count(silent, 'commit')} more {_do(silent)} not say what changed"
    if is_calendar(released):
        reason += " (the number looks like a date, which --version can give)"
    elif released.major == 0 and counts["breaking"] and kind == "minor":
        reason += " (below 1.0, breaking changes raise the minor number)"
    return bump(released, kind), reason + "."


def _part(released: Version, counts: dict[str, int], policy: Policy) -> Bump:
    if is_calendar(released):
        return "patch"
    if counts["breaking"]:
        return "major" if released.major else policy.zero
    return "minor" if counts["feature"] else "patch"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _do(number: int) -> str:
    return "does" if number == 1 else "do"


def _listed(counted: list[str]) -> str:
    there = [text for text in counted if not text.startswith("0 ")]
    return " and ".join([", ".join(there[:-1]), there[-1]]) if there[1:] else there[0]
