"""Archives and forms made to do harm: refused, in little memory, and nothing is written."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.indexrules.judge import judge
from seatrial.indexrules.metadata_core import fill
from seatrial.indexrules.streams import BoundedStream, TooMuch
from seatrial.indexrules.values import Held, Limits, UploadedFile, Verdict
from tests.indexrules import building
from tests.indexrules.rawzip import DEFLATE, raw_zip
from tests.indexrules.shapes_zip import changed, entries, zipped

MIB = 1024**2


def rules(verdict: Verdict) -> list[str]:
    """Give the codes of the refusals."""
    return [one.rule for one in verdict.refusals]


def judged(path: Path, *, name: str = building.SDIST_NAME, limits: Limits | None = None) -> Verdict:
    """Judge a file under a sound form."""
    file = UploadedFile.read(path, name=name)
    form = building.form_for(file, {})
    return judge(form, file, Held(), now=building.NOW, limits=limits)


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Fail when the test takes more than 48 MiB."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 48 * MIB


def gzip_of_zeros(head: bytes, size: int) -> bytes:
    """Compress a head and then so many zeros, without holding them."""
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [engine.compress(head)]
    parts += [engine.compress(bytes(MIB)) for _ in range(size // MIB)]
    return b"".join([*parts, engine.flush()])


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    """Give the header of a member of a tar."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.usefixtures("little_memory")
def test_a_tar_that_unpacks_to_too_much_is_given_up(tmp_path: Path) -> None:
    """A gzip bomb is read as far as the bound, never into memory."""
    path = tmp_path / "bomb"
    path.write_bytes(gzip_of_zeros(header("probe-1.0/zeros", 200 * MIB), 200 * MIB))
    verdict = judged(path, limits=Limits(unpacked=64 * MIB))
    assert (rules(verdict), verdict.refusals[0].ours) == (["T1"], True)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_tar_header_of_any_length_is_not_taken_into_memory(tmp_path: Path, kind: bytes) -> None:
    """An extended header states its own length; one of gigabytes is not read."""
    path = tmp_path / "bomb"
    path.write_bytes(gzip_of_zeros(header("probe-1.0/x", 2**33 - 1, kind), 16 * MIB))
    assert rules(judged(path)) == ["T1"]


@pytest.mark.usefixtures("little_memory")
def test_a_tar_of_too_many_members_is_given_up(tmp_path: Path) -> None:
    """Members are counted, and the list of them does not grow without end."""
    path = tmp_path / "many"
    head = header("probe-1.0/x", 0)
    path.write_bytes(gzip.compress(head * 5000))
    assert rules(judged(path, limits=Limits(members=1000))) == ["T1"]


@pytest.mark.usefixtures("little_memory")
def test_a_wheel_that_lies_about_its_sizes_is_read_no_farther(tmp_path: Path) -> None:
    """A member is inflated as far as its stated size, however much there is."""
    members = changed(building.WHEEL_NAME, {"probe/big.py": b"small"})
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(engine.compress(bytes(MIB)) for _ in range(300)) + engine.flush()
    lying = {"content": packed, "size": 5, "central_size": 5}
    path = tmp_path / "liar"
    path.write_bytes(raw_zip(entries(members, big_py=lying)))
    verdict = judged(path, name=building.WHEEL_NAME)
    assert rules(verdict) == ["A11"]


@pytest.mark.usefixtures("little_memory")
def test_a_wheel_that_unpacks_to_a_multiple_is_not_unpacked(tmp_path: Path) -> None:
    """A bomb is known by the sizes it states, and no member of it is read."""
    members = changed(building.WHEEL_NAME, {"probe/a.py": b""})
    lying = {"content": bytes(1000), "size": 2**31, "central_size": 2**31}
    path = tmp_path / "bomb"
    path.write_bytes(raw_zip(entries(members, a_py=lying)))
    assert rules(judged(path, name=building.WHEEL_NAME)) == ["A3"]


@pytest.mark.usefixtures("little_memory")
def test_a_record_too_long_to_be_read_is_refused(tmp_path: Path) -> None:
    """RECORD is read into memory only where it fits there."""
    members = changed(building.WHEEL_NAME)
    huge = {"size": 65 * MIB, "central_size": 65 * MIB}
    path = tmp_path / "record"
    filler = {"content": bytes(2 * MIB), "central_packed": 2 * MIB, "method": 0}
    filler |= {"size": 2 * MIB, "central_size": 2 * MIB}
    path.write_bytes(raw_zip(entries({**members, "probe/data": b""}, RECORD=huge, data=filler)))
    found = judged(path, name=building.WHEEL_NAME).refusals
    assert [one.rule for one in found if one.ours] == ["T1"]


def test_a_record_of_a_million_lines_is_compared(tmp_path: Path) -> None:
    """A RECORD that lists a million files that are not there is a mail, not a fall."""
    text = b"".join(b"probe/%d,,\n" % number for number in range(1_000_000))
    path = tmp_path / "record"
    path.write_bytes(zipped({**changed(building.WHEEL_NAME, {"@RECORD": text})}))
    verdict = judged(path, name=building.WHEEL_NAME)
    assert (rules(verdict), [one.rule for one in verdict.notices]) == ([], ["W11"])


@pytest.mark.parametrize("size", [0, 1, 21, 22, 100, 511, 512, 700])
def test_a_broken_wheel_is_refused_wherever_it_ends(tmp_path: Path, size: int) -> None:
    """A wheel cut anywhere is refused."""
    whole = zipped(changed(building.WHEEL_NAME))
    path = tmp_path / "cut"
    path.write_bytes(whole[: min(size, len(whole) - 1)])
    assert rules(judged(path, name=building.WHEEL_NAME))


def test_every_byte_of_a_wheel_may_be_wrong(tmp_path: Path) -> None:
    """Whatever byte is changed, there is a verdict and no exception."""
    whole = zipped(changed(building.WHEEL_NAME))
    path = tmp_path / "changed"
    for position in range(len(whole)):
        data = bytearray(whole)
        data[position] ^= 0xFF
        path.write_bytes(data)
        assert judged(path, name=building.WHEEL_NAME).outcome in {"accepted", "refused"}


def test_every_byte_of_an_sdist_may_be_wrong(tmp_path: Path) -> None:
    """Whatever byte of a tar or of its compression is changed, there is a verdict."""
    tar = building.tar_bytes(building.sdist_members())[:2560]
    path = tmp_path / "changed"
    for position in range(0, len(tar), 7):
        data = bytearray(tar)
        data[position] ^= 0xFF
        path.write_bytes(gzip.compress(data))
        assert judged(path).outcome in {"accepted", "refused"}
    whole = gzip.compress(tar)
    for position in range(len(whole)):
        data = bytearray(whole)
        data[position] ^= 0xFF
        path.write_bytes(data)
        assert judged(path).outcome in {"accepted", "refused"}


@pytest.mark.parametrize("name", ["../../evil.py", "/etc/evil.py", "C:\\evil.py", "a/../b.py"])
def test_a_member_that_leads_out_writes_nothing(tmp_path: Path, name: str) -> None:
    """Names with traversal are looked at and never followed."""
    inside = tmp_path / "in"
    inside.mkdir()
    path = inside / building.WHEEL_NAME
    path.write_bytes(zipped(changed(building.WHEEL_NAME, {name: b"x = 1\n"})))
    assert judged(path, name=building.WHEEL_NAME).outcome == "accepted"
    assert [one.name for one in tmp_path.rglob("*")] == ["in", building.WHEEL_NAME]


def test_a_device_and_a_link_in_a_tar_are_not_opened(tmp_path: Path) -> None:
    """A Python file that is a link or a device is not read."""
    members = [
        *building.headers(building.sdist_members()),
        (tarfile.TarInfo("probe-1.0/a.py"), b""),
        (tarfile.TarInfo("probe-1.0/b.py"), b""),
    ]
    members[-2][0].type, members[-2][0].linkname = tarfile.SYMTYPE, "/etc/passwd"
    members[-1][0].type, members[-1][0].devmajor = tarfile.CHRTYPE, 1
    path = building.write_sdist(tmp_path / "links", members)
    assert judged(path).outcome == "accepted"


def test_an_archive_of_another_kind_is_no_wheel(tmp_path: Path) -> None:
    """A tar called a wheel, and a wheel called a tar, are refused."""
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(building.tar_bytes(building.sdist_members())))
    assert judged(path, name=building.WHEEL_NAME).refusals[0].rule == "A2"
    path.write_bytes(zipped(changed(building.WHEEL_NAME)))
    assert judged(path).refusals[0].rule == "A12"


def test_a_tar_in_the_wheels_comment_is_a_polyglot(tmp_path: Path) -> None:
    """A file that is a tar from the front and a ZIP from the end is refused as both."""
    tar = building.tar_bytes(building.sdist_members())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "b")
    path = tmp_path / "both"
    path.write_bytes(tar + buffer.getvalue())
    assert judged(path, name=building.WHEEL_NAME).refusals[0].rule == "A1"


def test_a_format_string_in_a_value_is_never_obeyed() -> None:
    """Braces in a refused value corrupt PyPI's words or end in 500; no width is ever obeyed."""
    assert fill("{{x}} in {field}", "version") == "{x} in 'version'"
    for hostile in ("{", "}", "{}", "{0}", "{x}", "{field:>999999999}", "{field.__class__}"):
        assert fill(hostile, "version") is None


@pytest.mark.parametrize(
    "fields",
    [
        {"requires_dist": "a; " + "(" * 5000 + "python_version > '3'" + ")" * 5000},
        {"provides_dist": "a; " + "(" * 5000 + "python_version > '3'" + ")" * 5000},
        {"license_expression": "(" * 5000 + "MIT" + ")" * 5000},
        {"license_expression": "MIT OR " * 5000 + "MIT"},
        {"requires_python": ">=" + "1." * 50_000},
        {"version": "1." + "9" * 10_000},
        {"description_content_type": "text/plain; x*"},
        {"description_content_type": "text/plain\r\nEvil: yes"},
        {"author_email": "(" * 10_000 + "a@b.org"},
        {"author_email": "<" * 10_000},
        {"home_page": "http://" + "[" * 10_000},
        {"home_page": "http://" + "%" * 10_000},
        {"attestations": "[" * 100_000},
        {"description": "`" * 2000},
        {"description": "\n".join(" " * depth + "- x\n" for depth in range(500))},
        {"description": "> " * 3000, "description_content_type": "text/markdown"},
        {"description": "x", "description_content_type": "text/plain; x*"},
        {"name": "a" + "-" * 5000 + "a"},
        {"import_name": "." * 10_000},
        {"summary": "\ud800"},
        {"keywords": "," * 100_000},
    ],
    ids="-".join,
)
def test_a_form_made_to_do_harm_has_a_verdict(tmp_path: Path, fields: dict[str, str]) -> None:
    """Depth, length and rubbish in any field end in a verdict."""
    path = building.write_sdist(tmp_path / building.SDIST_NAME, building.sdist_members())
    assert building.judged(path, fields).outcome in {"accepted", "refused"}


def test_a_description_without_end_is_not_rendered(tmp_path: Path) -> None:
    """A description beyond our bound is refused by a sentence of ours."""
    path = building.write_sdist(tmp_path / building.SDIST_NAME, building.sdist_members())
    verdict = building.judged(path, {"description": "x" * (8 * MIB + 1)})
    assert [(one.rule, one.ours) for one in verdict.refusals] == [("D7", True)]


def test_a_bounded_stream_goes_forward_and_one_byte_back() -> None:
    """What tarfile needs of a stream is there, and nothing more."""
    stream = BoundedStream(io.BytesIO(bytes(range(100))), limit=100)
    assert stream.read(10) == bytes(range(10))
    stream.seek(9)
    assert (stream.read(2), stream.tell()) == (bytes([9, 10]), 11)
    stream.seek(50)
    assert stream.read(1) == bytes([50])
    with pytest.raises(io.UnsupportedOperation):
        stream.seek(3)
    with pytest.raises(TooMuch):
        stream.read(-1)


def test_members_are_deflated_in_these_tests() -> None:
    """The archives made by hand are compressed as real ones are."""
    assert {one.method for one in entries(changed(building.WHEEL_NAME))} == {DEFLATE}


DEEP = {
    "quotes": "> " * 6000 + "x",
    "lists": "- " * 6000 + "x",
    "tags": "<b>" * 6000 + "x" + "</b>" * 6000,
    "both": "> " * 3000 + "<i>" * 3000 + "x",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_description_that_is_too_deep_is_not_rendered(tmp_path: Path, text: str) -> None:
    """Cleaning takes the square of the depth: 100 kB of Markdown would hold the index a minute."""
    path = building.write_sdist(tmp_path / building.SDIST_NAME, building.sdist_members())
    fields = {"description": text, "description_content_type": "text/markdown"}
    assert rules(building.judged(path, fields)) == ["D7"]
    wide = {**fields, "description": "<br>\n> <b>x</b>\n\n" * 6000}
    assert rules(building.judged(path, wide)) == []
