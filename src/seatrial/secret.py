"""Secrets that do not print, and a redactor for what other programs print."""

from __future__ import annotations

import re

MASK = "***"


class Secret:
    """A text that shows itself as ``***`` wherever it is printed, formatted or logged.

    Args:
        value: the secret itself, read back with :meth:`reveal` at the moment of use only.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the secret for the one request that needs it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        message = "a secret is never stored"
        raise TypeError(message)


class Redactor:
    """Replaces every secret it has been shown by ``***`` in what children print.

    Args:
        secrets: those known from the start; more can be shown with :meth:`add`.
    """

    def __init__(self, *secrets: Secret) -> None:
        self._values: set[bytes] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret) -> None:
        """Show it one more secret; an empty one is ignored."""
        value = secret.reveal().encode()
        if value:
            self._values.add(value)

    def clean(self, output: bytes) -> bytes:
        """Give the output with every known secret replaced, the longest first."""
        for value in sorted(self._values, key=len, reverse=True):
            output = output.replace(value, MASK.encode())
        return output

    def stream(self) -> RedactedStream:
        """Give a cleaner for output that comes in pieces."""
        return RedactedStream(self._values)


class RedactedStream:
    """Cleans output that comes in pieces, also where a secret lies across two of them.

    Args:
        values: the known secrets; those added while the stream runs count from then on.
    """

    def __init__(self, values: set[bytes]) -> None:
        self._values = values
        self._held = b""

    def feed(self, piece: bytes) -> bytes:
        """Take a piece, and give what can no longer be the beginning of a secret."""
        data = self._held + piece
        values = sorted(self._values, key=len, reverse=True)
        if not values:
            self._held = b""
            return data
        # A match that begins before this point has all its bytes here, so the longest one wins.
        complete = max(0, len(data) - len(values[0]) + 1)
        pattern = re.compile(b"|".join(re.escape(value) for value in values))
        clean, at = [], 0
        while (match := pattern.search(data, at)) and match.start() < complete:
            clean += [data[at : match.start()], MASK.encode()]
            at = match.end()
        cut = max(at, complete)
        clean.append(data[at:cut])
        self._held = data[cut:]
        return b"".join(clean)

    def close(self) -> bytes:
        """Give the rest, when nothing more comes."""
        rest, self._held = self._held, b""
        for value in sorted(self._values, key=len, reverse=True):
            rest = rest.replace(value, MASK.encode())
        return rest
