"""The reference cases: inputs with the verdict that PyPI's own server gave.

The cases are of the same commit as the rules.  Each file in ``cases/`` holds one topic; a case says
what differs from a sound upload of the project ``probe``, version 1.0.  Three files are not of the
reference: the verdicts of ``devised.json`` were worked out by hand from the table of the rules, and
those of ``executed.json`` are what PyPI's own view said to uploads put together at random: its code
at the same commit, with the libraries that it pins and Python 3.14, without its database; for the
shape of attestations, of the library that it reads them with.  Those of ``ordered.json`` were got
in the same way, with Python 3.13: uploads with two faults at once, and values at a rule's edge.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatrial.indexrules.fields import form_rules
from seatrial.indexrules.judge import judge
from seatrial.indexrules.messages import reason_phrase
from seatrial.indexrules.metadata import metadata_rules
from seatrial.indexrules.tags import is_admitted
from seatrial.indexrules.urls import is_web_address
from seatrial.indexrules.values import (
    Form,
    Held,
    HeldFile,
    HeldRelease,
    Limits,
    Refusal,
    UploadedFile,
    Uploader,
)
from seatrial.indexrules.wheels import are_entry_points
from tests.indexrules import building
from tests.indexrules.shapes_sdist import SDISTS
from tests.indexrules.shapes_zip import ZIPS, with_entry_points, zip_sdist

Case = dict[str, Any]

FOLDER = Path(__file__).parent / "cases"
ALL = {
    case["case"]: case
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text("ascii"))
}

GUIDE = "https://packaging.python.org"
SPECIFIERS = f"{GUIDE}/en/latest/specifications/version-specifiers/#local-version-identifiers"
PEP_527 = "See https://www.python.org/dev/peps/pep-0527"
TOKENS = {
    "{SEE}": f"See {GUIDE}/specifications/core-metadata for more information.",
    "{LOCALVER}": f"See {SPECIFIERS} for more information.",
    "{EXT}": "Invalid file extension: Use .tar.gz, .whl or .zip extension. "
    f"{PEP_527} and https://peps.python.org/pep-0715/ for more information",
    "{PEP527}": f"{PEP_527} for more information.",
    "{ARCH}": "See https://docs.pypi.org/archives for more information",
    "{NONPRINT}": "Cannot upload a file with non-printable characters (ordinals 0-31) "
    "or the DEL character (ordinal 127) in the name.",
    "{INDEX}": "pypi.org",
}

WORDS_DIFFER = {
    # The order of the types is that of a Python set.
    *("C9.16", "C9.17", "C9.18", "C9.22"),
    # The text is pydantic's, which is not asked.
    *("A22.4", "A22.5", "A22.7", "C36.6", "C36.8", "C36.10", "C36.11", "C36.17"),
}
"""Cases whose status is PyPI's and whose words need not be."""


def expected(case: Case, file: UploadedFile | None) -> str:
    """Give PyPI's words in full."""
    said: str = case["says"]
    for token, text in TOKENS.items():
        said = said.replace(token, text)
    while "{HELP#" in said:
        before, _, rest = said.partition("{HELP#")
        anchor, _, after = rest.partition("}")
        said = f"{before}See https://pypi.org/help/#{anchor} for more information.{after}"
    if file is not None:
        said = said.replace("{blake2}", file.blake2)
    return said


def file_of(case: Case, folder: Path) -> UploadedFile | None:
    """Make the file of a case."""
    shape = case.get("shape", "")
    name = case.get("file") or building.SDIST_NAME
    if shape == "none":
        return None
    content_type = case.get("content_type", "application/octet-stream")
    if shape == "described":
        digest = "0" * 64
        size = case.get("size", 1000)
        return UploadedFile(
            name=name,
            size=size,
            sha256=digest,
            md5="0" * 32,
            blake2=digest,
            content_type=content_type,
        )
    path = folder / "file"
    path.write_bytes(content_of(case, name))
    return UploadedFile.read(path, name=case.get("file", name), content_type=content_type)


def content_of(case: Case, name: str) -> bytes:
    """Make the bytes of a case's file."""
    if "bytes" in case:
        return zlib.decompress(base64.b64decode(case["bytes"]))
    shape = case.get("shape", "")
    if shape == "entry-points":
        return with_entry_points(case["text"])(name)
    if shape in SDISTS:
        return SDISTS[shape]()
    if shape in ZIPS:
        return ZIPS[shape](name)
    if name.endswith(".zip"):
        return zip_sdist()
    return ZIPS["wheel"](name) if ".whl" in name else SDISTS["sdist"]()


def form_of(case: Case, file: UploadedFile | None) -> Form:
    """Make the form of a case; ``<correct>`` stands for the true digest."""
    fields: dict[str, Any] = dict(case.get("form", {}))
    if file is not None:
        true = {"md5_digest": file.md5, "sha256_digest": file.sha256}
        true["blake2_256_digest"] = file.blake2
        for key, digest in true.items():
            if fields.get(key) == "<correct>":
                fields[key] = digest
            if fields.get(key) == "<upper>":
                fields[key] = digest.upper()
    if case.get("bare"):
        pairs = [
            (key, one)
            for key, value in fields.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        return Form.of(pairs, files=case.get("file_fields", ["content"]))
    form = building.form_for(file, fields)
    return Form.of(form.fields, files=case.get("file_fields", form.files))


def held_of(case: Case, file: UploadedFile | None) -> Held:
    """Make what the index holds in a case."""
    said: Case = case.get("held", {})
    digest = file.blake2 if file is not None else ""
    files = tuple(
        HeldFile(
            name=name,
            sha256=file.sha256 if kind == "same" and file is not None else "f" * 64,
            blake2=digest if kind == "same" else "f" * 64,
        )
        for name, kind in said.get("files", [])
    )
    releases = tuple(
        HeldRelease(version=version, created=building.NOW - age, has_sdist=bool(sdist))
        for version, age, sdist in said.get("releases", [])
    )
    who = said.get("uploader")
    usual = Held()
    return Held(
        exists=said.get("exists", False),
        files=files,
        releases=releases,
        similar=tuple(said.get("similar", ())),
        prohibited=usual.prohibited | set(said.get("prohibited", ())),
        burnt=frozenset(said.get("burnt", ())),
        size_used=said.get("used", 0),
        uploader=None if who is None else Uploader(name=who[0], publisher=who[1], allowed=who[2]),
        registration_open=not said.get("closed", False),
    )


def answers(case: Case, folder: Path) -> tuple[list[Refusal], str, bool, UploadedFile | None]:
    """Judge a case: the refusals, the outcome, whether a mail is sent, and the file."""
    part = case.get("part", "")
    yes_or_no = {
        "tag": lambda: is_admitted(case["tag"].lower()),
        "url": lambda: is_web_address(case["url"]),
        "script": lambda: are_entry_points(
            f"[console_scripts]\n{case['name']}=foo:main\n".encode()
        ),
    }
    if part in yes_or_no:
        return [], "accepted" if yes_or_no[part]() else "refused", False, None
    if part in {"form", "metadata"}:
        form = form_of(case, None)
        found = list(form_rules(form) if part == "form" else metadata_rules(form))
        return found, "refused" if found else "accepted", False, None
    file = file_of(case, folder)
    limits = Limits()
    if "granted" in case:
        limits = Limits.granted(file_size=case["granted"][0], project_size=case["granted"][1])
    verdict = judge(form_of(case, file), file, held_of(case, file), now=building.NOW, limits=limits)
    refusals, outcome = list(verdict.refusals), verdict.outcome
    if part == "archive":
        refusals = [one for one in refusals if one.rule[0] in "AKY"]
        outcome = "refused" if refusals else "accepted"
    return refusals, outcome, bool(verdict.notices), file


def problems(case: Case, folder: Path) -> Iterator[str]:
    """Say in which way the verdict is not PyPI's: of outcome, or of words."""
    refusals, outcome, mail, file = answers(case, folder)
    wanted = {"accept": "accepted", "duplicate": "duplicate"}.get(str(case["status"]), "refused")
    if outcome != wanted:
        yield f"outcome: {outcome}, not {wanted}: {[one.message for one in refusals]}"
        return
    if wanted == "accepted" and "mails" in case and mail != case["mails"]:
        yield f"words: mail {mail}"
    if not refusals:
        return
    first = refusals[0]
    if case["status"] == 500:
        if not first.ours:
            yield f"words: {first.message!r} is not our own"
        return
    if first.status != case["status"]:
        yield f"words: {first.status}, not {case['status']}"
    said = expected(case, file) if "says" in case else first.message
    if case["case"] not in WORDS_DIFFER and said not in {
        first.message,
        reason_phrase(first.message),
    }:
        yield f"words: {first.message!r}, not {said!r}"


@pytest.mark.parametrize("name", ALL)
def test_the_verdict_is_pypis(name: str, tmp_path: Path) -> None:
    """A case has PyPI's outcome, status and words."""
    assert list(problems(ALL[name], tmp_path)) == []


def test_every_shape_is_used() -> None:
    """No archive is built that no case asks for, but the two sound ones."""
    asked = {case.get("shape") for case in ALL.values()}
    assert (set(SDISTS) | set(ZIPS)) - asked <= {"sdist", "wheel"}
