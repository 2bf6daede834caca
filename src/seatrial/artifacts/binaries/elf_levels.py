"""Which level of x86-64 a file says that it needs, beyond what every such processor has.

The layout is that of the x86-64 psABI, "Program Property" (``GNU_PROPERTY_X86_ISA_1_NEEDED``).
"""

from __future__ import annotations

from typing import Final

from seatrial.artifacts.binaries.source import NAMES, Source

SEGMENT: Final = 0x6474E553
"""The type of the segment that holds the properties."""

_NEEDED, _NOTE = 0xC0008002, 5
_BASELINE = 1


def needed_level(source: Source, offset: int, size: int, order: str) -> int:
    """Give the level: 1 is what all have, 3 is x86-64-v3; 0 where nothing is stated.

    Args:
        source: the file.
        offset: of the segment.
        size: of the segment.
        order: of its bytes.

    Raises:
        BrokenBinaryError: the properties reach out of their segment.
    """
    what = "its properties"
    name, described, kind = source.unpack(order + "III", offset, what)
    if kind != _NOTE or source.take(offset + 12, 4, what) != b"GNU\0":
        return 0
    place = offset + 12 + name
    end = min(place + described, offset + size)
    for _ in range(NAMES):
        if place + 12 > end:
            break
        number, length, bits = source.unpack(order + "III", place, what)
        if number == _NEEDED and length >= 4:  # noqa: PLR2004 - bytes of a number
            return bits.bit_length() if bits >= _BASELINE else 0
        place += 8 + -(-length // 8) * 8
    return 0
