"""Archives of another project's binaries, whose makers are not to be believed."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from seatrial.artifacts.supplies import files_in, opened
from seatrial.errors import InspectionFailed


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """Give a member of a tar archive, of any kind."""
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def tarball(path: Path, *entries: tarfile.TarInfo) -> Path:
    """Make a tar archive of members without content."""
    with tarfile.open(path, "w:gz") as archive:
        for one in entries:
            archive.addfile(one)
    return path


def read(path: Path, shown: str = "") -> dict[str, bytes]:
    """Read everything that an archive holds."""
    with opened(path, shown) as files:
        return {one.path: content.read(1 << 30) for one, content, _ in files}


@pytest.mark.parametrize("name", ["../up", "/root", "a/../../up", "C:\\up", "a\\..\\up"])
@pytest.mark.parametrize("form", ["tar.gz", "zip"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str, form: str) -> None:
    """An archive with one path that is not plain is not used at all."""
    path = tmp_path / f"e.{form}"
    if form == "zip":
        info = zipfile.ZipInfo("x")
        info.filename = name
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(info, b"x")
    else:
        tarball(path, entry(name))
    with pytest.raises(InspectionFailed, match="no plain relative one") as caught:
        read(path)
    assert caught.value.thing == path.name


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
@pytest.mark.parametrize("link", ["/etc/passwd", "../../out"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, kind: bytes, link: str) -> None:
    """Links stay inside the archive, hard ones and soft ones."""
    path = tarball(tmp_path / "e.tar.gz", entry("a/l", kind, link))
    with pytest.raises(InspectionFailed, match="the link 'a/l' in it leads to"):
        read(path)


def test_a_link_of_a_zip_that_leads_out_is_refused(tmp_path: Path) -> None:
    """A ZIP archive states links by its permission bits, and they are looked at."""
    info = zipfile.ZipInfo("a/l")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr(info, "../../out")
    with pytest.raises(InspectionFailed, match="the link 'a/l' in it leads to"):
        read(tmp_path / "e.zip")


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_a_device_is_refused(tmp_path: Path, kind: bytes) -> None:
    """Devices and pipes have no place among binaries."""
    path = tarball(tmp_path / "e.tar.gz", entry("dev", kind))
    with pytest.raises(InspectionFailed, match="no file, folder or link"):
        read(path)


def test_a_path_twice_is_refused(tmp_path: Path) -> None:
    """Of two members with one path nobody could say which is meant."""
    path = tarball(tmp_path / "e.tar.gz", entry("tool"), entry("./tool"))
    with pytest.raises(InspectionFailed, match="twice"):
        read(path)


@pytest.mark.parametrize("form", ["tar.gz", "zip"])
def test_a_bomb_is_refused_before_it_bursts(tmp_path: Path, form: str) -> None:
    """What unpacks to far more than it has is given up on the way."""
    path, size = tmp_path / f"e.{form}", 80 << 20
    if form == "zip":
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("tool", "w") as member,
        ):
            for _ in range(size >> 20):
                member.write(bytes(1 << 20))
    else:
        head = entry("tool")
        head.size = size
        with gzip.open(path, "wb", compresslevel=1) as file:
            file.write(head.tobuf())
            for _ in range(size >> 20):
                file.write(bytes(1 << 20))
    with pytest.raises(InspectionFailed, match="as a bomb does"):
        read(path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("e.tar.gz", b"<!DOCTYPE html><title>Sign in</title>", "it is a web page"),
        ("e.zip", b"\xef\xbb\xbf\n<html>", "it is a web page"),
        ("e.tar.gz", b"PK\x03\x04" + bytes(60), "it holds a zip archive"),
        ("e.zip", b"\x1f\x8b\x08\x00" + bytes(60), "it holds gzip data"),
        ("e.tar.xz", b"\x1f\x8b\x08\x00" + bytes(60), "it holds gzip data"),
        ("e.tar.xz", b"MZ", "something that begins with 'MZ'"),
        ("e.zip", b"", "it is empty"),
    ],
)
def test_what_is_not_what_its_name_says_is_told(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    """The first bytes have to be those of the kind that the name promises."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InspectionFailed, match=said):
        read(tmp_path / name)


@pytest.mark.parametrize("form", ["gz", "xz", "bz2"])
@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_cut_archive_is_refused(tmp_path: Path, form: str, kept: float) -> None:
    """Wherever an archive ends too early, its checksum included, nothing of it is used."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=f"w:{form}") as archive:  # type: ignore[call-overload]
        head = entry("tool")
        data = b"".join(number.to_bytes(4, "big") for number in range(50_000))
        head.size = len(data)
        archive.addfile(head, io.BytesIO(data))
    raw = whole.getvalue()
    path = tmp_path / f"e.tar.{form}"
    path.write_bytes(raw[: int(len(raw) * kept)])
    with pytest.raises(InspectionFailed):
        read(path)


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    """A member whose bytes do not have its checksum is no binary of ours."""
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tool", b"0123456789" * 100)
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)
    with pytest.raises(InspectionFailed, match="cannot be read"):
        read(path)


def test_the_name_for_people_says_the_kind(tmp_path: Path) -> None:
    """A download keeps its published name, wherever it was put; without an ending it is a file."""
    made = tarball(tmp_path / "e.tar.gz", entry("tool")).rename(tmp_path / "3f2a")
    assert list(read(made, "engine.tar.gz")) == ["tool"]
    assert list(read(made, "tool")) == ["tool"]


def test_files_of_a_folder_come_in_order(tmp_path: Path) -> None:
    """The order is that of the names, so that the same folder makes the same wheel."""
    for name in ("b/z", "b/a", "c", "a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)]
    assert found == ["a", "c", "b/a", "b/z"]
