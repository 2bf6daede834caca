"""How much a machine can do at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.engine import hands


@pytest.mark.parametrize(
    ("free", "limit", "cores", "wanted"),
    [
        ("MemAvailable:   64000000 kB\n", "max\n", 8, 8),
        ("MemAvailable:    4000000 kB\n", "max\n", 8, 3),
        ("MemAvailable:   64000000 kB\n", str(5 << 30), 8, 5),
        ("MemAvailable:     100000 kB\n", "max\n", 8, hands.LEAST),
        ("MemAvailable: many\n", "?\n", 4, 4),
        (None, None, 4, 4),
    ],
)
def test_hands_are_bounded_by_cores_and_memory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: str | None,
    limit: str | None,
    cores: int,
    wanted: int,
) -> None:
    """One heavy action a core, as far as free memory and a container's limit reach."""
    for name, text in (("FREE", free), ("LIMIT", limit)):
        path = tmp_path / name
        if text is not None:
            path.write_text(text)
        monkeypatch.setattr(hands, name, path)
    monkeypatch.setattr(hands, "_cores", lambda: cores)
    assert hands.hands_here() == wanted
