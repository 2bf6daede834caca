"""Every setting, its value, and who set it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec
from msgspec import inspect

from seatrial.config.load import Configuration
from seatrial.config.positions import Path, dotted
from seatrial.config.schema import Settings

DEFAULT = "default"

Value: TypeAlias = str | float | bool | list[Any] | dict[str, Any] | None


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One setting.

    Attributes:
        key: dotted, as in the file ("verify.python", "package[0].path").
        value: as TOML would hold it.
        origin: ``file:line``, or ``default`` when it was not said.
    """

    key: str
    value: Value
    origin: str


def explain(configuration: Configuration) -> list[Explained]:
    """Give every key of the schema, nested ones too, in the schema's order.

    A table of free names (``gate``, ``index``) and an array of tables (``package``) give one entry
    when empty, else the entries of what they hold.
    """
    values = msgspec.to_builtins(configuration.settings)
    return [
        Explained(
            key=dotted(path), value=value, origin=configuration.origins.get(dotted(path), DEFAULT)
        )
        for path, value in _leaves(values, inspect.type_info(Settings), ())
    ]


def _leaves(value: Any, kind: inspect.Type, path: Path) -> Iterator[tuple[Path, Value]]:  # noqa: ANN401 -- plain data
    if isinstance(kind, inspect.StructType):
        for field in kind.fields:
            name = field.encode_name
            yield from _leaves(value[name], field.type, (*path, name))
    elif isinstance(kind, inspect.DictType) and value:
        for name, inner in value.items():
            yield from _leaves(inner, kind.value_type, (*path, name))
    elif (
        isinstance(kind, inspect.VarTupleType)
        and isinstance(kind.item_type, inspect.StructType)
        and value
    ):
        for place, inner in enumerate(value):
            yield from _leaves(inner, kind.item_type, (*path, place))
    else:
        yield path, list(value) if isinstance(value, tuple) else value
