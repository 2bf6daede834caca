"""Where the titles of a changelog lead: targets at its foot, one for each release."""

from __future__ import annotations

import re
from collections.abc import Sequence

from seatrial.repository import house_style

MARKDOWN = re.compile(r"^\[(?P<label>[^\]]+)\]:\s*(?P<url>\S+)")
"""``[1.2]: https://…``, for the title ``[1.2]``."""

_RST = re.compile(r"^\.\. _(?P<label>`[^`]+`|[^:`]+):\s+(?P<url>\S+)$")
"""``.. _1.2: https://…``, for the title ```1.2`_``."""

_RST_LABEL = re.compile(r"`([^`<]+)`_(?!_)")


def linked(
    lines: Sequence[str], newest: str, number: str, version: str, *, markdown: bool
) -> list[str]:
    """Add the target of a new title that needs one, and move on that of the next release.

    Args:
        lines: of the page, with the new section.
        newest: the title of the release before.
        number: its version as that title spells it, without a v.
        version: the new one.
        markdown: whether the page is Markdown; reStructuredText else.
    """
    form, label = (MARKDOWN, f"[{version}]") if markdown else (_RST, f"`{version}`_")
    targets = {
        found["label"].strip("`").lower(): (at, found["url"])
        for at, line in enumerate(lines)
        if (found := form.match(line))
    }
    asked = any(_asks(line, label, markdown=markdown) for line in lines)
    labels = house_style.labels(newest) if markdown else _RST_LABEL.findall(newest)
    before = next((one for one in labels if one.lower() in targets), "")
    result = [*lines]
    if not (asked and before):
        return result
    for word, (at, url) in targets.items():
        if house_style.is_next(word):
            result[at] = lines[at].replace(url, house_style.base_moved(url, number, version))
    at, url = targets[before.lower()]
    made = house_style.link_like(url, number, version)
    result.insert(at, f"[{version}]: {made}" if markdown else f".. _{version}: {made}")
    return result


def _asks(line: str, label: str, *, markdown: bool) -> bool:
    """Whether a line is a title that leads to a target of this label."""
    if not markdown:
        return line.startswith(label)
    return line.startswith(("#", label)) and label in line and "](" not in line
