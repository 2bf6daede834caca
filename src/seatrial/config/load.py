"""From the files of the planned commit to settings, each with the line it was read from."""

from __future__ import annotations

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
        gone: what was said and could not be understood, so that the settings lack it.
    """

    settings: Settings
    file: str
    origins: dict[str, str]
    gone: frozenset[Path] = frozenset()

    def where(self, path: Path) -> str:
        """Give a key of the settings as a message begins: ``file:line`` and the key, dotted.

        Args:
            path: from the top of our table.
        """
        return self.place(self.whole(path))

    def whole(self, path: Path) -> Path:
        """Give the path in the file of a key of the settings, which may lack what stood before."""
        if not self.gone:
            return path
        from seatrial.config.check import before

        return before(path, self.gone)

    def place(self, path: Path) -> str:
        """Give a key of the file as a message begins.

        Args:
            path: from the top of our table, as it stands in the file.
        """
        from seatrial.config.positions import dotted

        root = _SHARED_TABLE if self.file == SHARED_FILE else ()
        return f"{self._at(path)} {dotted(root + path)}".strip()

    def line(self, path: Path) -> int:
        """Give the line of a key of the file, or of the nearest table around it."""
        return int(self._at(path).rpartition(":")[2])

    def _at(self, path: Path) -> str:
        from seatrial.config.positions import dotted

        while path and dotted(path) not in self.origins:
            path = path[:-1]
        return self.origins.get(dotted(path), f"{self.file}:1" if self.file else "")

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

    @property
    def top(self) -> str:
        """Give ``file:line`` of the table."""
        return f"{self.file}:{self.lines.get(self.root, 1)}"


def load(texts: Mapping[str, str]) -> Configuration:
    """Read the configuration of a commit.

    Args:
        texts: path from the repository's root → content, of those of :data:`FILES` that exist.

    Raises:
        InvalidConfiguration: the TOML is broken, a key is unknown, a value has the wrong type or
            makes no sense, or both files speak.  All faults of a file are told at once.
    """
    said, faults = understood(texts)
    if faults:
        raise refusal(said, faults)
    return said


def understood(texts: Mapping[str, str]) -> tuple[Configuration, list[Fault]]:
    """Read as much of the configuration of a commit as makes sense, and find what does not.

    Args:
        texts: as for :func:`load`.

    Returns:
        The settings without the keys at fault, and the faults, each at its path in the file.

    Raises:
        InvalidConfiguration: the TOML is broken, or both files speak.
    """
    # Where nothing is said, as in most repositories, nothing that judges it is imported.
    sources = [source for file in FILES if (source := _source(file, texts.get(file))) is not None]
    if len(sources) > 1:
        own, shared = sources
        raise InvalidConfiguration(
            f"{own.top} and {shared.top} tool.seatrial",
            "both hold settings of Seatrial",
            next_step=f"Keep one: {OWN_FILE}, or [tool.seatrial] in {SHARED_FILE}.",
        )
    if not sources:
        return Configuration(settings=Settings(), file="", origins={}), []
    source = sources[0]
    from seatrial.config.positions import dotted

    said = {
        dotted(path[len(source.root) :]): f"{source.file}:{line}"
        for path, line in source.lines.items()
        if len(path) >= len(source.root) and path[: len(source.root)] == source.root
    }
    settings, gone, faults = _settings(source)
    made = Configuration(settings=settings, file=source.file, origins=said, gone=gone)
    return made, faults


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
    from tomlkit.exceptions import ParseError, TOMLKitError

    try:
        tomlkit.parse(text)
    except ParseError as fault:
        return fault.line, f"this is no TOML: {fault}"
    except TOMLKitError:
        # A key that stands there twice: tomlkit knows no line, and what was said names one.
        return 0, f"this is no TOML: {said}"
    return 0, f"this is no TOML: {said}"


def _settings(source: _Source) -> tuple[Settings, frozenset[Path], list[Fault]]:
    """Give what fits of a table, the paths of what does not, and everything that is wrong."""
    from msgspec.inspect import type_info

    from seatrial.config.check import Fault, before, misfits, without
    from seatrial.config.meaning import nonsense

    faults = list(misfits(source.table, type_info(Settings)))
    gone = frozenset(fault.path for fault in faults)
    # What fits is judged all the same, so that one look tells everything.
    try:
        settings = msgspec.convert(without(source.table, gone), Settings)
    except msgspec.ValidationError:
        if not faults:
            raise
        return Settings(), gone, faults
    found = nonsense(settings, _described_indexes(source.table))
    faults += (Fault(before(path, gone), said) for path, said in found)
    return settings, gone, faults


def _described_indexes(table: object) -> Collection[str]:
    indexes = table.get("index") if isinstance(table, dict) else None
    return indexes if isinstance(indexes, dict) else ()


def refusal(said: Configuration, faults: Sequence[Fault]) -> InvalidConfiguration:
    """Make one error of faults: the first in the file is its thing, the others have lines.

    Args:
        said: the configuration that they are in.
        faults: at least one, each at its path in the file.
    """
    first, *others = sorted(faults, key=lambda fault: said.line(fault.path))
    more = [f"{said.place(fault.path)}: {fault.said}" for fault in others]
    return InvalidConfiguration(said.place(first.path), "\n".join([first.said, *more]))
