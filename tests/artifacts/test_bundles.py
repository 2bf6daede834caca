"""Archives in which CI keeps what it built."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from seatrial.artifacts.bundles import unbundle
from seatrial.errors import InspectionFailed
from tests.support.wheels import make_sdist, make_wheel


def bundle(path: Path, members: dict[str, bytes]) -> Path:
    """Make a ZIP archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_only_the_files_of_the_release_are_taken(tmp_path: Path) -> None:
    """Other versions, other projects and everything else stay in the archive."""
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    members = {
        f"deep/er/{wheel.name}": wheel.read_bytes(),
        sdist.name: sdist.read_bytes(),
        "demo-0.9-py3-none-any.whl": b"old",
        "other-1.0-py3-none-any.whl": b"other",
        "build.log": b"said",
    }
    out = tmp_path / "out"
    out.mkdir()
    found = unbundle(bundle(tmp_path / "w.zip", members), out, "Demo", "1.0")
    assert sorted(path.name for path in found) == sorted([wheel.name, sdist.name])
    assert (out / wheel.name).read_bytes() == wheel.read_bytes()


def test_a_path_leads_nowhere_else(tmp_path: Path) -> None:
    """Of a hostile path only the last part is used, so the file lands in the folder."""
    out = tmp_path / "a" / "out"
    out.mkdir(parents=True)
    name = "demo-1.0-py3-none-any.whl"
    unbundle(bundle(tmp_path / "w.zip", {f"../../{name}": b"x"}), out, "demo", "1.0")
    assert [path.relative_to(out).as_posix() for path in out.rglob("*")] == [name]
    assert not (tmp_path / name).exists()


def test_the_same_file_twice_is_one_and_another_is_refused(tmp_path: Path) -> None:
    """Two files of one name with other bytes are no release."""
    name = "demo-1.0-py3-none-any.whl"
    (same := tmp_path / "same").mkdir()
    made = unbundle(
        bundle(tmp_path / "s.zip", {f"a/{name}": b"x", f"b/{name}": b"x"}), same, "demo", "1"
    )
    assert len(made) == 1
    # Their CRC-32 is the same.
    other = bundle(tmp_path / "o.zip", {f"a/{name}": b"plumless", f"b/{name}": b"buckeroo"})
    with pytest.raises(InspectionFailed, match="with other bytes"):
        unbundle(other, tmp_path, "demo", "1.0")


@pytest.mark.parametrize("data", [b"<html>gone</html>", b"\x1f\x8b\x08\x00", b"", b"PK\x05\x06"])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    """An error page, another format and nothing at all are refused with the file's name."""
    path = tmp_path / "w.zip"
    path.write_bytes(data)
    with pytest.raises(InspectionFailed, match=r"w\.zip"):
        unbundle(path, tmp_path, "demo", "1.0")


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    """What unpacks to far more than it is, is not unpacked."""
    bomb = bundle(tmp_path / "w.zip", {"demo-1.0-py3-none-any.whl": bytes(80 << 20)})
    with pytest.raises(InspectionFailed, match="far more"):
        unbundle(bomb, tmp_path, "demo", "1.0")


def test_a_broken_member_is_refused(tmp_path: Path) -> None:
    """A member whose bytes are not those of its checksum is not taken."""
    path = bundle(tmp_path / "w.zip", {"demo-1.0-py3-none-any.whl": bytes(range(200))})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(InspectionFailed):
        unbundle(path, tmp_path, "demo", "1.0")
