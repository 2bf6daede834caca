"""WHEEL and RECORD of a wheel that is made from another one.

Their forms: https://packaging.python.org/specifications/binary-distribution-format/ and
https://packaging.python.org/specifications/recording-installed-packages/.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterable

from seatrial.artifacts.wheel import RecordEntry, WheelFacts


def wheel_text(stated: str, facts: WheelFacts, platform: str) -> str:
    """Give WHEEL with the platform's tags, and with everything else as it was.

    Args:
        stated: the base wheel's.
        facts: what the base wheel says of itself.
        platform: the platform tag, or several with dots between.
    """
    kept = [
        line
        for line in stated.splitlines()
        if line.strip() and line.partition(":")[0].strip().lower() not in {"tag", "root-is-purelib"}
    ]
    codes = sorted({tag.rpartition("-")[0] for tag in facts.tags})
    tags = [f"Tag: {code}-{one}" for code in codes for one in sorted(platform.split("."))]
    return "\n".join([*kept, "Root-Is-Purelib: false", *tags]) + "\n"


def record_line(entry: RecordEntry) -> tuple[str, str, str]:
    """Give the fields of a line of RECORD, as it was."""
    return entry.path, entry.digest, "" if entry.size is None else str(entry.size)


def record_digest(digest: bytes) -> str:
    """Spell a SHA-256 as RECORD does.

    Args:
        digest: its 32 bytes.
    """
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def record_text(lines: Iterable[tuple[str, str, str]]) -> bytes:
    """Write RECORD.

    Args:
        lines: path, digest and size of each file, as text.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()
