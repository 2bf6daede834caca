from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.dock.server import Dock


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Dock]:
    """Give a running dock that has ``demo`` under release and sends nobody elsewhere."""
    with Dock(tmp_path / "dock", own=frozenset({"demo"})) as running:
        yield running
