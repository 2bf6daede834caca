"""Seatrial: rehearse the release, then ship exactly those bytes."""

__version__ = "0.1.0"
