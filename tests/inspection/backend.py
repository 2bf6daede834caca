"""A build backend for a test: it packs the package ``demo``, and needs nothing."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

INFO = "demo-1.0.dist-info"
WHEEL = "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def build_wheel(folder: str, settings: object = None, metadata: object = None) -> str:
    """Make the wheel."""
    del settings, metadata
    name = "demo-1.0-py3-none-any.whl"
    content = {
        "demo/__init__.py": Path("demo/__init__.py").read_bytes(),
        f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
        f"{INFO}/WHEEL": WHEEL.encode(),
    }
    record = ""
    with zipfile.ZipFile(Path(folder, name), "w") as archive:
        for path, data in content.items():
            archive.writestr(path, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(data)}\n"
        archive.writestr(f"{INFO}/RECORD", f"{record}{INFO}/RECORD,,\n")
    return name
