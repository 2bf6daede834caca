"""The verdict as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.indexrules.judge import judge
from seatrial.indexrules.values import (
    Form,
    Held,
    HeldFile,
    HeldRelease,
    Limits,
    UploadedFile,
    Uploader,
)
from tests.indexrules import building


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A sound wheel."""
    return building.write_zip(tmp_path / building.WHEEL_NAME, building.wheel_members())


@pytest.fixture
def sdist(tmp_path: Path) -> Path:
    """A sound sdist."""
    return building.write_sdist(tmp_path / building.SDIST_NAME, building.sdist_members())


def test_a_sound_wheel_and_a_sound_sdist_are_accepted(wheel: Path, sdist: Path) -> None:
    """What has no fault is accepted, and no mail is sent."""
    for path in (wheel, sdist):
        verdict = building.judged(path)
        assert verdict.outcome == "accepted"
        assert verdict.notices == ()


def test_all_faults_are_told_in_the_order_in_which_pypi_asks(wheel: Path) -> None:
    """Every fault of an upload is in the verdict, and the first is what PyPI would say."""
    fields = {
        "filetype": "bdist_wat",
        "metadata_version": "2.0",
        "summary": "a\nb",
        "home_page": "ftp://x",
        "description": ".. nothing::",
        "md5_digest": "bad",
    }
    verdict = building.judged(wheel, fields, name="other-2.0-py3-none-linux_x86_64.whl")
    assert [one.rule for one in verdict.refusals] == [
        *("F5", "M2", "M7", "M31", "D2", "Z4", "A8", "W5", "W6", "W8", "W10", "W14"),
    ]


def test_the_same_file_once_more_is_accepted_without_effect(wheel: Path) -> None:
    """A file with the name and content of one that is there is a duplicate, whatever its form."""
    file = UploadedFile.read(wheel)
    held = Held(
        exists=True,
        files=(HeldFile(name=file.name, sha256=file.sha256, blake2=file.blake2),),
        releases=(HeldRelease(version="1.0", created=0.0),),
    )
    assert building.judged(wheel, {"version": "2.0"}, held=held).outcome == "duplicate"
    refused = building.judged(wheel, {"version": "dog"}, held=held)
    assert refused.outcome == "refused"
    assert not refused.duplicate


def test_a_full_project_refuses_even_the_same_file(wheel: Path) -> None:
    """Sizes are asked before duplicates."""
    file = UploadedFile.read(wheel)
    held = Held(
        exists=True,
        files=(HeldFile(name=file.name, sha256=file.sha256, blake2=file.blake2),),
        size_used=Limits().project_size,
    )
    assert [one.rule for one in building.judged(wheel, held=held).refusals] == ["Z2"]


def test_without_a_path_everything_but_the_archive_is_judged() -> None:
    """A file that is only described is judged by name, size and digests."""
    digest = "0" * 64
    file = UploadedFile(
        name="probe-1.0-py3-none-linux_x86_64.whl", size=1, sha256=digest, md5="", blake2=digest
    )
    verdict = judge(building.form_for(file, {}), file, Held(), now=building.NOW)
    assert [one.rule for one in verdict.refusals] == ["W5"]


def test_who_may_not_upload_hears_it_between_the_name_and_the_description(sdist: Path) -> None:
    """Permission is asked after the name and before the description; without a user, never."""
    held = Held(exists=True, uploader=Uploader(name="anna", allowed=False))
    verdict = building.judged(sdist, {"description": "   "}, held=held)
    assert [one.rule for one in verdict.refusals] == ["P2", "D2"]
    assert verdict.refusals[0].status == 403
    publisher = Held(uploader=Uploader(publisher=True))
    assert building.judged(sdist, held=publisher).refusals[0].rule == "N3"


def test_a_part_that_may_not_be_a_file_is_named(sdist: Path) -> None:
    """Only the file itself and a signature come as file parts."""
    file = UploadedFile.read(sdist)
    form = building.form_for(file, {})
    form = Form.of(form.fields, files=("content", "gpg_signature", "keywords"))
    verdict = judge(form, file, Held(), now=building.NOW)
    assert [one.message for one in verdict.refusals] == ["keywords: Should not be a tuple."]
