"""Whether the Pythons to install on are those that the package is for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from seatrial.errors import InvalidConfiguration
from seatrial.repository.facts import Package


def check_pythons(package: Package, asked: Sequence[str]) -> None:
    """Refuse a Python that the package does not admit, before anything is built.

    Args:
        package: what is released.
        asked: the Pythons to install on ("3.9", "3.13t").

    Raises:
        InvalidConfiguration: no installer would take the package there.
    """
    try:
        admitted = SpecifierSet(package.requires_python)
    except InvalidSpecifier:
        return
    for python in asked:
        found = re.search(r"\d+\.\d+(?P<patch>\.\d+)?", python)
        # A late patch release stands for its minor version, which ">=3.9.2" admits too.
        if found and f"{found[0]}{'' if found['patch'] else '.99'}" not in admitted:
            raise InvalidConfiguration(
                f"Python {python}",
                f"{package.name} requires Python {package.requires_python}",
                doing="choosing where to install",
                next_step="Leave it out of --python and [tool.seatrial.verify] python, "
                "or change requires-python.",
            )
