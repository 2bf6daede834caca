"""Whether what the user said fits the schema: known keys, the right types, nothing missing."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import inspect

from seatrial.config.positions import Path


class Fault(NamedTuple):
    """Something wrong at a key: its path from the top of our table, and one clause about it."""

    path: Path
    said: str


def misfits(value: object, wanted: inspect.Type, path: Path = ()) -> Iterator[Fault]:
    """Find everything in a value read from TOML that is not of the wanted type.

    Args:
        value: tables as ``dict``, arrays as ``list``, and scalars.
        wanted: the type, as :func:`msgspec.inspect.type_info` describes it.
        path: where the value stands.
    """
    if isinstance(wanted, inspect.StructType):
        if isinstance(value, dict):
            yield from _table(value, wanted, path)
        else:
            yield Fault(path, f"a table is wanted here, not {given(value)}")
    elif isinstance(wanted, inspect.DictType):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from misfits(inner, wanted.value_type, (*path, key))
        else:
            yield Fault(path, f"a table is wanted here, not {given(value)}")
    elif isinstance(wanted, inspect.VarTupleType | inspect.ListType):
        if isinstance(value, list):
            for place, inner in enumerate(value):
                yield from misfits(inner, wanted.item_type, (*path, place))
        else:
            yield Fault(path, f"an array is wanted here, not {given(value)}")
    else:
        yield from _scalar(value, wanted, path)


def without(value: object, paths: Collection[Path]) -> object:
    """Give a value read from TOML without what lies at some paths.

    Args:
        value: tables as ``dict``, arrays as ``list``, and scalars.
        paths: where a fault was found; :func:`before` gives a path in what is left its old places.
    """
    gone = {path[0] for path in paths if len(path) == 1}

    def left(key: str | int, inner: object) -> object:
        return without(inner, [path[1:] for path in paths if path[:1] == (key,)])

    if isinstance(value, dict):
        return {key: left(key, inner) for key, inner in value.items() if key not in gone}
    if isinstance(value, list):
        return [left(place, one) for place, one in enumerate(value) if place not in gone]
    return value


def before(path: Path, gone: Collection[Path]) -> Path:
    """Give a path in what :func:`without` left as it was in the whole.

    Args:
        path: in what is left.
        gone: what was taken out, as paths in the whole.
    """
    found: Path = ()
    for step in path:
        place = step
        if isinstance(place, int):
            taken = {one[-1] for one in gone if one and one[:-1] == found}
            left = (number for number in itertools.count() if number not in taken)
            place = next(itertools.islice(left, place, None))
        found = (*found, place)
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """Give a clause that names the nearest known name, or all of them when none is near."""
    import difflib

    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"known here: {', '.join(names)}"


def given(value: object) -> str:
    """Say what a value is, in TOML's words, and show it when it is short."""
    if isinstance(value, str):
        return f"the string {shown(value)}"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    words = {dict: "a table", list: "an array", int: f"the integer {value}"}
    return words.get(type(value), f"the value {value}")


def shown(text: str) -> str:
    """Quote a text, its end cut off when it is long, its line breaks as escapes."""
    clipped = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return '"' + clipped.replace("\n", "\\n").replace("\r", "\\r") + '"'


_LONGEST_SHOWN = 40

_SCALARS: dict[type[inspect.Type], tuple[str, tuple[type, ...]]] = {
    inspect.StrType: ("a string", (str,)),
    inspect.BoolType: ("true or false", (bool,)),
    inspect.IntType: ("an integer", (int,)),
    inspect.FloatType: ("a number", (int, float)),
}


def _table(value: Mapping[str, object], wanted: inspect.StructType, path: Path) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in wanted.fields}
    for key, inner in value.items():
        if key in fields:
            yield from misfits(inner, fields[key].type, (*path, key))
        else:
            yield Fault((*path, key), f"no such key; {_near(key, fields)}")
    for name, field in fields.items():
        if field.required and name not in value:
            yield Fault(path, f"{name} is missing")


def _near(key: str, fields: Mapping[str, inspect.Field]) -> str:
    """Name the key of one of the tables here that is called so, or else the nearest one here."""
    inner = [
        f"{name}.{key}"
        for name, field in fields.items()
        if isinstance(field.type, inspect.StructType)
        and any(one.encode_name == key for one in field.type.fields)
    ]
    return f"did you mean {' or '.join(inner)}?" if inner else nearest(key, fields)


def _scalar(value: object, wanted: inspect.Type, path: Path) -> Iterator[Fault]:
    if isinstance(wanted, inspect.UnionType):
        tables = [one for one in wanted.types if isinstance(one, inspect.StructType)]
        if isinstance(value, dict) and tables:
            yield from misfits(value, tables[0], path)
        elif not any(_fits(value, member) for member in wanted.types):
            yield Fault(path, f"this cannot be {given(value)}")
    elif isinstance(wanted, inspect.LiteralType):
        if value not in wanted.values:
            words = " or ".join(given(member) for member in wanted.values)
            yield Fault(path, f"{words} is wanted here, not {given(value)}")
    elif type(wanted) in _SCALARS:
        words, kinds = _SCALARS[type(wanted)]
        if type(value) not in kinds:
            yield Fault(path, f"{words} is wanted here, not {given(value)}")


def _fits(value: object, wanted: inspect.Type) -> bool:
    return next(misfits(value, wanted), None) is None
