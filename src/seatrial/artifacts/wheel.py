"""Reading wheels.

The specification is https://packaging.python.org/specifications/binary-distribution-format/.
"""

from __future__ import annotations

import configparser
import csv
import io
import stat
import zipfile
from pathlib import Path

import msgspec
from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from seatrial.artifacts.archives import MIB, MOST_MEMBERS, Member, Paths, most_unpacked, reading
from seatrial.artifacts.metadata import CoreMetadata, parse_headers, parse_metadata
from seatrial.artifacts.modules import top_level
from seatrial.errors import InspectionFailed

# The files of dist-info are read whole, so they may not be of any size.
MOST_DIST_INFO = {
    "METADATA": 16 * MIB,
    "WHEEL": MIB,
    "RECORD": 128 * MIB,
    "entry_points.txt": 4 * MIB,
}

UNIX = 3
"""The system that a member was packed on (APPNOTE.TXT, 4.4.2), where its mode is stated."""


class EntryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One line of entry_points.txt.

    Attributes:
        group: its section ("console_scripts").
        name: what stands before the equals sign.
        target: the object reference ("demo.cli:main"), extras left out.
    """

    group: str
    name: str
    target: str


class RecordEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of RECORD.

    Attributes:
        path: as written.
        digest: "sha256=…" in URL-safe base64 without padding, or empty.
        size: in bytes, or nothing where none is stated.
    """

    path: str
    digest: str
    size: int | None


class WheelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a wheel says of itself.

    Attributes:
        file: the file's name.
        size: of the file, bytes.
        name: by the file's name, normalised.
        version: by the file's name, normalised.
        build: the build tag ("1abc"), or empty.
        tags: by the file's name, one string for each combination, sorted.
        dist_info: the name of the dist-info folder.
        metadata: METADATA.
        wheel: the headers of WHEEL by lower-case name.
        members: every file in it.
        record: RECORD's lines.
        modules: names to import so that every top-level module is imported once.
        entry_points: those of every group.
        programs: files that are installed beside the interpreter as they are (``.data/scripts``).
    """

    file: str
    size: int
    name: str
    version: str
    build: str
    tags: tuple[str, ...]
    dist_info: str
    metadata: CoreMetadata
    wheel: dict[str, tuple[str, ...]]
    members: tuple[Member, ...]
    record: tuple[RecordEntry, ...]
    modules: tuple[str, ...]
    entry_points: tuple[EntryPoint, ...]
    programs: tuple[str, ...]

    @property
    def console_scripts(self) -> tuple[EntryPoint, ...]:
        """The commands that run in a terminal."""
        return tuple(point for point in self.entry_points if point.group == "console_scripts")

    @property
    def gui_scripts(self) -> tuple[EntryPoint, ...]:
        """The commands that open a window."""
        return tuple(point for point in self.entry_points if point.group == "gui_scripts")

    @property
    def importable_paths(self) -> frozenset[str]:
        """The files that land on ``sys.path``, by the path they have there."""
        return frozenset(_installed([member.path for member in self.members], self.dist_info))


def read_wheel(path: Path) -> WheelFacts:
    """Read what a wheel says of itself; its content is not compared with RECORD here.

    Reading is bounded: nothing is unpacked but the files of dist-info, up to a size.

    Raises:
        InspectionFailed: it is no wheel, or one that no installer should be given.
    """
    file = path.name
    with reading(file):
        size = path.stat().st_size
        name, version, build, tags = parse_wheel_filename(file)
        with zipfile.ZipFile(path) as archive:
            members = _members(file, archive, most_unpacked(size))
            paths = [member.path for member in members]
            info = _dist_info(file, paths, name, version)
            wheel, _, _ = parse_headers(_read(file, archive, f"{info}/WHEEL"))
            metadata = parse_metadata(_read(file, archive, f"{info}/METADATA"))
            record = _record(file, _read(file, archive, f"{info}/RECORD"))
            points = f"{info}/entry_points.txt"
            entry_points = (
                _entry_points(file, _read(file, archive, points)) if points in paths else ()
            )
    scripts = info.removesuffix(".dist-info") + ".data/scripts/"
    return WheelFacts(
        file=file,
        size=size,
        name=name,
        version=str(version),
        build="".join(map(str, build)),
        tags=tags_as_text(tags),
        dist_info=info,
        metadata=metadata,
        wheel=wheel,
        members=members,
        record=record,
        modules=top_level(_installed(paths, info)),
        entry_points=entry_points,
        programs=tuple(sorted(p.removeprefix(scripts) for p in paths if p.startswith(scripts))),
    )


def tags_as_text(tags: frozenset[Tag]) -> tuple[str, ...]:
    """Give tags as sorted strings ("py3-none-any")."""
    return tuple(sorted(map(str, tags)))


def _members(file: str, archive: zipfile.ZipFile, most: int) -> tuple[Member, ...]:
    entries = archive.infolist()
    paths = Paths(file)
    for entry in entries:
        paths.add(entry.filename, folder=entry.is_dir())
        mode = entry.external_attr >> 16
        if stat.S_ISLNK(mode):
            raise InspectionFailed(file, f"{entry.filename} in it is a symbolic link")
        if entry.flag_bits & 1:
            raise InspectionFailed(file, f"{entry.filename} in it is encrypted")
    if sum(entry.file_size for entry in entries) > most:
        raise InspectionFailed(file, f"it unpacks to more than {most // MIB} MiB, as a bomb does")
    return tuple(
        Member(path=entry.filename, size=entry.file_size, mode=_mode(entry))
        for entry in entries
        if not entry.is_dir()
    )


def _mode(entry: zipfile.ZipInfo) -> int:
    """Give the permission bits, which only archives made on Unix state."""
    return stat.S_IMODE(entry.external_attr >> 16) if entry.create_system == UNIX else 0


def _dist_info(file: str, paths: list[str], name: str, version: Version) -> str:
    tops = {path.split("/")[0] for path in paths if "/" in path}
    found = sorted(top for top in tops if top.endswith(".dist-info"))
    if len(found) != 1:
        said = f"it has several: {', '.join(found)}" if found else "it has none"
        raise InspectionFailed(file, f"a wheel has one .dist-info folder, and {said}")
    stated_name, _, stated_version = found[0].removesuffix(".dist-info").rpartition("-")
    try:
        agree = canonicalize_name(stated_name) == name and Version(stated_version) == version
    except InvalidVersion:
        agree = False
    if not agree:
        raise InspectionFailed(
            file, f"its folder {found[0]} is named for another project or version"
        )
    return found[0]


def _read(file: str, archive: zipfile.ZipFile, path: str) -> bytes:
    try:
        entry = archive.getinfo(path)
    except KeyError:
        raise InspectionFailed(file, f"it has no {path}") from None
    most = MOST_DIST_INFO[path.rpartition("/")[2]]
    if entry.file_size > most:
        raise InspectionFailed(file, f"{path} in it is larger than {most // MIB} MiB")
    with archive.open(entry) as stream:
        return stream.read(most)


def _record(file: str, raw: bytes) -> tuple[RecordEntry, ...]:
    # Counted before anything is made of them: a line becomes ten times as large.
    if raw.count(b"\n") > MOST_MEMBERS:
        raise InspectionFailed(file, f"RECORD in it has more than {MOST_MEMBERS:,} lines")
    entries: list[RecordEntry] = []
    try:
        for row in csv.reader(io.StringIO(raw.decode("utf-8"), newline="")):
            path, digest, size = row
            entries.append(RecordEntry(path=path, digest=digest, size=int(size) if size else None))
    except (csv.Error, ValueError) as fault:
        line = len(entries) + 1
        raise InspectionFailed(file, f"line {line} of RECORD in it is none: {fault}") from fault
    return tuple(entries)


def _entry_points(file: str, raw: bytes) -> tuple[EntryPoint, ...]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    # Names of entry points keep their case.
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way
    try:
        parser.read_string(raw.decode("utf-8"))
    except (configparser.Error, ValueError) as fault:
        raise InspectionFailed(file, f"entry_points.txt in it: {fault}") from fault
    return tuple(
        EntryPoint(group=group, name=name, target=target.split("[")[0].strip())
        for group in parser.sections()
        for name, target in parser.items(group)
    )


def _installed(paths: list[str], info: str) -> list[str]:
    data = info.removesuffix(".dist-info") + ".data/"
    found = []
    for path in paths:
        if path.startswith(data):
            scheme, _, rest = path.removeprefix(data).partition("/")
            if scheme in {"purelib", "platlib"} and rest:
                found.append(rest)
        elif not path.startswith(f"{info}/"):
            found.append(path)
    return found
