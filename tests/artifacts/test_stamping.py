"""Platform wheels that are made from one pure wheel."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import uv
from packaging.tags import platform_tags

from seatrial.artifacts.deflating import Compressor
from seatrial.artifacts.inspect import inspect_file
from seatrial.artifacts.placing import Target
from seatrial.artifacts.stamping import Stamped, name_of, stamp, stamping
from seatrial.artifacts.wanted import Place
from seatrial.artifacts.wheel import read_wheel
from seatrial.errors import InspectionFailed, StorageFault
from tests.support.compiled import compiled
from tests.support.wheels import make_wheel, record_hash

EPOCH = 1_700_000_000
NEEDS = """
#ifndef _WIN32
extern int puts(const char *);
int main(void) { return puts("x"); }
#endif
"""
PROGRAM = b"#!/bin/sh\nexit 0\n"


def tarball(path: Path, files: Mapping[str, bytes], mode: int = 0o755) -> Path:
    """Make a tar archive, compressed as the name says."""
    form = path.name.rpartition(".")[2]
    with tarfile.open(path, f"w:{form}") as archive:  # type: ignore[call-overload]  # by its name
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), mode
            archive.addfile(entry, io.BytesIO(data))
    return path


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """Make a ZIP archive, as Windows does: without permission bits."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return path


def target(
    source: Path, *patterns: str, platform: str = "manylinux_2_17_x86_64", to: str = "demo/_bin/"
) -> Target:
    """Give a target that takes files from an archive."""
    return Target(
        name=platform.replace("_", "-"),
        platform=platform,
        source=source,
        shown=source.name,
        places=tuple(Place(pattern=one, to=to) for one in patterns),
    )


def stamped(
    base: Path, targets: Sequence[Target], out: Path, compressor: Compressor | None = None
) -> tuple[Stamped, ...]:
    """Make the wheels in a new folder."""
    out.mkdir()
    return stamp(base, targets, out, epoch=EPOCH, compressor=compressor)


def test_a_stamped_wheel_is_true_inside(tmp_path: Path) -> None:
    """Name, tags, Root-Is-Purelib and RECORD all state the platform, and our own look agrees."""
    base = make_wheel(tmp_path, tag="py3-none-any", scripts={"demo": "demo:main"})
    source = tarball(tmp_path / "e.tar.gz", {"e-1/tool": PROGRAM, "e-1/README": b"hello"})
    (made,) = stamped(base, [target(source, "tool")], tmp_path / "out")
    assert made.path.name == "demo-1.0-py3-none-manylinux_2_17_x86_64.whl"
    assert made.placed == ("demo/_bin/tool",)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        wheel = archive.read("demo-1.0.dist-info/WHEEL").decode().splitlines()
        record = archive.read("demo-1.0.dist-info/RECORD").decode()
        assert archive.read("demo/_bin/tool") == PROGRAM
        assert archive.namelist()[-1] == "demo-1.0.dist-info/RECORD"
    assert "Root-Is-Purelib: false" in wheel
    assert [line for line in wheel if line.startswith("Tag:")] == [
        "Tag: py3-none-manylinux_2_17_x86_64"
    ]
    assert "Generator: by-hand" in wheel
    assert f"demo/_bin/tool,{record_hash(PROGRAM)},{len(PROGRAM)}" in record
    facts = read_wheel(made.path)
    assert {entry.path for entry in facts.record} == {one.path for one in facts.members}
    found = inspect_file(made.path, name="demo", version="1.0").findings
    assert [one for one in found if one.severity == "fault"] == []


@pytest.mark.parametrize("name", ["e.tar.gz", "e.tar.xz", "e.tar.bz2", "e.zip"])
def test_every_kind_of_archive_is_read_and_its_programs_can_be_run(
    tmp_path: Path, name: str
) -> None:
    """A program is executable in the wheel even where the archive states no permissions."""
    base = make_wheel(tmp_path)
    files = {"e/tool": PROGRAM, "e/notes.txt": b"n"}
    make = zipped if name.endswith(".zip") else tarball
    source = make(tmp_path / name, files)
    (made,) = stamped(base, [target(source, "tool")], tmp_path / "out")
    with zipfile.ZipFile(made.path) as archive:
        info = archive.getinfo("demo/_bin/tool")
        assert archive.read(info) == PROGRAM
    assert info.external_attr >> 16 == 0o100755
    assert info.create_system == 3


def test_a_folder_gives_its_files_too(tmp_path: Path) -> None:
    """Binaries may lie open in a folder; their own permissions count."""
    base = make_wheel(tmp_path)
    (folder := tmp_path / "bin").mkdir()
    (folder / "lib.so.1").write_bytes(b"data")
    (folder / "lib.so.1").chmod(0o644)
    (made,) = stamped(base, [target(folder, "lib.so.*", to="demo/lib/")], tmp_path / "out")
    with zipfile.ZipFile(made.path) as archive:
        assert archive.getinfo("demo/lib/lib.so.1").external_attr >> 16 == 0o100644


def test_several_targets_each_have_their_own(tmp_path: Path) -> None:
    """Each wheel holds the binaries of its own archive alone."""
    base = make_wheel(tmp_path)
    platforms = ("manylinux_2_17_x86_64", "manylinux_2_17_aarch64", "win_amd64")
    targets = [
        target(zipped(tmp_path / f"{one}.zip", {"tool": one.encode()}), "tool", platform=one)
        for one in platforms
    ]
    made = stamped(base, targets, tmp_path / "out")
    for wheel, platform in zip(made, platforms, strict=True):
        assert wheel.path.name == name_of(base.name, platform)
        with zipfile.ZipFile(wheel.path) as archive:
            assert archive.read("demo/_bin/tool") == platform.encode()


def test_a_missing_file_refuses_and_says_what_there_is(tmp_path: Path) -> None:
    """A binary is never skipped: the message names it, and what the archive holds instead."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"e/tool": PROGRAM, "e/other": b""})
    with pytest.raises(InspectionFailed, match=r"no lib\*\.so; it holds e/other, e/tool"):
        stamped(base, [target(source, "tool", "lib*.so")], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_two_files_for_one_place_refuse(tmp_path: Path) -> None:
    """Two files that would lie at the same path are an error that names both."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"a/tool": b"1", "b/tool": b"2"})
    with pytest.raises(InspectionFailed, match=r"b/tool would go to .*, and so does a/tool"):
        stamped(base, [target(source, "tool")], tmp_path / "out")


def test_a_file_of_the_package_is_never_replaced(tmp_path: Path) -> None:
    """What the base wheel holds stays, whatever case a binary's place is written in."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"__INIT__.py": b"1"})
    with pytest.raises(InspectionFailed, match="of the package itself"):
        stamped(base, [target(source, "__INIT__.py", to="demo/")], tmp_path / "out")


def test_two_targets_of_one_platform_refuse(tmp_path: Path) -> None:
    """Two targets for the same platform are told by name, and nothing is left."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM})
    one = target(source, "tool")
    with pytest.raises(InspectionFailed, match="both make a wheel of this name"):
        stamped(base, [one, one], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_base_for_one_platform_refuses(tmp_path: Path) -> None:
    """A wheel that is compiled already is no base for others."""
    base = make_wheel(tmp_path, tag="cp311-cp311-linux_x86_64")
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM})
    with pytest.raises(InspectionFailed, match="already"):
        stamped(base, [target(source, "tool")], tmp_path / "out")


@pytest.mark.parametrize(
    ("machine", "platform"),
    [
        ("x86_64-linux-gnu.2.17", "-manylinux_2_5_x86_64"),
        ("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64"),
        ("aarch64-macos.11.0", "macosx_11_0_arm64"),
        ("x86_64-windows-gnu", "win_amd64"),
    ],
)
def test_auto_is_the_best_tag_that_is_true(tmp_path: Path, machine: str, platform: str) -> None:
    """Where the platform is left to the binaries, the wheel claims what they prove."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"tool": compiled(machine, NEEDS, program=True)})
    (made,) = stamped(base, [target(source, "tool", platform="auto")], tmp_path / "out")
    assert platform in made.path.name
    found = inspect_file(made.path, name="demo", version="1.0").findings
    assert [one for one in found if one.severity == "fault"] == []


def test_auto_needs_a_binary(tmp_path: Path) -> None:
    """Without anything compiled no platform can be told, and the message says so."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM})
    with pytest.raises(InspectionFailed, match="no platform can be told"):
        stamped(base, [target(source, "tool", platform="auto")], tmp_path / "out")


@pytest.mark.parametrize(
    ("machine", "platform", "said"),
    [
        ("aarch64-linux-gnu.2.17", "manylinux_2_17_x86_64", "linux on aarch64"),
        ("x86_64-linux-gnu.2.17", "macosx_11_0_arm64", "linux on x86_64"),
        ("aarch64-macos.11.0", "macosx_11_0_universal2", "macos on arm64"),
        ("aarch64-windows-gnu", "win_amd64", "windows on arm64"),
    ],
)
def test_a_binary_for_another_machine_refuses(
    tmp_path: Path, machine: str, platform: str, said: str
) -> None:
    """A program in the wrong target is named, with what it is for, and no wheel is left."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"e/tool": compiled(machine, NEEDS, program=True)})
    with pytest.raises(InspectionFailed, match=f"e/tool in it is for {said}"):
        stamped(base, [target(source, "tool", platform=platform)], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_what_has_a_name_already_stays(tmp_path: Path) -> None:
    """A wheel never replaces a file, and that one stands there is told."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM})
    out = tmp_path / "out"
    out.mkdir()
    there = out / name_of(base.name, "manylinux_2_17_x86_64")
    there.write_bytes(b"mine")
    with pytest.raises(StorageFault):
        stamp(base, [target(source, "tool")], out, epoch=EPOCH)
    assert there.read_bytes() == b"mine"
    assert list(out.iterdir()) == [there]


def test_a_disk_that_fills_leaves_nothing(tmp_path: Path) -> None:
    """Where the last of several wheels does not fit, none is left, and the folder is named."""
    base = make_wheel(tmp_path)
    small = tarball(tmp_path / "s.tar.gz", {"tool": PROGRAM})
    noise = random.Random(2).randbytes(3_000_000)  # noqa: S311 -- test data
    large = tarball(tmp_path / "l.tar.gz", {"tool": noise})
    (out := tmp_path / "out").mkdir()
    child = f"""
import resource, signal, sys
from pathlib import Path
from seatrial.artifacts.placing import Target
from seatrial.artifacts.stamping import stamp
from seatrial.artifacts.wanted import Place
from seatrial.errors import StorageFault

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
targets = [
    Target(name=p, platform=p, source=Path(s), shown=Path(s).name,
           places=(Place(pattern="tool", to="demo/"),))
    for p, s in (("win_amd64", {str(small)!r}), ("win_arm64", {str(large)!r}))
]
try:
    stamp(Path({str(base)!r}), targets, Path({str(out)!r}), epoch={EPOCH})
except StorageFault as fault:
    sys.exit(f"StorageFault {{fault.thing}}")
"""
    argv = [sys.executable, "-c", child]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.strip() == f"StorageFault {out}"
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_installers_take_a_stamped_wheel(tmp_path: Path, installer: str) -> None:
    """What was stamped for this platform is installed, with its program executable."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM}, mode=0o644)
    tag = next(iter(platform_tags()))
    (made,) = stamped(base, [target(source, "tool", platform=tag)], tmp_path / "out")
    lead = {"pip": [sys.executable, "-m", "pip"], "uv": [uv.find_uv_bin(), "pip"]}[installer]
    where = tmp_path / "site"
    argv = [*lead, "install", "--no-index", "--no-deps", "--target", str(where), str(made.path)]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    tool = where / "demo" / "_bin" / "tool"
    assert tool.read_bytes() == PROGRAM
    assert tool.stat().st_mode & 0o111


def test_wheels_are_begun_before_there_is_a_base(tmp_path: Path) -> None:
    """The binaries are put in while the package is built, and the wheel is the same."""
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM})
    (early := tmp_path / "early").mkdir()
    with stamping([target(source, "tool")], early, epoch=EPOCH) as begun:
        begun.begun[0][1].result()
        base = make_wheel(tmp_path)
        (made,) = begun.make(base)
    (late,) = stamped(base, [target(source, "tool")], tmp_path / "late")
    assert made.path.read_bytes() == late.path.read_bytes()
    assert list(early.iterdir()) == [made.path]


def test_where_there_is_no_base_nothing_is_left(tmp_path: Path) -> None:
    """A build that fails leaves nothing of the wheels that were begun beside it."""
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM})
    (out := tmp_path / "out").mkdir()
    with (
        pytest.raises(StorageFault, match="no base"),
        stamping([target(source, "tool")] * 5, out, epoch=EPOCH),
    ):
        raise StorageFault("wheel", "no base")
    assert list(out.iterdir()) == []


def test_binaries_come_first_and_what_tells_of_the_wheel_last(tmp_path: Path) -> None:
    """They are there before the package; the specification wants .dist-info at the end."""
    base = make_wheel(tmp_path)
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM})
    (made,) = stamped(base, [target(source, "tool")], tmp_path / "out")
    with zipfile.ZipFile(made.path) as archive:
        names = archive.namelist()
    assert names[:2] == ["demo/_bin/tool", "demo/__init__.py"]
    assert [".dist-info/" in name for name in names] == sorted(".dist-info/" in n for n in names)
    assert names[-1].endswith("/RECORD")


def test_a_wheel_is_given_when_it_is_whole(tmp_path: Path) -> None:
    """It can be used while the next one is made, and what fails later leaves none of them."""
    good = tarball(tmp_path / "good.tar.gz", {"tool": PROGRAM})
    bad = tarball(tmp_path / "bad.tar.gz", {"other": PROGRAM})
    targets = [target(good, "tool"), target(bad, "tool", platform="win_amd64")]
    (out := tmp_path / "out").mkdir()
    seen: list[tuple[str, ...]] = []

    def made() -> None:
        with stamping(targets, out, epoch=EPOCH) as begun:
            seen.extend(read_wheel(one.path).tags for one in begun.make(make_wheel(tmp_path)))

    with pytest.raises(InspectionFailed, match="it holds no tool"):
        made()
    assert seen == [("py3-none-manylinux_2_17_x86_64",)]
    assert list(out.iterdir()) == []
