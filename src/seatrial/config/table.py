"""The base of every table of the configuration."""

from __future__ import annotations

import msgspec


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of the configuration: an unknown key is an error, names are spelt with hyphens."""
