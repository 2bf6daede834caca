"""What planning a release comes to: a plan, or the reason why there is none."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from seatrial.plan.outline import many
from seatrial.plan.values import Plan

SCHEMA = 1
"""The version of the layout of what is below."""


class Planned(msgspec.Struct, frozen=True, kw_only=True, tag="planned", tag_field="outcome"):
    """There is a release to make.

    Attributes:
        plan: how.
        going_on: whether the world holds a part of it already.
    """

    schema: int = SCHEMA
    plan: Plan
    going_on: bool = False


class Nothing(
    msgspec.Struct, frozen=True, kw_only=True, tag="nothing-to-release", tag_field="outcome"
):
    """There is nothing to release; ``why`` is a sentence."""

    schema: int = SCHEMA
    why: str


class Complete(
    msgspec.Struct, frozen=True, kw_only=True, tag="already-complete", tag_field="outcome"
):
    """The release is made, in all its parts."""

    schema: int = SCHEMA
    package: str
    version: str
    tag: str


def complete(plan: Plan) -> Complete:
    """Say that the release of a plan is made."""
    return Complete(
        package=many(plan.names, "package"),
        version=plan.version,
        tag=many(plan.tags, "tag"),
    )


Planning: TypeAlias = Planned | Nothing | Complete
