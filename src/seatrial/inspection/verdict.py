"""PyPI's verdict on the upload that we would make, before anything leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from seatrial.artifacts.filenames import version_of
from seatrial.artifacts.findings import Finding, Severity
from seatrial.artifacts.inspect import Looked
from seatrial.artifacts.sdist import SdistFacts
from seatrial.indexrules.judge import judge
from seatrial.indexrules.names import name_rules
from seatrial.indexrules.values import (
    Form,
    Held,
    HeldFile,
    HeldRelease,
    Limits,
    Refusal,
    Seen,
    UploadedFile,
    Verdict,
)
from seatrial.world import ports
from seatrial.world.uploadform import fields_of

GRANTED = frozenset({"Z1", "Z2"})
"""Refusals for size: PyPI grants projects more, and does not show how much."""

BOUNDS = frozenset({"T1", "D7"})
"""Rules that are our own bounds: PyPI has others, or none."""

RECORD_NOTICE = "W11"
"""The notice that RECORD and the files differ; our own reading of RECORD names each of them."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An index that the files are to go to.

    Attributes:
        name: its name in the configuration; empty for PyPI's rules without any index.
        strict: whether PyPI's rules are its own, so that what they refuse is a fault; of any other
            index we only know that many take them over.
        files: what it holds of the project, by file name; nothing where it could not be asked.
    """

    name: str = ""
    strict: bool = True
    files: Mapping[str, ports.HeldFile] | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it would be uploaded.

    Attributes:
        form: the fields, as our uploader sends them.
        file: the file part.
    """

    form: Form
    file: UploadedFile


def part_of(file: ports.StoredFile, looked: Looked | None = None) -> Part:
    """Make the very form that would be sent.

    Args:
        file: the wheel or sdist.
        looked: what reading it brought, so that it need not be read again.

    Raises:
        InspectionFailed: its metadata cannot be read.
        StorageFault: it cannot be read.
    """
    facts = None if looked is None or looked.marked else looked.facts
    names: tuple[str, ...] = ()
    sparse = False
    if isinstance(facts, SdistFacts):
        names, sparse = facts.names, facts.sparse
        if f"{facts.top}/PKG-INFO" in facts.doubles:
            facts = None  # which of them is sent is the form's business
    metadata = None if facts is None else facts.metadata.raw
    form = Form.of(fields_of(file, metadata), files=("content",))
    described = UploadedFile(
        name=file.name,
        path=file.path,
        size=file.size,
        sha256=file.sha256,
        # Neither is sent.  PyPI tells contents apart by BLAKE2; the SHA-256 does it as well.
        md5="",
        blake2=file.sha256,
        seen=None if facts is None else Seen(names=names, sparse=sparse),
    )
    return Part(form=form, file=described)


def holdings(asked: Asked, parts: Sequence[Part], number: int, now: float) -> Held:
    """Give what the index holds when the file of that number comes.

    The files before it are there by then.  Of deleted files, prohibited names and names that look
    alike no index tells; the rules on them are left out.

    Args:
        asked: the index.
        parts: all files, in the order of their upload.
        number: which of them is judged.
        now: seconds since the epoch, UTC.
    """
    # An index that was not asked may well know the project, so it is not taken for a new one.
    held = Held(exists=asked.files is None or bool(asked.files))
    known = tuple(_known(asked.files or {}, parts[number].file))
    before = [part.file for part in parts[:number] if part.file.name not in (asked.files or {})]
    uploaded = [(file.name, file.uploaded) for file in (asked.files or {}).values()]
    uploaded += [(file.name, now) for file in before]
    return msgspec.structs.replace(
        held,
        files=(
            *known,
            *(HeldFile(name=one.name, sha256=one.sha256, blake2=one.blake2) for one in before),
        ),
        releases=tuple(_releases(uploaded, now)),
        size_used=sum(file.size for file in (asked.files or {}).values())
        + sum(file.size for file in before),
    )


def _known(files: Mapping[str, ports.HeldFile], file: UploadedFile) -> Iterator[HeldFile]:
    for held in files.values():
        # A page states no BLAKE2: where the SHA-256 is the same, so is every other digest.
        blake2 = file.blake2 if held.sha256 == file.sha256 else ""
        if held.name == file.name or blake2:
            yield HeldFile(name=held.name, sha256=held.sha256, blake2=blake2)


def _releases(uploaded: Iterable[tuple[str, float | None]], now: float) -> Iterator[HeldRelease]:
    """Give each release; one whose uploads have no time begins now."""
    times: dict[str, list[float]] = {}
    sdists: set[str] = set()
    for name, when in uploaded:
        found = version_of(name)
        if found is not None:
            version = str(found)
            times.setdefault(version, []).append(now if when is None else when)
            if not name.endswith(".whl"):
                sdists.add(version)
    for version, when_each in times.items():
        yield HeldRelease(version=version, created=min(when_each), has_sdist=version in sdists)


def verdict(part: Part, held: Held, asked: Asked, now: float) -> Verdict:
    """Judge one upload.

    Args:
        part: the upload.
        held: what the index holds (:func:`holdings`).
        asked: the index; a file there that is larger than the usual limit shows a granted one.
        now: seconds since the epoch, UTC.
    """
    largest = max((file.size for file in (asked.files or {}).values()), default=0)
    used = held.size_used if held.size_used > Limits().project_size else 0
    # How much more it was granted is not known; twice what it has is a guess on its side.
    limits = Limits.granted(file_size=largest, project_size=2 * used)
    return judge(part.form, part.file, held, now=now, limits=limits)


def findings_of(file: str, given: Verdict, asked: Asked) -> Iterator[Finding]:
    """Say a verdict as findings: refusals are faults, and what PyPI would write about a warning.

    Args:
        file: the file's name.
        given: the verdict.
        asked: the index.
    """
    for refusal in given.refusals:
        yield _finding(file, refusal, asked)
    for notice in given.notices:
        if notice.rule != RECORD_NOTICE:
            said = f"PyPI would write to its maintainers: {notice.message}"
            yield Finding(code=_code(notice.rule), severity="warning", file=file, said=said)


def findings_of_name(project: str, asked: Asked) -> Iterator[Finding]:
    """Say what PyPI would answer to a new project's name, where nobody could ask if it is new.

    Args:
        project: its name.
        asked: the index.
    """
    if asked.files is not None:
        return
    for refusal in name_rules(project, Held()):
        said = f"should {project} be new there, PyPI refuses it: {refusal.message}"
        yield Finding(code=_code(refusal.rule), severity="warning", file="", said=said)


def _finding(file: str, refusal: Refusal, asked: Asked) -> Finding:
    severity: Severity = "fault" if asked.strict else "warning"
    whose = "PyPI would refuse it" if asked.strict else f"PyPI would refuse it, {asked.name} may"
    if refusal.rule in GRANTED and not asked.files:
        severity, whose = "warning", "PyPI would refuse it, unless it has granted more"
    if refusal.rule in BOUNDS:
        whose = "what PyPI says to it is not known"
    said = f"{whose}: {refusal.message}"
    return Finding(code=_code(refusal.rule), severity=severity, file=file, said=said)


def _code(rule: str) -> str:
    return f"pypi-{rule.lower()}"
