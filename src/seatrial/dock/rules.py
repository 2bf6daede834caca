"""Whether the index takes an upload: the one place where PyPI's rules enter the dock."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.dock.entries import FileRecord
from seatrial.dock.form import Form, ReceivedFile
from seatrial.dock.holdings import Holdings
from seatrial.dock.tokens import Minted
from seatrial.dock.values import Answer, Limits
from seatrial.indexrules import values
from seatrial.indexrules.judge import judge

USER = "you"
"""Whom refusals name where PyPI names the owner of an API token."""


def decide(
    form: Form, held: Holdings, now: float, limits: Limits, minted: Minted | None = None
) -> Answer:
    """Judge an upload.  Changes nothing.

    Args:
        form: what was sent.
        held: what the index holds.
        now: the index's time, seconds since the epoch.
        limits: the sizes it takes.
        minted: what a trusted publisher's token is good for; nothing for an API token.
    """
    file = form.file
    verdict = judge(
        _fields(form),
        None if file is None else _described(file),
        _held(form, held, now, minted),
        now=now,
        limits=_limits(form, held, limits),
    )
    if verdict.refusals:
        return Answer(verdict.refusals[0].status, verdict.refusals[0].message)
    if verdict.duplicate or file is None:
        return Answer(200)
    record = FileRecord(
        name=file.name,
        project=form.value("name"),
        version=str(Version(form.value("version"))),
        filetype=form.value("filetype"),
        sha256=file.sha256,
        blake2=file.blake2,
        size=file.size,
        uploaded=now,
        form=form.fields,
        publisher=minted.publisher.claims if minted is not None else {},
    )
    return Answer(200, record=record)


def _fields(form: Form) -> values.Form:
    pairs = [(key, value) for key, given in form.fields.items() for value in given]
    came = () if form.file is None else ("content",)
    return values.Form.of(pairs, files=(*form.misplaced, *came))


def _described(file: ReceivedFile) -> values.UploadedFile:
    return values.UploadedFile(
        name=file.name,
        path=file.path,
        size=file.size,
        sha256=file.sha256,
        md5=file.md5,
        blake2=file.blake2,
        content_type=file.kind or None,
    )


def _limits(form: Form, held: Holdings, limits: Limits) -> values.Limits:
    """Give the sizes that a project may have.

    What it has beyond them on the real index was granted to it; how much more is not known, and
    twice what it has is a guess on its side.
    """
    files = [one for one in held.project(canonicalize_name(form.value("name"))) if one.url]
    largest = max((one.size for one in files), default=0)
    used = sum(one.size for one in files)
    return values.Limits(
        file_size=max(limits.file, largest),
        project_size=2 * used if used > limits.project else limits.project,
    )


def _held(form: Form, held: Holdings, now: float, minted: Minted | None) -> values.Held:
    """Give what the index holds that bears on the upload."""
    normal = canonicalize_name(form.value("name"))
    name = form.file.name if form.file is not None else ""
    others = () if held.exists(normal) else held.alike(form.value("name"))
    return values.Held(
        exists=held.exists(normal),
        files=tuple(_same_name_or_content(form.file, held)),
        releases=tuple(_release(form, held, now)),
        similar=others,
        burnt=frozenset({name} if held.is_burnt(name) else ()),
        statements=True,
        uploader=_uploader(form, held, now, minted),
        size_used=held.size(normal),
    )


def _uploader(form: Form, held: Holdings, now: float, minted: Minted | None) -> values.Uploader:
    normal = canonicalize_name(form.value("name"))
    status = held.status(normal)
    if minted is None:
        return values.Uploader(name=USER, allowed=status != "archived")
    shown = held.projects().get(normal, form.value("name"))
    return values.Uploader(
        publisher=True,
        allowed=status == "active",
        token_faults=minted.faults(shown, normal, now),
    )


def _same_name_or_content(file: ReceivedFile | None, held: Holdings) -> Iterator[values.HeldFile]:
    if file is None:
        return
    found = (held.file(file.name), held.with_content(file.blake2, file.sha256))
    for record in found:
        if record is not None:
            # Of a file of the real index only the SHA-256 is known.
            same = record.sha256 == file.sha256
            blake2 = file.blake2 if same else record.blake2
            yield values.HeldFile(name=record.name, sha256=record.sha256, blake2=blake2)


def _release(form: Form, held: Holdings, now: float) -> Iterator[values.HeldRelease]:
    """Give the release that the file would join, in each spelling that it has.

    One whose first upload is not known begins now.
    """
    try:
        version = Version(form.value("version"))
    except ValueError:
        return
    files: dict[str, list[FileRecord]] = {}
    for record in held.release(canonicalize_name(form.value("name")), version):
        files.setdefault(record.version, []).append(record)
    for spelt, of_it in files.items():
        times = [record.uploaded for record in of_it if record.uploaded is not None]
        yield values.HeldRelease(
            version=spelt,
            created=min(times, default=now),
            has_sdist=any(record.filetype == "sdist" for record in of_it),
        )
