"""The verdict: every rule in PyPI's order, over one upload."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from seatrial.indexrules.archives import a1_polyglot, a2_a4_open, zip_rules
from seatrial.indexrules.attestations import attestation_rules
from seatrial.indexrules.descriptions import d1_d2_renders
from seatrial.indexrules.fields import form_rules
from seatrial.indexrules.filenames import filename_rules
from seatrial.indexrules.metadata import metadata_rules
from seatrial.indexrules.names import n1_file, name_rules, p1_token, p2_p3_permission
from seatrial.indexrules.reuse import q1_is_duplicate, reuse_rules
from seatrial.indexrules.sanitise import clean, s3_file_parts
from seatrial.indexrules.sdists import sdist_rules
from seatrial.indexrules.sizes import size_rules
from seatrial.indexrules.tars import a12_a13_read, tar_rules
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import (
    Form,
    Held,
    Limits,
    Notice,
    Refusal,
    UploadedFile,
    Verdict,
)
from seatrial.indexrules.wheels import wheel_rules

RULES_OF: Final = "pypi/warehouse 6b62157124ab7865029afeeadf282bce27d601d9, 2026-08-21"
"""Which state of PyPI's own server the rules are read from: repository, commit, date."""


def judge(
    form: Form,
    file: UploadedFile | None,
    held: Held,
    *,
    now: float,
    limits: Limits | None = None,
) -> Verdict:
    """Say what the index answers to an upload.

    Nothing is changed, and nothing but the file at ``file.path`` is read.

    Args:
        form: the fields, as they came.
        file: the file part; None when there is none.
        held: what the index holds.
        now: seconds since the epoch, UTC.
        limits: sizes and times; PyPI's when left out.

    Returns:
        every ground for refusal in the order of :data:`RULES_OF`; PyPI says the first.
    """
    limits = Limits() if limits is None else limits
    form = clean(form)
    before = (*_before_file(form, file, held), *d1_d2_renders(form, limits))
    if file is None or not file.name:
        return Verdict(refusals=before)
    upload = Upload(form=form, file=file, held=held, limits=limits, now=now)
    early = (*before, *filename_rules(upload), *size_rules(upload))
    if q1_is_duplicate(upload):
        return Verdict(refusals=early, duplicate=not early)
    late = (*reuse_rules(upload), *_archive(upload), *attestation_rules(upload))
    return Verdict(
        refusals=(*early, *(one for one in late if isinstance(one, Refusal))),
        notices=tuple(one for one in late if isinstance(one, Notice)),
    )


def _before_file(form: Form, file: UploadedFile | None, held: Held) -> Iterator[Refusal]:
    """Judge what PyPI asks before it looks at the file."""
    yield from s3_file_parts(form)
    yield from form_rules(form)
    yield from metadata_rules(form)
    yield from n1_file(form, file)
    if form.one("name"):
        yield from name_rules(form.one("name"), held)
        yield from p1_token(held)
        yield from p2_p3_permission(form.one("name"), held)


def _archive(upload: Upload) -> Iterator[Refusal | Notice]:
    """Judge the file's content, then its name against the form."""
    path, name = upload.file.path, upload.file.name
    is_sdist = upload.form.one("filetype") == "sdist"
    listing, archive = None, None
    with contextlib.ExitStack() as stack:
        if path is not None:
            stream = stack.enter_context(path.open("rb"))
            yield from a1_polyglot(path, stream)
            if name.endswith((".whl", ".zip")):
                archive, refused = a2_a4_open(upload, stream)
                yield from refused
                yield from zip_rules(upload, archive, stream) if archive is not None else ()
            elif name.endswith(".tar.gz"):
                listing, refused = a12_a13_read(upload, path)
                yield from refused
                yield from tar_rules(listing) if listing is not None else ()
        if is_sdist:
            yield from sdist_rules(upload, listing)
        elif name.endswith(".whl"):
            yield from wheel_rules(upload, archive)
