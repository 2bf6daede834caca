"""Wheels for five platforms around real programs, beside building each and beside packing each.

The programs are uv and ruff of two releases on the index, about 60 MB a platform.  Their archives
are packed by ``tar -czf``, as projects pack theirs; those packed for speed, whose blocks are too
large to be taken over, are stamped beside them.

Whole ways begin with a repository and the archives, and end with five wheels.  The parts of two of
them are compared as well: stamping, and packing, both from a wheel that is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.binaries import PLATFORMS, fetched
from benchmarks.measuring import (
    BIN,
    Contender,
    Row,
    at_least,
    at_most,
    environment,
    medians,
    ran,
    shown,
)

PROGRAMS = ("uv==0.13.8", "ruff==0.15.0")
ROUNDS = 3
FASTER = 7.0
DEFLATE = 1.5
"""Times that stamping may take what compressing the same bytes takes."""

MEMORY = 200 * 1024
"""KiB that the whole may take."""

OURS, STAMPED = "`seatrial wrap`", "stamping alone"
ANEW = "stamping alone, archives packed for speed"
BUILT = "`tar -xzf`, `python -m build`, `wheel tags`"
REPACKED = "`python -m build`, `tar -xzf`, `wheel unpack`, `pack`"
PACKED, DEFLATED = "`wheel unpack`, `pack` alone", "libdeflate, both cores"

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "wrapper"
version = "1.0"
description = "Programs in wheels"
readme = "README.md"
license = "MIT"
requires-python = ">=3.9"

[tool.hatch.build.targets.wheel]
packages = ["wrapper"]
artifacts = ["wrapper/_bin/*"]
"""

STAMP = """
import sys
from pathlib import Path
from seatrial.artifacts.placing import Target
from seatrial.artifacts.stamping import stamp
from seatrial.artifacts.wanted import Place

base, archives, out, *platforms = sys.argv[1:]
places = (Place(pattern="uv*", to="wrapper/_bin/"), Place(pattern="ruff*", to="wrapper/_bin/"))
stamp(Path(base), [
    Target(name=one, platform=one, source=Path(archives, f"{one}.tar.gz"), shown=f"{one}.tar.gz",
           places=places)
    for one in platforms
], Path(out), epoch=1_700_000_000)
"""

DEFLATE_ALL = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from deflate import deflate_compress

with ThreadPoolExecutor() as pool:
    files = [one.read_bytes() for one in sorted(Path(sys.argv[1]).glob("*/*"))]
    files.sort(key=len, reverse=True)
    print(sum(map(len, pool.map(lambda data: deflate_compress(data, 5), files))))
"""
"""The fastest that makes programs no larger than zlib does at the level that others use."""


@dataclass(frozen=True)
class Shop:
    """What is wrapped, and where.

    Args:
        folder: the benchmark's own.
    """

    folder: Path

    @property
    def programs(self) -> Path:
        """The folder of the programs, a folder for each platform."""
        return self.folder / "programs"

    @property
    def repository(self) -> Path:
        """The repository of the package; its archives lie in ``archives``."""
        return self.folder / "repository"

    @property
    def archives(self) -> Path:
        """The folder of the archives, as they are usually packed."""
        return self.repository / "archives"

    def fresh(self, name: str) -> Path:
        """Give a new empty folder."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def run(self, argv: list[str | Path], cwd: Path | None = None) -> float:
        """Run a command, and give its seconds."""
        return ran(argv, cwd or self.folder, environment(self.folder))

    def open(self) -> None:
        """Fetch the programs, pack the archives, commit the package, build its wheel."""
        archives, fast = self.archives, self.fresh("fast")
        archives.mkdir(parents=True)
        for platform in PLATFORMS:
            (own := self.programs / platform).mkdir(parents=True)
            for requirement in PROGRAMS:
                with zipfile.ZipFile(fetched(self.folder, requirement, platform)) as wheel:
                    for info in wheel.infolist():
                        if "/scripts/" in info.filename and info.file_size > 1 << 20:
                            (own / Path(info.filename).name).write_bytes(wheel.read(info))
            name = f"{platform}.tar.gz"
            self.run(["tar", "-czf", archives / name, "-C", own, "."])
            with tarfile.open(fast / name, "w:gz", compresslevel=1) as archive:
                archive.add(own, ".")
        package(self.repository)
        targets = "".join(f'{one} = "{one}"\n' for one in PLATFORMS)
        (self.repository / "seatrial.toml").write_text(
            '[wrap]\nfrom = "archives"\nasset = "{target}.tar.gz"\n\n'
            '[wrap.place]\n"uv{exe}" = "wrapper/_bin/"\n"ruff{exe}" = "wrapper/_bin/"\n\n'
            f"[wrap.targets]\n{targets}"
        )
        (self.repository / ".gitignore").write_text("archives/\n")
        who = ["-c", "user.name=One", "-c", "user.email=one@example.org"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Begin"]):
            self.run(["git", *who, *words], self.repository)
        self.run(build(self.repository, self.fresh("base")))


def package(folder: Path) -> None:
    """Write the package."""
    (folder / "wrapper").mkdir()
    (folder / "wrapper" / "__init__.py").write_text('"""Programs in wheels."""\n')
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "README.md").write_text("# Wrapper\n")


def build(source: Path, out: Path) -> list[str | Path]:
    """Give the command that builds a wheel alone, in an environment of its own as ours does."""
    quick = ["--installer", "uv"]
    return [sys.executable, "-m", "build", "--wheel", *quick, "--outdir", out, source]


def measure(folder: Path) -> list[Row]:
    """Wrap 5 times 60 MB, as a command and by the stamp alone."""
    shop = Shop(folder)
    shop.open()
    figures = medians(
        [
            Contender(name=name, once=partial(once, shop))
            for name, once in (
                (OURS, wrapped), (BUILT, built), (REPACKED, repacked), (STAMPED, stamped),
                (ANEW, stamped_anew), (PACKED, packed), (DEFLATED, deflated),
            )
        ],
        ROUNDS,
    )  # fmt: skip
    size = sum(one.stat().st_size for one in shop.programs.glob("*/*"))
    job = f"wrap 5 times {size / 5e6:.0f} MB"
    rows = at_least(job, figures, OURS, {BUILT: FASTER, REPACKED: FASTER})
    rows += processor_time(shop)
    rows += at_least(f"{job}, stamp", figures, STAMPED, {PACKED: FASTER})
    rows += at_most("", figures, STAMPED, {DEFLATED: DEFLATE})[1:]
    gain = f"{figures[PACKED] / figures[ANEW]:.2f} times faster than packing"
    rows += [Row(job="the same, all compressed anew", how=ANEW, figure=shown(figures[ANEW]),
                 ratio=gain)]  # fmt: skip
    return [*rows, *sizes(folder), *memory(shop)]


def wrapped(shop: Shop) -> float:
    """Use the command (build, wheels, inspection), with nothing kept from before."""
    shutil.rmtree(shop.folder / "cache" / "seatrial", ignore_errors=True)
    out = shop.fresh("wrapped")
    return shop.run([BIN / "seatrial", "wrap", shop.repository, "--out", out])


def stamp_argv(shop: Shop, archives: Path) -> list[str | Path]:
    """Give the command that stamps the wheels and does nothing else."""
    (base,) = (shop.folder / "base").glob("*.whl")
    return [sys.executable, "-c", STAMP, base, archives, shop.fresh("stamped"), *PLATFORMS]


def stamped(shop: Shop) -> float:
    """Stamp the wheels from a base that is there."""
    return shop.run(stamp_argv(shop, shop.archives))


def stamped_anew(shop: Shop) -> float:
    """Stamp them from archives of which nothing can be taken over."""
    return shop.run(stamp_argv(shop, shop.folder / "fast"))


def processor_time(shop: Shop) -> list[Row]:
    """Tell what the whole ways take of all processors together, each once; it is less disturbed."""
    rows = []
    for how, once in ((OURS, wrapped), (BUILT, built), (REPACKED, repacked)):
        before = os.times()
        once(shop)
        after = os.times()
        took = after.children_user + after.children_system
        took -= before.children_user + before.children_system
        rows.append(Row(job="" if rows else "its processor time", how=how, figure=shown(took)))
    return rows


def built(shop: Shop) -> float:
    """Build the package once for each platform, with its programs in it, and tag the wheel."""
    seconds, out = 0.0, shop.fresh("built")
    for platform in PLATFORMS:
        source = shop.fresh("source")
        package(source)
        seconds += shop.run(unpack(shop, platform, source))
        seconds += shop.run(build(source, out))
        (wheel,) = out.glob("*-any.whl")
        seconds += shop.run([BIN / "wheel", "tags", "--remove", "--platform-tag", platform, wheel])
    return seconds


def unpack(shop: Shop, platform: str, root: Path) -> list[str | Path]:
    """Give the command that unpacks the programs of a platform to where they belong."""
    (to := root / "wrapper" / "_bin").mkdir()
    return ["tar", "-xzf", shop.archives / f"{platform}.tar.gz", "-C", to]


def repacked(shop: Shop) -> float:
    """Build the package once; once for each platform, unpack, put the programs in, and pack it."""
    base = shop.fresh("own")
    seconds = shop.run(build(shop.repository, base))
    (wheel,) = base.glob("*.whl")
    return seconds + pack(shop, wheel, shop.fresh("repacked"), unpack)


def packed(shop: Shop) -> float:
    """Do only that, from a wheel and programs that are there; copying them does not count."""
    (wheel,) = (shop.folder / "base").glob("*.whl")

    def copied(shop: Shop, platform: str, root: Path) -> list[str | Path]:
        shutil.copytree(shop.programs / platform, root / "wrapper" / "_bin")
        return []

    return pack(shop, wheel, shop.fresh("packed"), copied)


def pack(
    shop: Shop, base: Path, out: Path, place: Callable[[Shop, str, Path], list[str | Path]]
) -> float:
    """Make a wheel for each platform from an unpacked one.

    Args:
        shop: the programs.
        base: the wheel.
        out: a folder for the wheels.
        place: puts a platform's programs into the unpacked one, or gives the command that does.
    """
    seconds = 0.0
    for platform in PLATFORMS:
        source = shop.fresh("source")
        seconds += shop.run([BIN / "wheel", "unpack", "--dest", source, base])
        (root,) = source.iterdir()
        argv = place(shop, platform, root)
        seconds += shop.run(argv) if argv else 0.0
        (about,) = root.glob("*.dist-info/WHEEL")
        about.write_text(about.read_text().replace("-any", f"-{platform}"))
        seconds += shop.run([BIN / "wheel", "pack", "--dest-dir", out, root])
    return seconds


def deflated(shop: Shop) -> float:
    """Compress the same bytes with both cores, and nothing else."""
    return shop.run([sys.executable, "-c", DEFLATE_ALL, shop.programs])


def sizes(folder: Path) -> list[Row]:
    """Compare the wheels."""

    def total(name: str) -> int:
        return sum(one.stat().st_size for one in (folder / name).glob("*.whl"))

    ours = total("wrapped")
    rows = [Row(job="the five wheels", how=OURS, figure=f"{ours / 1e6:.1f} MB")]
    for how, name in ((BUILT, "built"), (REPACKED, "repacked")):
        rows.append(
            Row(
                job="", how=how, figure=f"{total(name) / 1e6:.1f} MB",
                ratio=f"{ours / total(name):.4f} times its size", target="at most 1",
                met=ours <= total(name),
            )
        )  # fmt: skip
    return rows


def memory(shop: Shop) -> list[Row]:
    """Measure the most memory that stamping takes."""
    rows = []
    for how, archives in ((STAMPED, shop.archives), (ANEW, shop.folder / "fast")):
        child = subprocess.Popen([str(part) for part in stamp_argv(shop, archives)])
        _, status, used = os.wait4(child.pid, 0)
        if status:
            raise SystemExit(f"stamping ended with {os.waitstatus_to_exitcode(status)}")
        most = used.ru_maxrss
        ratio = f"{most / 1024:.0f} MiB"
        rows.append(
            Row(
                job="" if rows else "peak memory", how=how, figure=ratio, ratio=ratio,
                target=f"at most {MEMORY // 1024} MiB", met=most <= MEMORY,
            )
        )  # fmt: skip
    return rows
