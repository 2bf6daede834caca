"""Small true wheels and sdists, made by hand: no build backend, no other program."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import random
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

CHUNK = 1 << 20
WHEN = 1_577_836_800  # 2020-01-01 UTC: the same input makes the same bytes


def record_hash(content: bytes) -> str:
    """Give a digest as RECORD spells it."""
    return _spelt(hashlib.sha256(content).digest())


def escaped(name: str) -> str:
    """Give a project's name as the names of its files spell it."""
    return name.lower().replace("-", "_").replace(".", "_")


def metadata(name: str, version: str, more: str = "") -> str:
    """Give the text of a METADATA or PKG-INFO file.

    Args:
        name: the project's name.
        version: its version.
        more: further headers, each with its newline; a description follows a blank line.
    """
    core = "2.4" if "License-" in more else "2.1"
    return f"Metadata-Version: {core}\nName: {name}\nVersion: {version}\n{more}"


def make_wheel(
    folder: Path,
    name: str = "demo",
    version: str = "1.0",
    *,
    modules: Mapping[str, str | bytes] | None = None,
    scripts: Mapping[str, str] | None = None,
    tag: str = "py3-none-any",
    headers: str = "",
    size: int = 0,
    seed: int = 0,
    replace: Mapping[str, str | bytes | None] | None = None,
) -> Path:
    """Make a wheel with a true RECORD.

    Args:
        folder: where to; it must be there.
        name: the project's name.
        version: its version, normalised.
        modules: path in the wheel → content; one package with an ``__init__.py`` if not given.
        scripts: console scripts, name → object reference ("demo:main").
        tag: python-abi-platform; may be a compressed set.
        headers: more lines for METADATA.
        size: bytes of incompressible filler, stored uncompressed in ``<package>/filler.bin``.
        seed: other seeds make other filler.
        replace: path → content to put in place of what belongs there (``None``: leave it out),
            after RECORD was made; ``{info}`` stands for the dist-info folder.
    """
    stem = f"{escaped(name)}-{version}"
    info = f"{stem}.dist-info"
    package = escaped(name)
    content: dict[str, str | bytes | None] = dict(
        {f"{package}/__init__.py": f'"""Demo."""\n\n__version__ = "{version}"\n'}
        if modules is None
        else modules
    )
    pure = str(tag.endswith("-none-any")).lower()
    tags = "".join(f"Tag: {one}\n" for one in _expanded(tag))
    content[f"{info}/METADATA"] = metadata(name, version, headers)
    content[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: {pure}\n{tags}"
    )
    if scripts:
        lines = "".join(f"{key} = {value}\n" for key, value in scripts.items())
        content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{lines}"
    rows = [
        (path, record_hash(data), str(len(data)))
        for path, data in ((path, _bytes(text or "")) for path, text in content.items())
    ]
    filler = f"{package}/filler.bin"
    if size:
        rows.append((filler, _spelt(_digest(_noise(size, seed))), str(size)))
    content[f"{info}/RECORD"] = _csv([*rows, (f"{info}/RECORD", "", "")])
    for path, data in (replace or {}).items():
        content[path.replace("{info}", info)] = data
    wheel = folder / f"{stem}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, data in content.items():
            if data is not None:
                archive.writestr(_entry(path, zipfile.ZIP_DEFLATED), _bytes(data))
        if size:
            with archive.open(_entry(filler, zipfile.ZIP_STORED), "w", force_zip64=True) as out:
                for chunk in _noise(size, seed):
                    out.write(chunk)
    return wheel


def make_sdist(
    folder: Path,
    name: str = "demo",
    version: str = "1.0",
    *,
    files: Mapping[str, str | bytes | None] | None = None,
    headers: str = "",
    size: int = 0,
    seed: int = 0,
) -> Path:
    """Make an sdist that flit_core could build.

    Args:
        folder: where to; it must be there.
        name: the project's name.
        version: its version, normalised.
        files: path below the top folder → content, in addition to or in place of PKG-INFO,
            pyproject.toml and one package (``None``: leave it out).
        headers: more lines for PKG-INFO.
        size: bytes of incompressible filler in ``filler.bin``.
        seed: other seeds make other filler.
    """
    stem = f"{escaped(name)}-{version}"
    content: dict[str, str | bytes | None] = {
        "PKG-INFO": metadata(name, version, headers),
        "pyproject.toml": (
            '[build-system]\nrequires = ["flit_core>=3.11"]\nbuild-backend = "flit_core.buildapi"\n'
            f'\n[project]\nname = "{name}"\nversion = "{version}"\ndescription = "Demo."\n'
        ),
        f"{escaped(name)}/__init__.py": f'"""Demo."""\n\n__version__ = "{version}"\n',
    }
    content |= files or {}
    if size:
        content["filler.bin"] = b"".join(_noise(size, seed))
    sdist = folder / f"{stem}.tar.gz"
    with (
        sdist.open("wb") as out,
        gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=WHEN) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path, data in content.items():
            if data is not None:
                member = tarfile.TarInfo(f"{stem}/{path}")
                member.size, member.mtime, member.mode = len(_bytes(data)), WHEN, 0o644
                archive.addfile(member, io.BytesIO(_bytes(data)))
    return sdist


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _entry(path: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
    entry.compress_type = compression
    entry.external_attr = 0o100644 << 16
    return entry


def _expanded(tag: str) -> list[str]:
    pythons, abis, platforms = (part.split(".") for part in tag.split("-"))
    return [f"{p}-{a}-{m}" for p in pythons for a in abis for m in platforms]


def _noise(size: int, seed: int) -> Iterator[bytes]:
    # One chunk of noise, numbered, is as incompressible as many and much quicker to make.
    noise = random.Random(seed).randbytes(CHUNK)  # noqa: S311  # filler, not secrets
    for start in range(0, size, CHUNK):
        yield (start.to_bytes(8, "big") + noise[8:])[: size - start]


def _digest(chunks: Iterator[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def _spelt(digest: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _csv(rows: list[tuple[str, str, str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
