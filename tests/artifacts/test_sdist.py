from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from seatrial.artifacts import archives
from seatrial.artifacts.sdist import read_sdist
from seatrial.artifacts.unpack import unpack_sdist
from seatrial.errors import InspectionFailed, StorageFault
from tests.support.inspected import inspect_files
from tests.support.wheels import make_sdist, metadata

INFO = ("demo-1.0/PKG-INFO", metadata("demo", "1.0"))


def tarball(folder: Path, members: Sequence[tarfile.TarInfo | tuple[str, str]]) -> Path:
    """Make an sdist of any members, in this order; a tuple is a file with its content."""
    path = folder / "demo-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                entry = tarfile.TarInfo(member[0])
                entry.size = len(member[1].encode())
                archive.addfile(entry, io.BytesIO(member[1].encode()))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """Make a member that is no file."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def test_an_sdist_says_what_it_is(tmp_path: Path) -> None:
    """Name, version, top folder, metadata and members are read."""
    sdist = read_sdist(make_sdist(tmp_path, "Demo.Lib", "1.0.post1", headers="Summary: Größe\n"))
    assert (sdist.name, sdist.version) == ("demo-lib", "1.0.post1")
    assert sdist.top == "demo_lib-1.0.post1"
    assert sdist.metadata.first("summary") == "Größe"
    assert f"{sdist.top}/pyproject.toml" in {member.path for member in sdist.members}


def test_an_sdist_unpacks_to_its_one_folder(tmp_path: Path) -> None:
    """The content is there as it was packed, in the folder that is given back."""
    path = make_sdist(tmp_path, files={"data/größe.txt": "x", "run.sh": "#!/bin/sh"})
    top = unpack_sdist(path, tmp_path / "out" / "deep")
    assert top == tmp_path / "out" / "deep" / "demo-1.0"
    assert (top / "data" / "größe.txt").read_text() == "x"
    assert {entry.name for entry in top.parent.iterdir()} == {"demo-1.0"}


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
@pytest.mark.parametrize(("packed", "unpacked"), [(0o6777, 0o755), (0o666, 0o644), (0, 0o600)])
def test_owner_and_permissions_are_not_unpacked(tmp_path: Path, packed: int, unpacked: int) -> None:
    """Whoever packed it, a file is ours, may be written by us alone, and never sets a user."""
    entry = tarfile.TarInfo("demo-1.0/run")
    entry.mode, entry.uid, entry.gid, entry.uname = packed, 12345, 12345, "daemon"
    made = unpack_sdist(tarball(tmp_path, [INFO, entry]), tmp_path / "out") / "run"
    assert made.stat().st_mode & 0o7777 == unpacked
    assert (made.stat().st_uid, made.stat().st_gid) == (os.getuid(), os.getgid())


def test_links_that_stay_inside_are_unpacked(tmp_path: Path) -> None:
    """A link to a file of the same sdist is as good as the file."""
    path = tarball(
        tmp_path,
        [
            INFO,
            special("demo-1.0/docs", tarfile.DIRTYPE),
            special("demo-1.0/docs/soft", tarfile.SYMTYPE, ".././PKG-INFO"),
            special("demo-1.0/hard", tarfile.LNKTYPE, "demo-1.0/PKG-INFO"),
        ],
    )
    assert read_sdist(path).name == "demo"
    top = unpack_sdist(path, tmp_path / "out")
    assert (top / "docs" / "soft").read_text() == INFO[1]
    assert (top / "hard").read_text() == INFO[1]


HOSTILE: list[tuple[list[tarfile.TarInfo | tuple[str, str]], str]] = [
    ([INFO, ("../evil", "x")], "no plain relative one"),
    ([INFO, ("/evil", "x")], "no plain relative one"),
    ([INFO, ("demo-1.0/../../evil", "x")], "no plain relative one"),
    ([INFO, ("demo-1.0/a\\b", "x")], "no plain relative one"),
    ([INFO, ("other/file", "x")], "one folder"),
    ([INFO, ("loose", "x")], "one folder"),
    ([("loose", "x")], "one folder"),
    ([INFO, special("demo-1.0/PKG-INFO", tarfile.SYMTYPE, "x")], "twice"),
    ([INFO, special("demo-1.0/l", tarfile.SYMTYPE, "x"), ("demo-1.0/l", "x")], "twice"),
    ([INFO, special("demo-1.0/pipe", tarfile.FIFOTYPE)], "no file, folder or link"),
    ([INFO, special("demo-1.0/disk", tarfile.BLKTYPE)], "no file, folder or link"),
    ([INFO, special("demo-1.0/up", tarfile.SYMTYPE, "../..")], "leads to"),
    ([INFO, special("demo-1.0/up", tarfile.SYMTYPE, "/etc/passwd")], "leads to"),
    ([INFO, special("demo-1.0/up", tarfile.SYMTYPE, "a/../../..")], "leads to"),
    ([INFO, special("demo-1.0/up", tarfile.SYMTYPE, "../demo-1.0x/y")], "leads to"),
    ([INFO, special("demo-1.0/up", tarfile.LNKTYPE, "/etc/passwd")], "leads to"),
    ([INFO, special("demo-1.0/up", tarfile.LNKTYPE, "demo-1.0/../../x")], "leads to"),
    (
        [INFO, special("demo-1.0/l", tarfile.SYMTYPE, "."), ("demo-1.0/l/x", "x")],
        "below a symbolic link",
    ),
    (
        [
            INFO,
            special("demo-1.0/l", tarfile.SYMTYPE, "."),
            special("demo-1.0/h", tarfile.LNKTYPE, "demo-1.0/l/PKG-INFO"),
        ],
        "leads to",
    ),
]


@pytest.mark.parametrize(("members", "said"), HOSTILE)
def test_a_hostile_sdist_is_refused_when_read_and_when_unpacked(
    tmp_path: Path, members: list[tarfile.TarInfo | tuple[str, str]], said: str
) -> None:
    """What would leave its folder is InspectionFailed, and nothing is written outside."""
    path = tarball(tmp_path, members)
    with pytest.raises(InspectionFailed, match=said):
        read_sdist(path)
    with pytest.raises(InspectionFailed, match=said):
        unpack_sdist(path, tmp_path / "deep" / "out")
    assert {entry.name for entry in tmp_path.iterdir()} == {path.name, "deep"}
    assert {entry.name for entry in (tmp_path / "deep").iterdir()} == {"out"}


def test_a_file_that_stands_twice_counts_as_the_last(tmp_path: Path) -> None:
    """Some build backends pack a file again; what is read is what is unpacked."""
    again = (INFO[0], metadata("demo", "1.0", "Summary: last\n"))
    path = tarball(tmp_path, [INFO, ("demo-1.0/pyproject.toml", ""), again])
    sdist = read_sdist(path)
    assert sdist.doubles == (INFO[0],)
    assert sdist.metadata.first("summary") == "last"
    assert (unpack_sdist(path, tmp_path / "out") / "PKG-INFO").read_text() == again[1]
    findings = inspect_files([path], name="demo", version="1.0")
    assert [one.code for one in findings if one.severity != "note"] == ["twice"]


def test_an_sdist_without_metadata_is_refused(tmp_path: Path) -> None:
    """PKG-INFO is what makes it an sdist."""
    with pytest.raises(InspectionFailed, match=r"it has no demo-1\.0/PKG-INFO"):
        read_sdist(make_sdist(tmp_path, files={"PKG-INFO": None}))


@pytest.mark.parametrize("name", ["demo-2.0.tar.gz", "other-1.0.tar.gz"])
def test_an_sdist_named_for_another_release_is_refused(tmp_path: Path, name: str) -> None:
    """The file and its folder are named for the same project and version."""
    path = make_sdist(tmp_path).rename(tmp_path / name)
    with pytest.raises(InspectionFailed, match="another project or version"):
        read_sdist(path)


@pytest.mark.parametrize("name", ["demo-1.0.zip", "demo.tar.gz", "demo-x.tar.gz"])
def test_a_name_that_is_none_of_an_sdist_is_refused(tmp_path: Path, name: str) -> None:
    """PEP 625 says how an sdist is named."""
    path = make_sdist(tmp_path).rename(tmp_path / name)
    with pytest.raises(InspectionFailed):
        read_sdist(path)


@pytest.mark.parametrize("cut", [0, 5, 100, -9, -1])
def test_a_torn_sdist_is_refused(tmp_path: Path, cut: int) -> None:
    """A file of which a part is missing is InspectionFailed, even if it is only the checksum."""
    path = make_sdist(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InspectionFailed):
        read_sdist(path)
    with pytest.raises(InspectionFailed):
        unpack_sdist(path, tmp_path / "out")


def test_a_bomb_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    """A stream that gives far more than its size is cut off."""
    path = tmp_path / "demo-1.0.tar.gz"
    entry = tarfile.TarInfo("demo-1.0/zeros")
    entry.size = archives.BOMB_SIZE + 1024
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(entry.tobuf())
        for _ in range(archives.BOMB_SIZE // archives.MIB + 1):
            out.write(bytes(archives.MIB))
    with pytest.raises(InspectionFailed, match="more than 64 MiB"):
        read_sdist(path)


def test_a_negative_size_ends_in_an_error(tmp_path: Path) -> None:
    """A header that would send the reader backwards is refused, and does not loop."""
    entry = tarfile.TarInfo("demo-1.0/PKG-INFO")
    header = bytearray(entry.tobuf())
    header[124:136] = b"\xff" * 10 + b"\xfc\x00"
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    path = tmp_path / "demo-1.0.tar.gz"
    path.write_bytes(gzip.compress(bytes(header) + bytes(2048)))
    with pytest.raises(InspectionFailed):
        read_sdist(path)
    with pytest.raises(InspectionFailed):
        unpack_sdist(path, tmp_path / "out")


def test_nothing_is_unpacked_over_other_files(tmp_path: Path) -> None:
    """A folder that holds something already is refused: a build would take it in."""
    with pytest.raises(StorageFault, match="not empty"):
        unpack_sdist(make_sdist(tmp_path), tmp_path)


def test_a_place_that_cannot_be_written_is_a_storage_fault(tmp_path: Path) -> None:
    """Where a file stands in the way of the folder, the error names the place."""
    path = make_sdist(tmp_path)
    with pytest.raises(StorageFault) as caught:
        unpack_sdist(path, path / "out")
    assert str(path) in caught.value.thing
