"""What every part of a plan has."""

from __future__ import annotations

import msgspec


class Spec(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """One change to the world, as data.

    Attributes:
        key: its natural key, unique in the plan ("upload demo 1.2.0 to pypi").
        needs: keys of the actions that must be done before it.
    """

    key: str
    needs: tuple[str, ...] = ()
