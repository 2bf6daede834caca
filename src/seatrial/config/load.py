"""From the files of the planned commit to settings, each with the line it was read from."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration

if TYPE_CHECKING:
    from seatrial.config.check import Fault
    from seatrial.config.positions import Path

OWN_FILE = "seatrial.toml"
SHARED_FILE = "pyproject.toml"
FILES = (OWN_FILE, SHARED_FILE)
"""Where settings may stand, from the repository's root."""

_SHARED_TABLE: Path = ("tool", "seatrial")


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What the user said, and where.

    Attributes:
        settings: every key, those not said at their defaults.
        file: the file the settings were read from; empty when nothing was said.
        origins: dotted key → ``file:line``, for the keys that were said.
    """

    settings: Settings
    file: str
    origins: dict[str, str]

    def where(self, path: Path) -> str:
        """Give a key as a message begins: ``file:line`` and the key, dotted.

        Args:
            path: from the top of our table.
        """
        from seatrial.config.positions import dotted

        root = _SHARED_TABLE if self.file == SHARED_FILE else ()
        said = path
        while said and dotted(said) not in self.origins:
            said = said[:-1]
        place = self.origins.get(dotted(said), self.file) if said else self.file
        return f"{place} {dotted(root + path)}".strip()

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of the canonical encoding of the settings."""
        import hashlib

        canonical = msgspec.json.encode(self.settings, order="deterministic")
        return hashlib.sha256(canonical).hexdigest()


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    """Our table in one file: its path there, what it holds, and the lines of the whole file."""

    file: str
    root: Path
    table: object
    lines: dict[Path, int]

    def where(self, path: Path) -> str:
        """Give ``file:line`` of a key of our table, or of the nearest table around it."""
        full = self.root + path
        while full and full not in self.lines:
            full = full[:-1]
        return f"{self.file}:{self.lines.get(full, 1)}"

    def thing(self, path: Path) -> str:
        """Give ``file:line key`` as a message begins."""
        from seatrial.config.positions import dotted

        return f"{self.where(path)} {dotted(self.root + path)}".rstrip()


def load(texts: Mapping[str, str]) -> Configuration:
    """Read the configuration of a commit.

    Args:
        texts: path from the repository's root → content, of those of :data:`FILES` that exist.

    Raises:
        InvalidConfiguration: the TOML is broken, a key is unknown, a value has the wrong type or
            makes no sense, or both files speak.  All faults of a file are told at once.
    """
    # Where nothing is said, as in most repositories, nothing that judges it is imported.
    sources = [source for file in FILES if (source := _source(file, texts.get(file))) is not None]
    if len(sources) > 1:
        own, shared = sources
        raise InvalidConfiguration(
            f"{own.where(())} and {shared.thing(())}",
            "both hold settings of Seatrial",
            next_step=f"Keep one: {OWN_FILE}, or [tool.seatrial] in {SHARED_FILE}.",
        )
    if not sources:
        return _configuration(Settings(), "", {})
    source = sources[0]
    from seatrial.config.positions import dotted

    settings = _settings(source)
    said = {
        dotted(path[len(source.root) :]): f"{source.file}:{line}"
        for path, line in source.lines.items()
        if len(path) > len(source.root) and path[: len(source.root)] == source.root
    }
    return _configuration(settings, source.file, said)


def _configuration(settings: Settings, file: str, origins: dict[str, str]) -> Configuration:
    return Configuration(settings=settings, file=file, origins=origins)


def _source(file: str, text: str | None) -> _Source | None:
    """Find our table in a file; nothing when the file, or the table in it, is not there."""
    if text is None:
        return None
    text = text.removeprefix("\ufeff")
    root = () if file == OWN_FILE else _SHARED_TABLE
    table: Any = _parse(file, text)
    for name in root:
        if not isinstance(table, dict) or name not in table:
            return None
        table = table[name]
    from seatrial.config.positions import key_lines

    return _Source(file=file, root=root, table=table, lines=key_lines(text))


def _parse(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        line, said = _syntax_fault(text, str(fault))
        raise InvalidConfiguration(f"{file}:{line}" if line else file, said) from None
    except RecursionError:
        raise InvalidConfiguration(file, "its tables and arrays are nested too deep") from None


def _syntax_fault(text: str, said: str) -> tuple[int, str]:
    """Ask tomlkit for the line: the standard library tells it only in prose before Python 3.14."""
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        tomlkit.parse(text)
    except ParseError as fault:
        return fault.line, f"this is no TOML: {fault}"
    return 0, f"this is no TOML: {said}"


def _settings(source: _Source) -> Settings:
    from msgspec.inspect import type_info

    from seatrial.config.check import Fault, before, misfits, without
    from seatrial.config.meaning import nonsense

    faults = list(misfits(source.table, type_info(Settings)))
    gone = {fault.path for fault in faults}
    # What fits is judged all the same, so that one look tells everything.
    with contextlib.suppress(*([msgspec.ValidationError] if faults else [])):
        settings = msgspec.convert(without(source.table, gone), Settings)
        found = nonsense(settings, _described_indexes(source.table))
        faults += (Fault(before(path, gone), said) for path, said in found)
        if not faults:
            return settings
    raise _refusal(source, faults)


def _described_indexes(table: object) -> Collection[str]:
    indexes = table.get("index") if isinstance(table, dict) else None
    return indexes if isinstance(indexes, dict) else ()


def _refusal(source: _Source, faults: Sequence[Fault]) -> InvalidConfiguration:
    """Name the first fault in the file as the thing, and the others on lines of their own."""
    first, *others = sorted(faults, key=lambda fault: int(source.where(fault.path).rsplit(":")[-1]))
    more = [f"{source.thing(fault.path)}: {fault.said}" for fault in others]
    return InvalidConfiguration(source.thing(first.path), "\n".join([first.said, *more]))
