"""What PyPI asks of metadata on top of the specification (M26 to M39)."""

from __future__ import annotations

import email.utils
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from packaging.requirements import InvalidRequirement
from packaging.version import Version

from seatrial.indexrules.metadata_core import requirement
from seatrial.indexrules.said import Fault
from seatrial.indexrules.urls import is_web_address

Raw: TypeAlias = Mapping[str, tuple[str, ...]]
Check: TypeAlias = Callable[[str, Raw], Iterator[Fault]]

SUMMARY: Final = 512
"""Characters of a summary at most."""

PLAIN_ADDRESS: Final = re.compile(
    r"[a-z0-9]{1,20}(?:[._+-][a-z0-9]{1,20}){0,2}@[a-z0-9]{1,30}(?:[.-][a-z0-9]{1,30}){0,2}"
    r"\.(?:com|org|net|edu|io|dev|de|fr|uk|ch|nl|se|jp|ca|au)",
    re.ASCII | re.IGNORECASE,
)
"""What nearly all addresses are, and what the library takes for sure; it takes long to import."""

LABEL: Final = 32
"""Characters of a project URL's label at most."""

_SOURCE: Final = "forklift/metadata.py::_validate_metadata"
# One sentence of packaging's has changed since the version that PyPI pins.
_SUFFIX_THEN: Final = ".* suffix can only be used with `==` or `!=` operators"
_SUFFIX_NOW: Final = (
    ".* suffix cannot be used with pre-release, post-release, dev or local versions"
)
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


def _fault(rule: str, said: str) -> Fault:
    return Fault(rule=rule, said=said, source=_SOURCE)


def m26_local_version(_name: str, raw: Raw) -> Iterator[Fault]:
    """M26: the version has no local part.

    Source: ``forklift/metadata.py::_validate_metadata``.
    """
    version = Version(raw["version"][0])
    if version.local:
        yield _fault("M26", f"The use of local versions in '{version}' is not allowed.")


def m27_summary(_name: str, raw: Raw) -> Iterator[Fault]:
    """M27: the summary is not too long.

    Source: ``forklift/metadata.py::_LENGTH_LIMITS``.
    """
    if len(raw["summary"][0]) > SUMMARY:
        yield _fault("M27", f"'summary' field must be {SUMMARY} characters or less.")


def address_of(value: str) -> str:
    """Give the one address in the text, or an empty text, as Python's strict parser does.

    Pythons before the strict parser came (3.11.10, 3.12.6, 3.13) get the same answers here.

    Source: ``email.utils.parseaddr`` of Python 3.14.
    """
    if getattr(email.utils, "supports_strict_parsing", False):
        return email.utils.parseaddr(value)[1]
    outside = _QUOTED.sub("", value)
    depth = 0
    for character in outside:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return ""
    if depth:
        return ""
    found = email.utils.getaddresses([value])
    if len(found) != 1 or "[" in found[0][1]:
        return ""
    return found[0][1]


def m28_email(name: str, raw: Raw) -> Iterator[Fault]:
    """M28: the address of an author or maintainer is one, where one can be read.

    Source: ``forklift/metadata.py::_validate_metadata``.
    """
    address = address_of(raw[name][0])
    if not address or PLAIN_ADDRESS.fullmatch(address):
        return
    why = why_not(address)
    if why is not None:
        yield _fault("M28", f"{address!r} is not a valid email address: {why}")


def why_not(address: str) -> str | None:
    """Say what the library that PyPI uses has against an address; nothing where it takes it."""
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        return str(error)
    return None


@functools.cache
def _classifiers() -> tuple[frozenset[str], Mapping[str, list[str]]]:
    from trove_classifiers import classifiers, deprecated_classifiers

    return frozenset(classifiers), deprecated_classifiers


def m29_m30_classifier(_name: str, raw: Raw) -> Iterator[Fault]:
    """M29, M30: every classifier is known, and none is deprecated.

    Source: ``forklift/metadata.py::_validate_metadata``.
    """
    valid, deprecated = _classifiers()
    given = sorted(set(raw["classifier"]))
    for value in given:
        if value not in valid and value not in deprecated:
            yield _fault("M29", f"{value!r} is not a valid classifier.")
    for value in given:
        if value in deprecated:
            instead = deprecated[value]
            more = f", use one of {instead} instead" if instead else ""
            yield _fault("M30", f"The classifier {value!r} has been deprecated{more}.")


def m31_url(name: str, raw: Raw) -> Iterator[Fault]:
    """M31: home page and download URL are addresses of the web.

    Source: ``forklift/metadata.py::_validate_metadata``, ``utils/http.py::is_valid_uri``.
    """
    if not is_web_address(raw[name][0]):
        yield _fault("M31", f"{raw[name][0]!r} is not a valid url.")


def split_url(value: str) -> tuple[str, str]:
    """Split a project URL into label and URL, at the first comma.

    Source: ``packaging/metadata.py::_parse_project_urls``.
    """
    label, _, url = value.partition(",")
    return label.strip(), url.strip()


def m32_m35_project_url(_name: str, raw: Raw) -> Iterator[Fault]:
    """M32 to M35: a project URL has a label of 32 characters at most, and a URL.

    Source: ``forklift/metadata.py::_validate_metadata``.
    """
    for label, url in map(split_url, raw["project-url"]):
        if not label:
            yield _fault("M32", "Must have a label")
        elif len(label) > LABEL:
            yield _fault("M33", f"{label!r} must be {LABEL} characters or less.")
        elif not url:
            yield _fault("M34", "Must have a URL")
        elif not is_web_address(url):
            yield _fault("M35", f"{url!r} is not a valid url")


def m36_other_dist(name: str, raw: Raw) -> Iterator[Fault]:
    """M36: what is provided or obsoleted is a requirement without a URL.

    Source: ``forklift/metadata.py::_validate_metadata``.
    """
    for value in raw[name]:
        try:
            found = requirement(value)
        except InvalidRequirement as error:
            said = str(error).replace(_SUFFIX_NOW, _SUFFIX_THEN)
            yield _fault("M36", f"{value!r} is invalid: {said}")
            continue
        if found.url is not None:
            yield _fault("M36", f"Can't have direct dependency: {value!r}")


def m37_direct(_name: str, raw: Raw) -> Iterator[Fault]:
    """M37: no dependency is given by URL.

    Source: ``forklift/metadata.py::_validate_metadata``.
    """
    for found in map(requirement, raw["requires-dist"]):
        if found.url is not None:
            # Some versions of the library write no space before the sign.
            shown = str(found).replace(f"@ {found.url}", f" @ {found.url}").replace("  @ ", " @ ")
            yield _fault("M37", f"Can't have direct dependency: {shown}")


def m38_dynamic(_name: str, raw: Raw) -> Iterator[Fault]:
    """M38: ``Dynamic`` itself is not dynamic; of the specification's fields PyPI lists all others.

    Source: ``forklift/metadata.py::DYNAMIC_FIELDS``.
    """
    for value in map(str.lower, raw["dynamic"]):
        if value == "dynamic":
            yield _fault("M38", f"Dynamic field {value!r} is not a valid dynamic field.")


def m39_license(_name: str, raw: Raw) -> Iterator[Fault]:
    """M39: a licence stands in one of the two fields only.

    Source: ``forklift/metadata.py::_validate_metadata`` (PEP 639).
    """
    if raw.get("license-expression"):
        said = (
            "License is deprecated when License-Expression is present. "
            "Only License-Expression should be present."
        )
        yield _fault("M39", said)


CHECKS: Final[Mapping[str, Check]] = {
    "version": m26_local_version,
    "summary": m27_summary,
    "author-email": m28_email,
    "maintainer-email": m28_email,
    "classifier": m29_m30_classifier,
    "home-page": m31_url,
    "download-url": m31_url,
    "project-url": m32_m35_project_url,
    "provides-dist": m36_other_dist,
    "obsoletes-dist": m36_other_dist,
    "requires-dist": m37_direct,
    "dynamic": m38_dynamic,
    "license": m39_license,
}
"""PyPI's checks, by the field's name in core metadata."""
