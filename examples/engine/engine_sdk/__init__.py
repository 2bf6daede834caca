"""Find and run the engine's programs for this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

__version__ = "0.4.0"

HERE = Path(__file__).parent


def program(name: str) -> Path:
    """Give the path of a program of the engine."""
    [folder] = (HERE / "_bin").iterdir()
    return folder / (f"{name}.exe" if sys.platform == "win32" else name)


def bulk() -> None:
    """Run the engine's bulk loader, as its own command would."""
    sys.exit(subprocess.run([program("engine-bulk"), *sys.argv[1:]], check=False).returncode)
