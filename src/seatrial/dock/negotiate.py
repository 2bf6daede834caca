"""Which of several content types a client prefers (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence


def best(accept: str, offers: Sequence[str]) -> str:
    """Give the offer with the highest quality, the first of equals; empty when none matches.

    Args:
        accept: the ``Accept`` header.
        offers: content types without parameters, in the order of our preference.
    """
    wanted = [_entry(part) for part in accept.split(",") if part.strip()]
    rated = [(_quality(offer, wanted), offer) for offer in offers]
    top = max((quality for quality, _ in rated), default=0.0)
    return next((offer for quality, offer in rated if quality == top > 0), "")


def _entry(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                quality = 0.0
    return name, quality


def _quality(offer: str, wanted: Sequence[tuple[str, float]]) -> float:
    """Give the quality of the most specific entry that covers the offer."""
    for pattern in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
        for name, quality in wanted:
            if name == pattern:
                return quality
    return 0.0
