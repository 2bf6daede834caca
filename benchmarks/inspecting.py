"""How long it takes to inspect 100 MB of wheels, beside reading the same bytes once."""

from __future__ import annotations

import base64
import hashlib
import random
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.heads import head_for
from benchmarks.measuring import BIN, Contender, Row, at_most, environment, medians, ran

PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_arm64", "win_amd64")
LIBRARIES = 6
LIBRARY = 8 << 20
"""Bytes of each compiled module; it packs to about half."""

SOURCES = 200
SOURCE = 8 << 10
ROUNDS = 5
OURS, ONCE = "seatrial inspect", "inflate and hash once"
READ = """
import hashlib, sys, zipfile
for name in sys.argv[1:]:
    with zipfile.ZipFile(name) as archive:
        for entry in archive.infolist():
            digest = hashlib.sha256()
            with archive.open(entry) as stream:
                while piece := stream.read(1 << 20):
                    digest.update(piece)
"""
"""What anybody has to do who wants to know that a wheel is whole."""


def measure(folder: Path) -> list[Row]:
    """Inspect the four wheels of a compiled project, 100 MB together."""
    files = [str(made(folder, platform)) for platform in PLATFORMS]
    size = sum(Path(file).stat().st_size for file in files)
    env = environment(folder, {})
    figures = medians(
        [
            Contender(
                name=OURS, once=lambda: ran([BIN / "seatrial", "inspect", *files], folder, env)
            ),
            Contender(
                name=ONCE, once=lambda: ran([sys.executable, "-c", READ, *files], folder, env)
            ),
        ],
        ROUNDS,
    )
    job = f"inspect {len(files)} wheels, {size / 1e6:.0f} MB"
    return at_most(job, figures, OURS, {ONCE: 1.5})


def made(folder: Path, platform: str) -> Path:
    """Make one wheel: compiled modules, sources, and a true RECORD."""
    tag = f"cp311-abi3-{platform}"
    path, info = folder / f"demo-1.0-{tag}.whl", "demo-1.0.dist-info"
    record = ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents(info, tag):
            archive.writestr(name, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(data)}\n"
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path


def contents(info: str, tag: str) -> Iterator[tuple[str, bytes]]:
    """Give what is in the wheel; the same for the same tag."""
    platform = tag.rpartition("-")[2]
    head, suffix = head_for(platform), ".pyd" if platform.startswith("win") else ".abi3.so"
    dice = random.Random(tag)  # noqa: S311 - content, no secrets
    words = [dice.randbytes(dice.randint(2, 9)).hex().encode() for _ in range(4000)]
    for number in range(LIBRARIES):
        noise = dice.randbytes(LIBRARY // 2)
        text = b" ".join(dice.choices(words, k=LIBRARY // 24))[: LIBRARY // 2]
        yield f"demo/part{number}{suffix}", head + noise + text
    for number in range(SOURCES):
        yield f"demo/module{number}.py", b"# " + b" ".join(dice.choices(words, k=SOURCE // 12))
    yield "demo/__init__.py", b""
    headers = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Python: >=3.11\n"
    described = "Description-Content-Type: text/markdown\n\n# Demo\n"
    yield f"{info}/METADATA", (headers + described).encode()
    wheel = f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: false\nTag: {tag}\n"
    yield f"{info}/WHEEL", wheel.encode()
