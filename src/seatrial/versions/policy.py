"""What a repository's own rules say of its next version, beside what has changed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, TypeAlias

import msgspec
from packaging.version import Version

from seatrial.errors import InvalidVersion
from seatrial.versions.arithmetic import bump, without_development

Phase: TypeAlias = Literal["", "a", "b", "rc", "dev"]

_MAINTENANCE = r"(?:.*[/_-])?v?(?P<major>\d+)(?:\.(?P<minor>\d+))?(?:\.[xX])+"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The rules.

    Attributes:
        zero: what a breaking change raises below 1.0.
        scheme: of versions by date (``YYYY.MM.MICRO``); empty for numbers by meaning.
        day: of the release, for a scheme.
        phase: of the pre-releases that this branch makes; empty for final releases.
        channels: whether other branches make the pre-releases, so that this one finishes them.
        line: the numbers that versions of this branch begin with (1 for ``1.x``); empty for any.
        branch: its name, for what is said.
    """

    zero: Literal["minor", "major"] = "minor"
    scheme: str = ""
    day: dt.date | None = None
    phase: Phase = ""
    channels: bool = False
    line: tuple[int, ...] = ()
    branch: str = ""

    def finishes(self, released: Version) -> bool:
        """Whether this branch makes the final release of a pre-release."""
        return self.channels and not self.phase and released.is_prerelease

    def phased(self, target: Version, released: Version | None) -> Version:
        """Give the pre-release of a version that this branch makes; the version itself for none.

        Args:
            target: the version that the pre-releases lead to.
            released: the last release.
        """
        if not self.phase:
            return target
        same = released is not None and released.release == target.release
        if self.phase == "dev":
            if same and released is not None and released.dev is not None:
                return bump(released, "dev")
            return Version(f"{target.base_version}.dev1")
        if same and released is not None and released.pre and released.pre[0] >= self.phase:
            return bump(released, "pre")
        return Version(f"{target.base_version}{self.phase}1")

    def check_line(self, version: Version) -> None:
        """Refuse a version that belongs to another branch.

        Raises:
            InvalidVersion: the branch keeps to lower numbers.
        """
        numbers = (*version.release, 0, 0)
        if self.line and numbers[: len(self.line)] != self.line:
            line = ".".join(map(str, self.line))
            raise InvalidVersion(
                str(without_development(version)),
                f"the branch {self.branch} keeps to {line}.x, and the changes ask for more",
                doing="choosing",
                next_step="Release it from another branch, or ask for it with --version.",
            )


def maintained(branch: str) -> tuple[int, ...]:
    """Give the numbers that a maintenance branch keeps to (``1.x``, ``v1.2.x``, ``maint/1.x``)."""
    found = re.fullmatch(_MAINTENANCE, branch) if branch.endswith((".x", ".X")) else None
    if found is None:
        return ()
    return tuple(int(part) for part in (found["major"], found["minor"]) if part)
