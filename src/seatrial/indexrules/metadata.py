"""The metadata of the form: reading it, and which of its faults PyPI names first (M1 to M44).

PyPI takes metadata from the form only and judges it in passes: what cannot be read at all, then
what the core metadata specification forbids, then what PyPI forbids on top.  The first pass that
finds something speaks, and says one thing.  All passes are made here, so that every fault is known;
a field that failed in one pass is left out of the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import msgspec

from seatrial.indexrules import metadata_core, metadata_pypi
from seatrial.indexrules.messages import SEE, SEE_LOCAL, refuse, refuse_ourselves
from seatrial.indexrules.said import Fault
from seatrial.indexrules.values import Form, Refusal

Raw: TypeAlias = Mapping[str, tuple[str, ...]]
"""Values by the field's name in core metadata, in lower case."""

_PARSE: Final = "forklift/metadata.py::parse_form_metadata"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of core metadata.

    Attributes:
        name: in core metadata, in lower case.
        key: in the form.
        added: the metadata version that brought it.
        many: whether it may come more than once.
    """

    name: str
    key: str
    added: str = "1.0"
    many: bool = False


def _single(*names: str, added: str = "1.0") -> Iterator[Field]:
    for name in names:
        yield Field(name=name, key=name.replace("-", "_"), added=added)


def _multiple(*names: str, added: str = "1.0", plural: bool = False) -> Iterator[Field]:
    for name in names:
        key = name.replace("-", "_") + ("s" if plural else "")
        yield Field(name=name, key=key, added=added, many=True)


FIELDS: Final = {
    field.name: field
    for fields in (
        _single("metadata-version", "name", "version", "summary", "description", "keywords"),
        _single("home-page", "author", "author-email", "license"),
        _single("download-url", added="1.1"),
        _single("maintainer", "maintainer-email", "requires-python", added="1.2"),
        _single("description-content-type", added="2.1"),
        _single("license-expression", added="2.4"),
        _multiple("platform"),
        _multiple("supported-platform", "requires", "provides", "obsoletes", added="1.1"),
        _multiple("classifier", added="1.1", plural=True),
        _multiple("project-url", added="1.2", plural=True),
        _multiple("requires-dist", "provides-dist", "obsoletes-dist", added="1.2"),
        _multiple("requires-external", added="1.2"),
        _multiple("provides-extra", added="2.1"),
        _multiple("dynamic", added="2.2"),
        _multiple("license-file", added="2.4"),
        _multiple("import-name", "import-namespace", added="2.5"),
    )
    for field in fields
}
"""Every field PyPI reads, by its name in core metadata (``forklift/metadata.py``)."""

_REQUIRED: Final = ("metadata-version", "name", "version")


def order(names: Iterable[str]) -> list[str]:
    """Put names of fields into the order in which PyPI names their faults.

    Source: ``forklift/legacy.py::_error_message_order``.
    """
    return sorted(names, key=lambda name: (_rank(name), name))


def _rank(name: str) -> int:
    return _REQUIRED.index(name) if name in _REQUIRED else len(_REQUIRED)


def read(form: Form) -> tuple[Raw, tuple[Refusal, ...]]:
    """Turn the form into metadata, and say what could not be read.

    A field that came once and empty is absent (M1a).

    Source: ``forklift/metadata.py::parse_form_metadata``.
    """
    raw: dict[str, tuple[str, ...]] = {}
    bad: list[str] = []
    for field in FIELDS.values():
        if not _came(form, field):
            continue
        values = form.all(field.key)
        if _readable(field, values):
            raw[field.name] = values
        else:
            bad.append(field.key)
    return raw, tuple(_m1_unreadable(order(bad)))


def _came(form: Form, field: Field) -> bool:
    return form.all(field.key) not in {(), ("",)}


def _readable(field: Field, values: tuple[str, ...]) -> bool:
    if field.name == "project-url":
        labels = [metadata_pypi.split_url(value)[0] for value in values]
        return len(set(labels)) == len(labels)
    return field.many or len(values) == 1


def _m1_unreadable(keys: Iterable[str]) -> Iterator[Refusal]:
    """M1: a single-use field comes once, and no label of a project URL comes twice.

    Source: ``forklift/metadata.py::parse_form_metadata``.
    """
    for key in keys:
        yield refuse("M1", f"{key!r} has invalid data. {SEE}", _PARSE)


def metadata_rules(form: Form) -> Iterator[Refusal]:
    """Judge the form's metadata in all passes, in PyPI's order."""
    raw, unreadable = read(form)
    yield from unreadable
    bad = {field.name for field in FIELDS.values() if _came(form, field)} - set(raw)
    failed: set[str] = set()
    found: list[list[Refusal]] = []
    for name in order({*raw, *_REQUIRED} - bad):
        faults = [_spoken(name, fault) for fault in _survived(name, _core_faults(name, raw))]
        if faults:
            found.append(faults)
            failed.add(name)
    # PyPI stops at the first fault of each field.  Where it answers 500 to that one, this ends the
    # pass, whatever other fields would have said.
    for faults in sorted(found, key=lambda faults: not faults[0].ours):
        yield from faults
    yield from _pypi_pass({name: values for name, values in raw.items() if name not in failed})


def _survived(name: str, faults: Iterator[Fault]) -> list[Fault]:
    """Gather the faults of one field; a value that no parser survives is a fault of its own.

    Brackets thousands deep, or a number of thousands of digits, end in 500 at PyPI.
    """
    try:
        return list(faults)
    except (RecursionError, ValueError, IndexError):
        said = f"The field {name} has a value that cannot be read; PyPI answers 500 to this."
        return [Fault(rule="X500.9", said=said, source=_PARSE, ours=True)]


def _core_faults(name: str, raw: Raw) -> Iterator[Fault]:
    """Judge one field by the specification, as ``packaging`` 26.2 does."""
    given = next(iter(raw.get("metadata-version", ())), None)
    known = metadata_core.METADATA_VERSIONS
    if given in known and known.index(FIELDS[name].added) > known.index(given):
        yield metadata_core.m3_too_new(name, FIELDS[name].added, given)
        return
    check = metadata_core.CHECKS.get(name)
    if check is not None:
        yield from check(name, raw.get(name, ()))


def _pypi_pass(raw: Raw) -> Iterator[Refusal]:
    checks: Mapping[str, Callable[[str, Raw], Iterator[Fault]]] = metadata_pypi.CHECKS
    for name in order(set(raw) & set(checks)):
        for fault in _survived(name, checks[name](name, raw)):
            yield _spoken(name, fault)


def _spoken(name: str, fault: Fault) -> Refusal:
    """Make the refusal of a fault: a full stop where there is none, and the link."""
    said = fault.said
    if fault.template:
        filled = metadata_core.fill(said, name)
        if filled is None:
            said = (
                f"The field {name} has a value that is refused, and PyPI answers 500 to it "
                "because of the braces in it."
            )
            return refuse_ourselves("X500.8", said, fault.source)
        said = filled
    if fault.ours:
        return refuse_ourselves(fault.rule, said, fault.source)
    link = SEE_LOCAL if fault.rule == "M26" else SEE
    stop = "" if said.endswith(".") else "."
    return refuse(fault.rule, f"{said}{stop} {link}", fault.source)
