"""Wheels and ZIP archives of every shape the cases name."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping

from tests.indexrules.building import info_of, record_of, sdist_members, wheel_members
from tests.indexrules.rawzip import DEFLATE, STORE, Entry, raw_zip
from tests.indexrules.shapes_sdist import PYARMOR_CALL, PYARMOR_ENTER, polyglot

_MIB = 1024**2
_EVIL_SCRIPT = b"[console_scripts]\n/bin/evil = evil:main\n"
_BAD_ENTRY_POINTS = b"[console_scripts]\nfoo\n"


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make an archive of plain members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return buffer.getvalue()


def changed(
    file: str, change: Mapping[str, bytes | None] | None = None, *, record: bytes | None = None
) -> dict[str, bytes]:
    """Give a sound wheel's members with some put in, replaced or (None) taken out.

    Names that begin with ``@`` are in the folder of metadata.  RECORD lists what is there.
    """
    info = info_of(file)
    members = wheel_members(file)
    members.pop(f"{info}/RECORD")
    own = b""
    for key, data in (change or {}).items():
        name = f"{info}/{key[1:]}" if key.startswith("@") else key
        members.pop(name, None)
        if data is not None and key == "@RECORD":
            own = data
        elif data is not None:
            members[name] = data
    if "@RECORD" not in (change or {}) or own:
        listed = [name for name in members if not name.endswith("/")]
        members[f"{info}/RECORD"] = own or record or record_of(listed, f"{info}/RECORD")
    return members


def entries(members: Mapping[str, bytes], **one: Mapping[str, object]) -> list[Entry]:
    """Give raw entries of members, with the fields of some changed.

    Args:
        members: name and data.
        one: changes, by the last part of the member's name without its dot.
    """
    found = []
    for name, data in members.items():
        key = name.rpartition("/")[2].replace(".", "_")
        fields: dict[str, object] = {"name": name.encode(), "data": data, "method": DEFLATE}
        fields |= dict(one.get(key, {}))
        found.append(Entry(**fields))  # type: ignore[arg-type] # the keys are given by name above
    return found


def zip_sdist() -> bytes:
    """Make a sound sdist of the kind that is refused for its name only."""
    return zipped(sdist_members())


def doubled(members: Mapping[str, bytes], name: str) -> bytes:
    """Make an archive with one member twice, the second time with more in it."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for key, data in [*members.items(), (name, members[name] + b"more")]:
                archive.writestr(key, data)
    return buffer.getvalue()


def streamed(members: Mapping[str, bytes]) -> bytes:
    """Make an archive as a stream, with data descriptors."""

    class Unseekable(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    buffer = Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def forced_zip64(members: Mapping[str, bytes]) -> bytes:
    """Make an archive whose local headers have the sizes in a ZIP64 field."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as stream:
                stream.write(data)
    return buffer.getvalue()


def stub(
    change: Mapping[str, bytes] | None = None, *, without: Iterable[str] = ()
) -> Callable[[str], bytes]:
    """Make the wheel of the first cases: METADATA, WHEEL, two licences, RECORD."""

    def build(file: str) -> bytes:
        info = info_of(file)
        members = {
            f"{info}/METADATA": b"Fake metadata",
            f"{info}/WHEEL": b"",
            f"{info}/licenses/LICENSE.MIT": b"",
            f"{info}/licenses/LICENSE.APACHE": b"",
        }
        members = {k: v for k, v in members.items() if k.rpartition("/")[2] not in without}
        members |= {name.replace("INFO", info): data for name, data in (change or {}).items()}
        listed = [name for name in members if not name.endswith("/") and "RECORD." not in name]
        record = record_of(listed, f"{info}/RECORD")
        return zipped({**members, f"{info}/RECORD": record})

    return build


def wheel(
    change: Mapping[str, bytes | None] | None = None, *, record: bytes | None = None
) -> Callable[[str], bytes]:
    """Make a wheel with members changed, see :func:`changed`."""
    return lambda file: zipped(changed(file, change, record=record))


def raw(
    change: Mapping[str, bytes | None] | None = None, **one: Mapping[str, object]
) -> Callable[[str], bytes]:
    """Make a wheel byte by byte, with fields of some members changed."""
    return lambda file: raw_zip(entries(changed(file, change), **one))


def with_record(rewrite: Callable[[bytes], bytes]) -> Callable[[str], bytes]:
    """Make a wheel with its RECORD rewritten."""

    def build(file: str) -> bytes:
        members = changed(file)
        record = f"{info_of(file)}/RECORD"
        return zipped({**members, record: rewrite(members[record])})

    return build


def _moved(folder: str) -> Callable[[str], bytes]:
    def build(file: str) -> bytes:
        info = info_of(file)
        return zipped({k.replace(info, folder): v for k, v in changed(file).items()})

    return build


def _unlisted(extra: Mapping[str, bytes]) -> Callable[[str], bytes]:
    """Put members in that RECORD does not list."""

    def build(file: str) -> bytes:
        info = info_of(file)
        more = {name.replace("INFO", info): data for name, data in extra.items()}
        return zipped({**changed(file), **more})

    return build


def _bomb(size: int) -> Callable[[str], bytes]:
    return lambda file: zipped(changed(file, {"probe/big": bytes(size)}))


_ENCRYPTED: Mapping[str, object] = {"flags": 1}
_STRONG: Mapping[str, object] = {"flags": 0x40}
_BOTH = "zip-encrypted-flag-bit-0-in-both-headers-of-probe"

ZIPS: Mapping[str, Callable[[str], bytes]] = {
    "wheel": wheel(),
    "whl": stub(),
    "whl-nothing": lambda file: zipped({f"{info_of(file)}/WHEEL": b""}),
    "whl-record-alone": lambda file: zipped(
        {**changed(file), f"{info_of(file)}/RECORD": record_of([], f"{info_of(file)}/RECORD")}
    ),
    "whl-folders": stub({"probe/": b""}),
    "whl-backslashes": with_record(lambda data: data.replace(b"/", b"\\")),
    "whl-jws": stub({"INFO/RECORD.jws": b""}),
    "whl-jws-elsewhere": _unlisted({"not-dist-info/RECORD.jws": b""}),
    "whl-evil-script": stub({"INFO/entry_points.txt": _EVIL_SCRIPT}),
    "whl-no-metadata": stub(without=("METADATA",)),
    "wheel-no-metadata": wheel({"@METADATA": None}),
    "wheel-no-record": wheel({"@RECORD": None}),
    "wheel-no-wheel-no-metadata-no-record": wheel(
        {"@WHEEL": None, "@METADATA": None, "@RECORD": None}
    ),
    "wheel-no-metadata-bad-entry-points": wheel(
        {"@METADATA": None, "@entry_points.txt": _BAD_ENTRY_POINTS}
    ),
    "wheel-no-licence-record-metadata-bad-entry-points": wheel(
        {"@METADATA": None, "@RECORD": None, "@entry_points.txt": _BAD_ENTRY_POINTS}
    ),
    "wheel-metadata-garbage": wheel({"@METADATA": b"\xff\0garbage"}),
    "wheel-metadata-has-a-direct-reference-requirement-form-has-none": wheel(
        {"@METADATA": b"Requires-Dist: a @ https://x/a.whl\n"}
    ),
    "wheel-wheel-tag-differs-from-the-file-name": wheel({"@WHEEL": b"Tag: cp39-cp39-win32\n"}),
    "wheel-wheel-wheel-version-99.0": wheel({"@WHEEL": b"Wheel-Version: 99.0\n"}),
    "wheel-wheel-whose-wheel-file-has-wheel-version-99-and-other-tags-than-the-file-name": wheel(
        {"@WHEEL": b"Wheel-Version: 99\nTag: cp39-cp39-win32\n"}
    ),
    "wheel-dist-info-directory-of-another-version": _moved("probe-2.0.dist-info"),
    "wheel-dist-info-directory-with-another-case": _moved("Probe-1.0.dist-info"),
    "wheel-dist-info-directory-not-normalised-probe-1.0.0.dist-info": _moved(
        "probe-1.0.0.dist-info"
    ),
    "wheel-two-dist-info-directories": wheel({"other-1.0.dist-info/METADATA": b""}),
    "wheel-egg-info-inside": wheel({"probe.egg-info/PKG-INFO": b""}),
    "wheel-license-file-present-only-at-dist-info-not-licenses": wheel({"@LICENSE": b""}),
    "wheel-license-file-missing": wheel(),
    "wheel-wheel-whose-dist-info-has-a-second-metadata-in-another-case-metadata": wheel(
        {"@metadata": b""}
    ),
    "wheel-trailing-data": lambda file: zipped(changed(file)) + b"more",
    "wheel-no-wheel-trailing-data": lambda file: zipped(changed(file, {"@WHEEL": None})) + b"m",
    "wheel-malware-trailing-data": lambda file: (
        zipped(changed(file, {"probe/a.py": PYARMOR_ENTER})) + b"more"
    ),
    "record-wheel-holds-a-file-that-record-omits": _unlisted({"probe/more.py": b""}),
    "record-record-omits-itself": with_record(
        lambda data: b"".join(line + b"\n" for line in data.splitlines()[:-1])
    ),
    "record-record-with-wrong-hashes-and-sizes": with_record(
        lambda data: data.replace(b",,", b",sha256=AAAA,99")
    ),
    "record-record-with-one-column-only": with_record(lambda data: data.replace(b",,", b"")),
    "record-record-with-backslash-paths": with_record(lambda data: data.replace(b"/", b"\\")),
    "record-record-not-utf-8": with_record(lambda data: data + b"\xff\xfe,,\n"),
    "record-record-holds-one-blank-line-and-nothing-else": with_record(lambda _: b"\n"),
    "record-record-with-a-blank-line": with_record(lambda data: data + b"\n"),
    "record-record-with-duplicate-lines": with_record(lambda data: data + data),
    "record-record.p7s-present-not-listed": _unlisted({"INFO/RECORD.p7s": b""}),
    "record-record.jws-outside-dist-info-not-listed": _unlisted({"x/RECORD.jws": b""}),
    "record-record.jws-present-and-listed": wheel({"@RECORD.jws": b""}),
    "record-directory-entries-in-the-zip-not-listed": _unlisted({"probe/": b"", "q/": b""}),
    "record-record-with-a-nul-byte": with_record(lambda data: data + b"a\0b,,\n"),
    "record-record-with-.-prefix": with_record(lambda data: b"./" + data),
    "zip-stored-entries": lambda file: zipped(changed(file), zipfile.ZIP_STORED),
    "zip-bzip2-entries": lambda file: zipped(changed(file), zipfile.ZIP_BZIP2),
    "zip-zstd-entries": raw(__init___py={"method": 93}),
    "zip-duplicate-metadata": lambda file: doubled(changed(file), f"{info_of(file)}/METADATA"),
    "zip-absolute-entry-etc-x": _unlisted({"/etc/x": b""}),
    "zip-entry-name-with-control-character": raw({"probe/\x01": b""}),
    "zip-trailing-data-after-eocd": lambda file: zipped(changed(file)) + b"trailing",
    "zip-prefixed-data-self-extracting": lambda file: b"#!/bin/sh\n" + zipped(changed(file)),
    "zip-comment-on-one-entry": raw(METADATA={"comment": b"hello"}),
    "zip-written-as-a-stream-data-descriptors": lambda file: streamed(changed(file)),
    "zip-zip64-local-extra-force-zip64": lambda file: forced_zip64(changed(file)),
    "zip-central-directory-lies-about-one-size": raw(
        {"probe/data.bin": b"12345678"}, data_bin={"central_size": 3}
    ),
    "zip-not-a-zip": lambda _: b"plain text",
    "zip-empty-file": lambda _: b"",
    "zip-zip-tar-polyglot-tar-first": lambda _: polyglot(),
    "zip-encrypted-flag-bit-0-in-the-local-header-only": raw(__init___py={"local_flags": 1}),
    "zip-compression-ratio-50-with-64-mib-67071-bytes": _bomb(65 * _MIB),
    "zip-compression-ratio-50-with-64-mib-61965-bytes": _bomb(60 * _MIB),
    f"{_BOTH}-init-.py": raw(__init___py=_ENCRYPTED),
    f"{_BOTH}-1.0.dist-info-metadata": raw(METADATA=_ENCRYPTED),
    f"{_BOTH}-1.0.dist-info-wheel": raw(WHEEL=_ENCRYPTED),
    f"{_BOTH}-1.0.dist-info-record": raw(RECORD=_ENCRYPTED),
    "zip-flag-bit-6-strong-encryption-in-both-headers-of-probe-1.0.dist-info-wheel": raw(
        WHEEL=_STRONG
    ),
    "zip-local-header-name-differs-in-case-from-the-central-directory": raw(
        __init___py={"local_name": b"probe/__INIT__.py"}
    ),
    "zip-entry-name-in-cp437-no-utf-8-flag-non-ascii-byte": lambda file: raw_zip(
        [*entries(changed(file)), Entry(name=b"probe/\x82", data=b"x")]
    ),
    "scan-.pye-file-sourcedefender": wheel(
        {"probe/a.pye": b"---BEGIN PYE FILE---\nx\n---END PYE FILE---\n"}
    ),
    "scan-json-file-with-pyarmor-call": wheel({"probe/a.json": PYARMOR_CALL}),
    "a18.3": lambda _: b"plain text",
    "a18.4": lambda _: b"plain text",
    "a18.10": lambda _: zipped({"package/something.txt": b"", "package/else.txt": b""}),
    "a18.11": lambda _: zipped({"package/something.txt": b"", "package/PKG-INFO": b""}),
    "a18.12": lambda _: raw_zip(
        [
            Entry(name=b"test-1.0/PKG-INFO", data=b"x", method=STORE),
            Entry(name=b"test-1.0/a", data=b"x" * 100, method=DEFLATE),
        ]
    ),
    "a18.13": lambda _: zipped({"t/PKG-INFO": b"x", "t/a": b"y"}, zipfile.ZIP_BZIP2),
    "a18.14": lambda _: zipped({"t/PKG-INFO": b"x", "t/a": b"y"}, zipfile.ZIP_LZMA),
    "a18.15": lambda _: zipped({"t/PKG-INFO": b"", "t/a": bytes(65 * _MIB)}),
    "a18.16": lambda _: zipped({"something.txt": b""}),
    "a18.17": lambda _: zipped({"something.txt": b"", "test-1.0.dist-info/WHEEL": b""}),
    "a18.18": lambda _: zipped({"test-1.0.dist-info/WHEEL": b""}),
    "a18.20": lambda _: zipped({"test-1.0/PKG-INFO": b"", "notpackage/test.txt": b""}),
}
"""The bytes of each archive for a file name, by the name the cases use."""


def with_entry_points(text: str) -> Callable[[str], bytes]:
    """Make a wheel with an ``entry_points.txt``."""
    return wheel({"@entry_points.txt": text.encode()})
