"""From the name of an index to its addresses."""

from __future__ import annotations

import difflib

from seatrial.addresses import INDEXES
from seatrial.config.meaning import index_faults
from seatrial.config.positions import dotted
from seatrial.config.schema import IndexSettings, Settings
from seatrial.errors import InvalidConfiguration, UnknownIndex


def index_settings(settings: Settings, name: str) -> IndexSettings:
    """Give the addresses of an index: as the user describes it, else as it is known.

    Args:
        settings: what the user said.
        name: the index's name ("pypi").

    Raises:
        UnknownIndex: nobody has described it; the nearest names come first.
        InvalidConfiguration: an address in the description cannot be used.
    """
    own = settings.index.get(name)
    if own is not None:
        for fault in index_faults(name, own):
            raise InvalidConfiguration(dotted(fault.path), fault.said)
        return own
    if name in INDEXES:
        known = INDEXES[name]
        return IndexSettings(upload_url=known.upload, simple_url=known.simple)
    names = sorted({*settings.index, *INDEXES})
    near = difflib.get_close_matches(name, names, n=len(names), cutoff=0.0)
    raise UnknownIndex(name, f"known are {', '.join(near)}")
