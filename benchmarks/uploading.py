"""Many wheels to an index that takes its time for each request."""

from __future__ import annotations

import base64
import hashlib
import itertools
import random
import shutil
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring import BIN, Contender, Row, at_least, environment, medians, ran
from benchmarks.servers import slow_dock

ROUNDS = 3
WHEELS = 22
SIZE = 5_000_000
DELAY = 0.15
WHEN = (2020, 1, 1, 0, 0, 0)
TO = ("--to", "slow", "--yes", "--json")
PLATFORMS = ("manylinux_2_17_x86_64", "macosx_11_0_arm64")
NAME = "seatrial_benchmark"


def measure(folder: Path) -> list[Row]:
    """Compare ``seatrial publish`` with ``twine upload`` and ``uv publish``."""
    files = wheels(folder / "dist")
    numbers = itertools.count()

    def contender(name: str, argv: list[str | Path]) -> Contender:
        def once() -> float:
            dock = folder / f"dock-{next(numbers)}"
            with slow_dock(dock, DELAY) as (upload, simple):
                describe(folder, upload, simple, env)
                words = [upload if word == "UPLOAD" else word for word in argv]
                seconds = ran([*words, *files], folder, env)
            held = len(list(dock.glob("slow/*/files/*.whl")))
            assert held == WHEELS, f"{name}: the index holds {held} files"
            shutil.rmtree(dock)
            return seconds

        return Contender(name=name, once=once)

    env = environment(folder, {"SEATRIAL_TOKEN_SLOW": "pypi-benchmark"})
    login: list[str | Path] = ["--username", "__token__", "--password", "pypi-benchmark"]
    twine: list[str | Path] = [sys.executable, "-m", "twine", "upload", "--disable-progress-bar"]
    uv: list[str | Path] = ["uv", "publish", "--trusted-publishing", "never"]
    ran(["git", "init", "--quiet", "--initial-branch=main"], folder, env)
    figures = medians(
        [
            contender("seatrial publish", [BIN / "seatrial", "publish", *TO]),
            contender("twine upload", [*twine, "--repository-url", "UPLOAD", *login]),
            contender("uv publish", [*uv, "--publish-url", "UPLOAD", *login]),
        ],
        ROUNDS,
    )
    job = f"upload {WHEELS} wheels of {SIZE // 1_000_000} MB, {DELAY * 1000:.0f} ms a request"
    return at_least(job, figures, "seatrial publish", {"twine upload": 4, "uv publish": 4})


def describe(folder: Path, upload: str, simple: str, env: Mapping[str, str]) -> None:
    """Tell Seatrial of the index, which is at another port each time, as a user would."""
    (folder / "seatrial.toml").write_text(
        f'[index.slow]\nupload-url = "{upload}"\nsimple-url = "{simple}"\n', "utf-8"
    )
    ran(["git", "add", "seatrial.toml"], folder, env)
    who = ["-c", "user.name=Ada Example", "-c", "user.email=ada@example.org"]
    ran(["git", *who, "commit", "--quiet", "--message=Describe the index"], folder, env)


def wheels(folder: Path) -> list[Path]:
    """Make the wheels of one release for many platforms; the same bytes each time."""
    folder.mkdir()
    chance = random.Random(1)  # noqa: S311 - bytes that do not compress, and no secret
    tags = [f"cp3{minor}-cp3{minor}-{platform}" for minor in range(4, 15) for platform in PLATFORMS]
    return [
        wheel(folder / f"{NAME}-1.0-{tag}.whl", chance.randbytes(SIZE), tag)
        for tag in tags[:WHEELS]
    ]


def wheel(path: Path, content: bytes, tag: str, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """Make a wheel that holds one large file."""
    info = f"{NAME}-1.0.dist-info"
    parts = {
        f"{NAME}/large.bin": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": (
            f"Wheel-Version: 1.0\nGenerator: benchmark\nRoot-Is-Purelib: false\nTag: {tag}\n"
        ).encode(),
    }
    lines = [f"{name},sha256={digest(data)},{len(data)}" for name, data in parts.items()]
    parts[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, WHEN), data, compression)
    return path


def digest(data: bytes) -> str:
    """Give a digest as RECORD spells it."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
