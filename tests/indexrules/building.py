"""Uploads made by hand: forms, sdists and wheels of any shape, and what an index holds."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from seatrial.indexrules.judge import judge
from seatrial.indexrules.values import Form, Held, UploadedFile, Verdict

NOW = 1_790_000_000.0
"""The time at which everything here is judged."""

WHEEL_NAME = "probe-1.0-py3-none-any.whl"
SDIST_NAME = "probe-1.0.tar.gz"

WHEEL_FILE = b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
METADATA_FILE = b"Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n"


def info_of(file_name: str) -> str:
    """Give the folder of metadata that belongs to a wheel's file name."""
    name, version, *_ = [*file_name.split("-"), "", ""]
    return f"{name}-{version}.dist-info"


def record_of(names: Iterable[str], record: str) -> bytes:
    """List names as RECORD does, without hashes."""
    return "".join(f"{name},,\n" for name in [*names, record]).encode()


def wheel_members(file_name: str = WHEEL_NAME) -> dict[str, bytes]:
    """Give the members of a sound wheel, RECORD last."""
    info = info_of(file_name)
    members = {
        "probe/__init__.py": b"",
        f"{info}/METADATA": METADATA_FILE,
        f"{info}/WHEEL": WHEEL_FILE,
    }
    members[f"{info}/RECORD"] = record_of(members, f"{info}/RECORD")
    return members


def write_zip(
    path: Path, members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED
) -> Path:
    """Write a ZIP of the members, in their order."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return path


def sdist_members(top: str = "probe-1.0") -> dict[str, bytes]:
    """Give the members of a sound sdist."""
    return {f"{top}/PKG-INFO": METADATA_FILE, f"{top}/probe.py": b"x = 1\n"}


def tar_bytes(members: Mapping[str, bytes] | Sequence[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """Make a tar, not compressed, of plain members or of headers with their data."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, data in headers(members):
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def headers(
    members: Mapping[str, bytes] | Sequence[tuple[tarfile.TarInfo, bytes]],
) -> list[tuple[tarfile.TarInfo, bytes]]:
    """Give a header for every member that has none."""
    if not isinstance(members, Mapping):
        return list(members)
    found = []
    for name, data in members.items():
        info = tarfile.TarInfo(name)
        info.size = len(data)
        found.append((info, data))
    return found


def write_sdist(
    path: Path, members: Mapping[str, bytes] | Sequence[tuple[tarfile.TarInfo, bytes]]
) -> Path:
    """Write a gzipped tar of the members."""
    path.write_bytes(gzip.compress(tar_bytes(members), mtime=0))
    return path


def form_for(file: UploadedFile | None, fields: Mapping[str, str | Sequence[str] | None]) -> Form:
    """Make a sound form for a file, with fields put in, replaced, or (None) taken out."""
    is_wheel = file is not None and file.name.lower().endswith(".whl")
    whole: dict[str, str | Sequence[str] | None] = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.5",
        "name": "probe",
        "version": "1.0",
        "filetype": "bdist_wheel" if is_wheel else "sdist",
        "pyversion": "py3" if is_wheel else "source",
        "sha256_digest": file.sha256 if file is not None else "0" * 64,
    }
    whole.update(fields)
    pairs: list[tuple[str, str]] = []
    for key, value in whole.items():
        if isinstance(value, str):
            pairs.append((key, value))
        elif value is not None:
            pairs.extend((key, one) for one in value)
    return Form.of(pairs, files=() if file is None else ("content",))


def judged(
    path: Path | None,
    fields: Mapping[str, str | Sequence[str] | None] | None = None,
    *,
    held: Held | None = None,
    name: str | None = None,
) -> Verdict:
    """Judge the upload of a file with a sound form, but for the fields given."""
    file = None if path is None else UploadedFile.read(path, name=name)
    return judge(form_for(file, fields or {}), file, held or Held(), now=NOW)


def first_message(verdict: Verdict) -> str | None:
    """Give what the index says, or None when it accepts."""
    return verdict.refusals[0].message if verdict.refusals else None
