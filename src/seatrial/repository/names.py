"""Names of packages, as every index takes them."""

from __future__ import annotations

import re


def normalised(name: str) -> str:
    """Give a package's name in its normal form (PEP 503, "Normalized Names").

    It is what ``packaging.utils.canonicalize_name`` gives, without importing what that needs.  What
    no index takes (``My Package``) becomes a hyphen, as setuptools has it.

    Args:
        name: as somebody spelt it.
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", name).lower()
