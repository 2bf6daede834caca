"""What the core metadata specification says of each field, as ``packaging`` 26.2 judges it.

PyPI pins that version; the one installed here may judge otherwise, so its metadata module is not
used.  Versions, requirements, specifiers, names and licences are its, for they hardly move.
"""

from __future__ import annotations

import keyword
import string
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from seatrial.indexrules.fields import NAME
from seatrial.indexrules.licences import judge_expression
from seatrial.indexrules.said import Fault

Check: TypeAlias = Callable[[str, tuple[str, ...]], Iterator[Fault]]

METADATA_VERSIONS: Final = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")

_SOURCE: Final = "packaging/metadata.py::_Validator"
_CONTENT_TYPES: Final = ("text/markdown", "text/x-rst", "text/plain")
_VARIANTS: Final = ("CommonMark", "GFM")
_NEVER_DYNAMIC: Final = ("name", "version", "metadata-version")
_FIELD_NAMES: Final = frozenset(
    (
        "author",
        "author-email",
        "classifier",
        "description",
        "description-content-type",
        "download-url",
        "dynamic",
        "home-page",
        "import-name",
        "import-namespace",
        "keywords",
        "license",
        "license-expression",
        "license-file",
        "maintainer",
        "maintainer-email",
        "metadata-version",
        "name",
        "obsoletes",
        "obsoletes-dist",
        "platform",
        "project-url",
        "provides",
        "provides-dist",
        "provides-extra",
        "requires",
        "requires-dist",
        "requires-external",
        "requires-python",
        "summary",
        "supported-platform",
        "version",
    )
)


def fill(template: str, field: str) -> str | None:
    """Put the field's name into a message as ``str.format_map`` would, or give None if it fails.

    The template holds a value from outside, so ``format_map`` itself is not called: a width of a
    thousand million would be obeyed.

    Source: ``packaging/metadata.py::_Validator._invalid_metadata`` (M43).
    """
    words: list[str] = []
    try:
        for literal, name, spec, conversion in string.Formatter().parse(template):
            words.append(literal)
            if name is None:
                continue
            if name != "field" or spec or conversion:
                return None
            words.append(repr(field))
    except ValueError:
        return None
    return "".join(words)


def _fault(rule: str, said: str) -> Fault:
    return Fault(rule=rule, said=said, source=_SOURCE, template=True)


def _invalid(rule: str, value: object, rest: str = "") -> Fault:
    return _fault(rule, f"{value!r} is invalid for {{field}}{rest}")


def m2_metadata_version(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M2: the metadata version is one PyPI knows.

    Source: ``forklift/metadata.py::SUPPORTED_METADATA_VERSIONS``.
    """
    given = values[0] if values else None
    if given not in METADATA_VERSIONS:
        yield _fault("M2", f"{given!r} is not a valid metadata version")


def m3_too_new(name: str, added: str, given: str | None) -> Fault:
    """M3: the declared metadata version has this field.

    Source: ``packaging/metadata.py::Metadata.from_raw``.
    """
    said = f"{name} introduced in metadata version {added}, not {given}"
    return Fault(rule="M3", said=said, source="packaging/metadata.py::Metadata.from_raw")


def m4_name(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M4: the name is one; the form's own rule (F3) has said so before.

    Source: ``packaging/metadata.py::_Validator._process_name``.
    """
    if not values:
        yield _fault("M4", "{field} is a required field")
    elif not NAME.fullmatch(values[0]):
        yield _invalid("M4", values[0])


def m5_m6_version(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M5, M6: there is a version, and it is one (PEP 440).

    Source: ``packaging/metadata.py::_Validator._process_version``.
    """
    if not values:
        yield _fault("M5", "{field} is a required field")
        return
    try:
        Version(values[0])
    except InvalidVersion:
        yield _invalid("M6", values[0])


def m7_summary(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M7: the summary is one line.

    Source: ``packaging/metadata.py::_Validator._process_summary``.
    """
    if any("\n" in value for value in values):
        yield _fault("M7", "{field} must be a single line")


def m8_m10_content_type(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M8 to M10: type, character set and variant of the description are known ones.

    PyPI lists them in an order that differs from process to process.

    Raises:
        ValueError, IndexError: the value is no header.

    Source: ``packaging/metadata.py::_Validator._process_description_content_type``.
    """
    value = values[0]
    message = EmailMessage()
    message["content-type"] = value
    kind = message.get_content_type().lower()
    parameters: Mapping[str, str] = message["content-type"].params
    charset, variant = parameters.get("charset", "UTF-8"), parameters.get("variant", "GFM")
    if kind not in _CONTENT_TYPES or kind not in value.lower():
        yield _fault("M8", f"{{field}} must be one of {list(_CONTENT_TYPES)}, not {value!r}")
        return
    if charset != "UTF-8":
        yield _fault("M9", f"{{field}} can only specify the UTF-8 charset, not {charset!r}")
    if kind == "text/markdown" and variant not in _VARIANTS:
        said = f"valid Markdown variants for {{field}} are {list(_VARIANTS)}, not {variant!r}"
        yield _fault("M10", said)


def m13_m14_dynamic(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M13, M14: what is dynamic is a field, and none that never may be.

    Source: ``packaging/metadata.py::_Validator._process_dynamic``.
    """
    for value in map(str.lower, values):
        if value in _NEVER_DYNAMIC:
            yield _fault("M13", f"{value!r} is not allowed as a dynamic field")
        elif value not in _FIELD_NAMES:
            yield _fault("M14", f"{value!r} is not a valid dynamic field")


def m15_extra(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M15: the name of an extra is one.

    Source: ``packaging/metadata.py::_Validator._process_provides_extra``.
    """
    for value in values:
        if not NAME.fullmatch(value):
            yield _invalid("M15", value)


def m16_requires_python(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M16: the Pythons are a set of specifiers.

    Source: ``packaging/metadata.py::_Validator._process_requires_python``.
    """
    try:
        SpecifierSet(values[0])
    except InvalidSpecifier:
        yield _invalid("M16", values[0])


def requirement(value: str) -> Requirement:
    """Read a requirement; one line break at its end is overlooked, as in that version.

    Raises:
        packaging.requirements.InvalidRequirement: it is none (PEP 508).
    """
    return Requirement(value.removesuffix("\n"))


def m17_requires_dist(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M17: a dependency is a requirement (PEP 508).

    Source: ``packaging/metadata.py::_Validator._process_requires_dist``.
    """
    for value in values:
        try:
            requirement(value)
        except InvalidRequirement:
            yield _invalid("M17", value)


def m18_license_expression(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M18: the licence expression is one of SPDX.

    As in that version, ``LicenseRef-`` with nothing behind it passes, and a ``+`` behind such a
    reference ends in 500.

    Source: ``packaging/metadata.py::_Validator._process_license_expression``.
    """
    answer = judge_expression(values[0])
    if answer == "falls":
        said = "A LicenseRef with a + cannot be read; PyPI answers 500 to this."
        yield Fault(rule="X500.9", said=said, source=_SOURCE, ours=True)
    elif answer == "invalid":
        yield _invalid("M18", values[0])


def m19_m22_license_file(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M19 to M22: a licence file is a plain relative path.

    Source: ``packaging/metadata.py::_Validator._process_license_files``.
    """
    for value in values:
        windows = PureWindowsPath(value)
        if ".." in value:
            yield _invalid("M19", value, ", parent directory indicators are not allowed")
        elif "*" in value:
            yield _invalid("M20", value, ", paths must be resolved")
        elif PurePosixPath(value).is_absolute() or windows.is_absolute():
            yield _invalid("M21", value, ", paths must be relative")
        elif windows.as_posix() != value:
            yield _invalid("M22", value, ", paths must use '/' delimiter")


def m23_m25_import_name(_name: str, values: tuple[str, ...]) -> Iterator[Fault]:
    """M23 to M25: an import name is dotted identifiers, then perhaps ``; private``.

    Source: ``packaging/metadata.py::_Validator._process_import_names``.
    """
    for value in values:
        dotted, semicolon, private = value.partition(";")
        dotted = dotted.rstrip()
        for part in dotted.split("."):
            if not part.isidentifier():
                yield _invalid("M23", dotted, f"; {part!r} is not a valid identifier")
                break
            if keyword.iskeyword(part):
                yield _invalid("M24", dotted, f"; {part!r} is a keyword")
                break
        else:
            if semicolon and private.lstrip() != "private":
                yield _invalid("M25", value, "; the only valid option is 'private'")


CHECKS: Final[Mapping[str, Check]] = {
    "metadata-version": m2_metadata_version,
    "name": m4_name,
    "version": m5_m6_version,
    "summary": m7_summary,
    "description-content-type": m8_m10_content_type,
    "dynamic": m13_m14_dynamic,
    "provides-extra": m15_extra,
    "requires-python": m16_requires_python,
    "requires-dist": m17_requires_dist,
    "license-expression": m18_license_expression,
    "license-file": m19_m22_license_file,
    "import-name": m23_m25_import_name,
    "import-namespace": m23_m25_import_name,
}
"""The checks of the fields that have one, by the field's name in core metadata."""
