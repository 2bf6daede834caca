"""Sdists of every shape the cases name."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping

from tests.indexrules.building import METADATA_FILE, sdist_members, tar_bytes

PYARMOR_CALL = b"__pyarmor__(__name__, __file__, b'payload')\n"
PYARMOR_ENTER = b"__pyarmor_enter__()\n"

_TOP = "probe-1.0"
_PKG_INFO = {f"{_TOP}/PKG-INFO": METADATA_FILE}
_TGZ = ("PKG-INFO", "LICENSE.MIT", "LICENSE.APACHE")
_LICENSES = ("LICENSE", "licenses/A.txt", "a b")


def packed(members: Mapping[str, bytes]) -> bytes:
    """Make a gzipped tar of plain members."""
    return gzip.compress(tar_bytes(members), mtime=0)


def special(name: str, kind: bytes, link: str = "") -> bytes:
    """Make a sound sdist with one more member that is no file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return gzip.compress(tar_bytes([*_plain(sdist_members()), (info, b"")]), mtime=0)


def _plain(members: Mapping[str, bytes]) -> list[tuple[tarfile.TarInfo, bytes]]:
    found = []
    for name, data in members.items():
        info = tarfile.TarInfo(name)
        info.size = len(data)
        found.append((info, data))
    return found


def folder(name: str) -> tuple[tarfile.TarInfo, bytes]:
    """Make a member that is a folder."""
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE
    return info, b""


def gnu_sparse(members: Mapping[str, bytes]) -> bytes:
    """Add a member of GNU's type S: a map of one piece, and a size."""
    info = tarfile.TarInfo(f"{_TOP}/sparse")
    info.size = 512
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[156:157] = b"S"
    block[386:398] = b"%011o\0" % 0
    block[398:410] = b"%011o\0" % 512
    block[483:495] = b"%011o\0" % 1024
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    tar = tar_bytes(members)[: -_end_of(members)]
    return gzip.compress(tar + bytes(block) + b"x" * 512 + bytes(10240), mtime=0)


def _end_of(members: Mapping[str, bytes]) -> int:
    """Count the bytes behind the last member."""
    used = sum(512 + -(-len(data) // 512) * 512 for data in members.values())
    return len(tar_bytes(members)) - used


def pax_sparse(members: Mapping[str, bytes]) -> bytes:
    """Add a member that is sparse by its extended header."""
    info = tarfile.TarInfo(f"{_TOP}/sparse")
    info.size = 4
    info.pax_headers = {"GNU.sparse.size": "8", "GNU.sparse.map": "0,4"}
    return gzip.compress(tar_bytes([*_plain(members), (info, b"abcd")]), mtime=0)


def broken_inflate() -> bytes:
    """Give the first header of a tar in one gzip member, then a member of a reserved type."""
    first = gzip.compress(tar_bytes({"p/PKG-INFO": b""})[:512], mtime=0)
    second = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\x07" * 20
    return first + second


def polyglot() -> bytes:
    """Give a gzipped tar with a ZIP behind it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("package/PKG-INFO", "")
    return packed({"package/PKG-INFO": b""}) + buffer.getvalue()


def noise(size: int) -> bytes:
    """Give bytes that do not compress, the same each time."""
    block, found = b"seed", bytearray()
    while len(found) < size:
        block = zlib.crc32(block).to_bytes(4, "big") + block[:60]
        found += block[:4]
    return bytes(found[:size])


def cut_in_data() -> bytes:
    """Give a whole gzip stream of a tar that ends inside a member's data."""
    tar = tar_bytes({**sdist_members(), f"{_TOP}/z.bin": b"x" * 5000})
    return gzip.compress(tar[: 512 * 6], mtime=0)


def ustar() -> bytes:
    """Give a tar of the oldest format."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
        for info, data in _plain(sdist_members()):
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _twice(name: str) -> bytes:
    members = sdist_members()
    return gzip.compress(
        tar_bytes([*_plain(members), *_plain({name: members.get(name, b"")})]), mtime=0
    )


def _with(**more: bytes) -> dict[str, bytes]:
    return {**sdist_members(), **{f"{_TOP}/{key}": value for key, value in more.items()}}


SDISTS: Mapping[str, Callable[[], bytes]] = {
    "sdist": lambda: packed({**sdist_members(), **{f"{_TOP}/{x}": b"" for x in _LICENSES}}),
    "tgz": lambda: packed({f"fake_package-1.0/{name}": b"" for name in _TGZ}),
    "letter-a": lambda: b"a",
    "nine-bytes": lambda: b"\x1f\x9d\x90abcdef",
    "sdist-no-pkg-info-single-member": lambda: packed({f"{_TOP}/a.py": b""}),
    "sdist-pkg-info-only-in-a-subdirectory-egg-info": lambda: packed(
        {f"{_TOP}/a.py": b"", f"{_TOP}/x.egg-info/PKG-INFO": b""}
    ),
    "sdist-all-files-under-one-subdirectory-common-path-is-the-subdirectory": lambda: packed(
        sdist_members(f"{_TOP}/deeper")
    ),
    "sdist-pkg-info-with-other-name-version": lambda: packed(
        {**sdist_members(), f"{_TOP}/PKG-INFO": b"Metadata-Version: 2.1\nName: x\nVersion: 9\n"}
    ),
    "sdist-pkg-info-is-a-symlink": lambda: gzip.compress(
        tar_bytes([*_plain({f"{_TOP}/a.py": b""}), _link(f"{_TOP}/PKG-INFO", "a.py")]), mtime=0
    ),
    "sdist-pkg-info-is-a-directory": lambda: gzip.compress(
        tar_bytes([*_plain({f"{_TOP}/a.py": b""}), folder(f"{_TOP}/PKG-INFO")]), mtime=0
    ),
    "sdist-lower-case-pkg-info": lambda: packed({f"{_TOP}/pkg-info": b"", f"{_TOP}/a.py": b""}),
    "sdist-top-level-directory-of-another-name": lambda: packed(sdist_members("other")),
    "sdist-top-level-directory-probe-1.0-not-normalised": lambda: packed(
        sdist_members("Probe-1.0")
    ),
    "sdist-root-file-pkg-info-only": lambda: packed({"PKG-INFO": b""}),
    "sdist-.-prefix-on-members": lambda: packed(sdist_members(f"./{_TOP}")),
    "sdist-.-entry-.-probe-1.0": lambda: gzip.compress(
        tar_bytes([folder("."), *_plain(sdist_members(f"./{_TOP}"))]), mtime=0
    ),
    "sdist-absolute-paths": lambda: packed(sdist_members(f"/{_TOP}")),
    "sdist-mix-of-absolute-and-relative-paths": lambda: packed({**sdist_members(), "/etc/x": b""}),
    "sdist-member-with-..-inside-the-top-directory": lambda: packed(
        {**sdist_members(), f"{_TOP}/../{_TOP}/x": b""}
    ),
    "sdist-member-..-evil": lambda: packed({**sdist_members(), "../evil": b""}),
    "sdist-duplicate-member-names": lambda: _twice(f"{_TOP}/probe.py"),
    "sdist-duplicate-pkg-info": lambda: _twice(f"{_TOP}/PKG-INFO"),
    "sdist-symlink-inside": lambda: special(f"{_TOP}/link", tarfile.SYMTYPE, "probe.py"),
    "sdist-symlink-to-etc-passwd": lambda: special(f"{_TOP}/l", tarfile.SYMTYPE, "/etc/passwd"),
    "sdist-hard-link": lambda: special(f"{_TOP}/l", tarfile.LNKTYPE, f"{_TOP}/PKG-INFO"),
    "sdist-fifo": lambda: special(f"{_TOP}/fifo", tarfile.FIFOTYPE),
    "sdist-member-name-non-utf-8": lambda: packed({**sdist_members(), f"{_TOP}/\udcff": b""}),
    "sdist-member-name-of-300-chars-pax": lambda: packed(
        {**sdist_members(), f"{_TOP}/{'n' * 300}": b""}
    ),
    "sdist-ustar-format": ustar,
    "sdist-gnu-sparse-member": lambda: gnu_sparse(sdist_members()),
    "sdist-pax-sparse-member": lambda: pax_sparse(sdist_members()),
    "sdist-sparse-no-pkg-info": lambda: gnu_sparse({f"{_TOP}/a": b"", f"{_TOP}/b": b""}),
    "sdist-uncompressed-tar-named-.tar.gz": lambda: tar_bytes(sdist_members()),
    "sdist-truncated-gzip-half": lambda: (whole := packed(sdist_members()))[: len(whole) // 2],
    "sdist-truncated-gzip-last-8-bytes-missing": lambda: packed(sdist_members())[:-8],
    "sdist-truncated-gzip-half-of-200-kb": lambda: packed(_with(big=noise(400_000)))[:200_000],
    "sdist-trailing-garbage-after-the-gzip-member": lambda: packed(sdist_members()) + b"garbage",
    "sdist-gzip-of-plain-text": lambda: gzip.compress(b"plain text\n" * 100),
    "sdist-plain-text": lambda: b"plain text\n" * 100,
    "sdist-empty-tar": lambda: packed({}),
    "sdist-py-file-with-pyarmor-call": lambda: packed(
        {**sdist_members(), f"{_TOP}/a.py": PYARMOR_CALL}
    ),
    "sdist-txt-file-with-pyarmor-call": lambda: packed(
        {**sdist_members(), f"{_TOP}/a.txt": PYARMOR_CALL}
    ),
    "sdist-py-file-with-pyarmor-enter": lambda: packed(
        {**sdist_members(), f"{_TOP}/a.py": PYARMOR_ENTER}
    ),
    "sdist-tar-ends-inside-the-data-of-a-.bin-member": cut_in_data,
    "sdist-two-folders-malware": lambda: packed({**sdist_members(), "other/a.py": PYARMOR_ENTER}),
    "a18.5": lambda: b"plain text",
    "a18.6": lambda: tar_bytes(sdist_members())[:-10],
    "a18.7": broken_inflate,
    "a18.8": lambda: packed({"package/__init__.py": b"", "package/module.py": b""}),
    "a18.9": lambda: packed({f"package/{x}": b"" for x in ("module.py", "PKG-INFO", "d.txt")}),
    "a18.19": lambda: packed(
        {"package/PKG-INFO": b"", "package/a": b"", "notpackage/test.txt": b""}
    ),
    "a18.23": lambda: pax_sparse(_PKG_INFO),
    "a18.24": lambda: gnu_sparse(_PKG_INFO),
    "a18.25": lambda: pax_sparse(_PKG_INFO),
    "a18.26": lambda: gnu_sparse(_PKG_INFO),
    "a18.29": polyglot,
    "a18.30": polyglot,
}
"""The bytes of each sdist, by the name the cases use."""


def _link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info, b""
