"""The links and turns of phrase that PyPI's refusals share."""

from __future__ import annotations

from typing import Final

from seatrial import addresses
from seatrial.indexrules.values import Refusal

BAD_REQUEST: Final = 400
FORBIDDEN: Final = 403

SEE: Final = f"See {addresses.PACKAGING_GUIDE}/specifications/core-metadata for more information."
SEE_LOCAL: Final = (
    f"See {addresses.PACKAGING_GUIDE}/en/latest/specifications/version-specifiers/"
    "#local-version-identifiers for more information."
)
ARCHIVES: Final = f"See {addresses.PYPI_DOCS}/archives for more information"


def see_help(anchor: str) -> str:
    """Give PyPI's sentence that points to a section of its help page."""
    return f"See {addresses.PYPI}/help/#{anchor} for more information."


def refuse(rule: str, message: str, source: str, *, status: int = BAD_REQUEST) -> Refusal:
    """Make a refusal in PyPI's words."""
    return Refusal(rule=rule, status=status, message=message, source=source)


def refuse_ourselves(rule: str, message: str, source: str) -> Refusal:
    """Make a refusal in our own words, where PyPI answers 500 or a bound of ours is met."""
    return Refusal(rule=rule, status=BAD_REQUEST, message=message, source=source, ours=True)


def reason_phrase(message: str) -> str:
    """Give the message as it stands in the status line.

    PyPI encodes it as ISO-8859-1 with ``?`` for what does not fit.  A line break would end the
    status line (PyPI's answer is malformed HTTP then), so here it becomes a space.

    Source: ``forklift/utils.py::_exc_with_message``.
    """
    latin = message.encode("latin-1", "replace").decode("latin-1")
    return " ".join(part.strip() for part in latin.splitlines())
