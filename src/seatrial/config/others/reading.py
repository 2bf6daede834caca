"""How another tool's configuration is read: key by key, so that none is lost unsaid."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from seatrial.config.draft import Wanted
from seatrial.config.schema import SiteSettings
from seatrial.config.show import Value

Table = dict[str, Any]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader may look at.

    Attributes:
        text: gives the text of a file of the commit, from its root; nothing where there is none.
        name: the package's name; empty where there are several.
        version: the version it states now, or empty.
        tagged: whether there are release tags, which show their own format.
        fits: whether a regular expression, another tool's, is found in a line.
        names: the packages' names, normalised.
    """

    text: Callable[[str], str | None]
    name: str
    version: str
    tagged: bool
    fits: Callable[[str, str], bool] = lambda pattern, line: pattern in line
    names: Collection[str] = ()


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Something said to another tool that has no counterpart here.

    Attributes:
        key: the other tool's key, dotted.
        why: what becomes of it, a sentence.
    """

    key: str
    why: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a tool was told something: the file, and the table in it."""

    file: str
    table: Table


class Reading:
    """One tool's configuration under way.

    Args:
        source: where it stands.
        given: what may be looked at beside it.
        around: the reading of the table that holds this one, and the key of this one there.
    """

    def __init__(
        self, source: Source, given: Given, *, around: tuple[Reading, str] | None = None
    ) -> None:
        outer, key = around or (None, "")
        self.file = source.file
        self.given = given
        self.settings: list[Wanted] = outer.settings if outer else []
        self.sites: list[SiteSettings] = outer.sites if outer else []
        self.lost: list[Lost] = outer.lost if outer else []
        self._above = f"{outer.named(key)}." if outer else ""
        self._left = dict(source.table)

    def within(self, key: str, table: object = None) -> Reading:
        """Read a table that stands under a key; its own keys are named after it.

        Args:
            key: where it stands, or what it is called.
            table: it; the key's value when absent.
        """
        value = self.take(key) if table is None else table
        if value is not None and not isinstance(value, dict):
            self.lose(key, "It is no table.")
        found = value if isinstance(value, dict) else {}
        return Reading(Source(file=self.file, table=found), self.given, around=(self, key))

    def named(self, key: str) -> str:
        """Give a key with those of the tables that it stands in before it."""
        return self._above + key

    def take(self, key: str) -> Any:  # noqa: ANN401 -- whatever the other tool was told
        """Give a key's value, or nothing; it counts as understood."""
        return self._left.pop(key, None)

    def text(self, key: str) -> str:
        """Take a key that holds a text; anything else is as if it were not there."""
        value = self.take(key)
        return value if isinstance(value, str) else ""

    def unless_tagged(self, usual: str) -> str:
        """Give the tool's usual format of tags; empty where there are tags, which show theirs."""
        return "" if self.given.tagged else usual

    def flag(self, key: str, *, default: bool) -> bool:
        """Take a key that holds a truth, as TOML or as an INI file writes it."""
        value = _truth(self.take(key))
        return value if isinstance(value, bool) else default

    def holds(self, key: str, why: str, *values: object) -> None:
        """Take a key that needs no line of ours where it has one of some values.

        Args:
            key: which.
            why: what becomes of every other value.
            values: those with which Seatrial does the same by itself; true when none is named.
        """
        value = self.take(key)
        if value is not None and _truth(value) not in (values or (True,)):
            self.lose(key, why)

    def off(self, key: str, why: str) -> None:
        """Take a key that needs no line of ours where it is false, or empty; else say why."""
        value = self.take(key)
        if _truth(value):
            self.lose(key, why)

    def tables(self, key: str) -> list[dict[str, Any]]:
        """Take an array of tables, or one; what is no table in it is told."""
        value = self.take(key) or []
        found = value if isinstance(value, list) else [value]
        for one in found:
            if not isinstance(one, dict):
                self.lose(f"{key}: {one}", "It is no table.")
        return [one for one in found if isinstance(one, dict)]

    def left(self) -> tuple[str, ...]:
        """Give the keys that were not taken yet."""
        return tuple(self._left)

    def texts(self, key: str) -> list[str]:
        """Take a key that holds texts, or one with a text a line or between commas."""
        value = self.take(key)
        if isinstance(value, str):
            value = [part.strip() for part in re.split(r"[,\n]", value)]
        return [one for one in value if isinstance(one, str) and one] if is_list(value) else []

    def table(self, key: str) -> Table:
        """Take a key that holds a table."""
        value = self.take(key)
        return value if isinstance(value, dict) else {}

    def want(self, key: str, value: Value, why: str) -> None:
        """Ask for a setting of ours; ``why`` is the other tool's key."""
        self.settings.append(Wanted(key=key, value=value, why=self.named(why)))

    def want_text(self, key: str, source: str, text: str, holes: Mapping[str, str]) -> None:
        """Ask for a text with placeholders, or say which of them nobody fills here."""
        for theirs, ours in holes.items():
            text = text.replace(theirs, ours)
        strange = [
            hole
            for hole in re.findall(r"\{[^{}]*\}|\$\{?\w+\}?", text)
            if hole not in {"{version}", "{tag}"}
        ]
        if strange:
            self.lose(source, f"Nothing here stands for {', '.join(dict.fromkeys(strange))}.")
        elif text:
            self.want(key, text, source)

    def ignore(self, *keys: str) -> None:
        """Pass over keys that say what Seatrial finds by itself, whatever their values are."""
        for key in keys:
            self.take(key)

    def lose(self, key: str, why: str) -> None:
        """Note what has no counterpart."""
        self.take(key)
        self.lost.append(Lost(key=self.named(key), why=why))

    def lines(self, file: str, source: str, wanted: Callable[[str], bool] = lambda _: True) -> None:
        """Ask for each line of a file that states the version, and that is wanted.

        Args:
            file: from the root.
            source: the other tool's key.
            wanted: which of these lines are meant; all when absent.
        """
        version = self.given.version
        text = self.given.text(file)
        if not version or text is None:
            self.lose(source, f"No line of {file} can be read for the version.")
            return
        stating = [one.strip() for one in text.splitlines() if version in one]
        found = [one for one in dict.fromkeys(stating) if wanted(one)]
        for one in found:
            if one.count(version) == 1 and len(one) <= LONGEST:
                search = one.replace(version, "{version}")
                self.sites.append(SiteSettings(file=file, search=search))
            else:
                self.lose(source, f"A line of {file} states the version twice, or is too long.")
        if not found:
            self.lose(source, f"No such line of {file} states {version}.")

    def finish(self, why: Mapping[str, str]) -> None:
        """Say of all that was not taken that it has no counterpart.

        Args:
            why: key → what becomes of it; the others have the usual sentence.
        """
        for key in list(self._left):
            self.lose(key, why.get(key, "Nothing here does the same."))


LONGEST = 300
"""Characters of a line that a version site is made from."""


def is_list(value: object) -> bool:
    """Whether something is an array."""
    return isinstance(value, list)


def _truth(value: Any) -> Any:  # noqa: ANN401 -- plain data
    """Give a truth that an INI file writes as a word; all else as it is."""
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in {"1", "true", "yes", "on"}:
        return True
    return False if word in {"0", "false", "no", "off"} else value


def toml_table(given: Given, file: str, *path: str) -> Source | None:
    """Find a table of a TOML file; nothing where it is not there, or the file cannot be read."""
    try:
        value: Any = tomllib.loads((given.text(file) or "").removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return _within(file, value, path)


def json_table(given: Given, file: str, *path: str) -> Source | None:
    """Find an object of a JSON file; nothing where it is not there, or cannot be read."""
    try:
        value = json.loads(given.text(file) or "{}")
    except (ValueError, RecursionError):
        return None
    return _within(file, value, path)


def yaml_table(given: Given, file: str, *path: str) -> Source | None:
    """Find a mapping of a YAML file; nothing where it is not there, or cannot be read."""
    text = given.text(file)
    if text is None:
        return None
    import yaml

    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return _within(file, value, path)


def ini_table(given: Given, file: str, section: str) -> Source | None:
    """Find a section of an INI file; nothing where it is not there, or cannot be read."""
    sections = dict(ini_sections(given, file))
    return Source(file=file, table=dict(sections[section])) if section in sections else None


def ini_sections(given: Given, file: str, *, paths: bool = False) -> Iterator[tuple[str, Table]]:
    """Give the sections of an INI file, with their options.

    Args:
        given: what may be looked at.
        file: from the root.
        paths: whether options are paths, whose case matters.
    """
    read = configparser.RawConfigParser(strict=False)
    if paths:
        read.optionxform = str  # type: ignore[assignment,method-assign]  # as its documentation has it
    try:
        read.read_string(given.text(file) or "")
    except configparser.Error:
        return
    for section in read.sections():
        yield section, dict(read.items(section))


def _within(file: str, value: Any, path: tuple[str, ...]) -> Source | None:  # noqa: ANN401 -- plain data
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return Source(file=file, table=value) if isinstance(value, dict) and value else None
