"""Bindings of the chat server."""

__version__ = "0.9.1"


def address(realm: str) -> str:
    """Give the address of a realm."""
    return f"https://{realm}.example.org"
