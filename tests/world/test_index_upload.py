"""Uploads to an index over HTTP: the form, and what the answers mean."""

from __future__ import annotations

import email.message
import email.parser
import email.policy
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial.errors import (
    CredentialRefused,
    InspectionFailed,
    ReleaseClosed,
    SeatrialError,
    StorageFault,
    Unreachable,
    UploadRefused,
)
from seatrial.world.credentials import Credential
from seatrial.world.index import CLOSED_AFTER
from seatrial.world.ports import StoredFile
from seatrial.world.uploadform import fields_of
from tests.support.memory import ROOT, UNASKABLE
from tests.support.talker import Heard, Raw, Say, Talker, in_turn
from tests.support.wheels import make_sdist, make_wheel
from tests.world.indexes import HTML, JSON, TOKEN, index_at, login, stored


def form(heard: Heard) -> dict[str, list[bytes]]:
    """Read a multipart form with the standard library's parser."""
    head = f"Content-Type: {heard.headers['content-type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + heard.body)
    assert message.is_multipart()
    assert not message.defects
    fields: dict[str, list[bytes]] = {}
    for part in message.iter_parts():
        assert isinstance(part, email.message.EmailMessage)
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        name = str(part.get_param("name", header="content-disposition"))
        fields.setdefault(name, []).append(payload)
    return fields


HEADERS = (
    "Summary: A demo\nKeywords: a,b\nClassifier: X :: Y\nClassifier: Z\n"
    "Project-URL: Home, https://h.example\nProject-URL: Docs, https://d.example\n"
    "Requires-Dist: x>1\nRequires-Dist: y\nProvides-Extra: e\nRequires-Python: >=3.9\n"
    "Author-email: Zoë <z@e.example>\nPlatform: any\nDynamic: Version\n"
    "License-Expression: MIT\nLicense-File: LICENSE\nLicense-File: NOTICE\n"
    "Description-Content-Type: text/markdown\n\n# Demo — ünï\n\n--boundary\n"
)


def test_licence_files_of_old_metadata_stay_here(tmp_path: Path) -> None:
    """Setuptools names licence files in metadata that knows none yet, which PyPI would refuse."""
    old = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n"
    file = stored(make_wheel(tmp_path, replace={"{info}/METADATA": old}))
    assert "license_file" not in dict(fields_of(file))


@pytest.mark.parametrize("make", [make_wheel, make_sdist])
def test_the_form_holds_every_field(make: Callable[..., Path], tmp_path: Path) -> None:
    """Each field of the core metadata goes under the form's own name, repeated where multiple."""
    file = stored(make(tmp_path, headers=HEADERS))
    with Talker(in_turn(Say(200))) as talker:
        index_at(talker).upload(file)
        (heard,) = talker.heard
    fields = form(heard)
    content = file.path.read_bytes()
    sdist = file.name.endswith(".tar.gz")
    assert fields.pop("content") == [content]
    assert {name: [value.decode() for value in values] for name, values in fields.items()} == {
        ":action": ["file_upload"],
        "protocol_version": ["1"],
        "filetype": ["sdist" if sdist else "bdist_wheel"],
        "pyversion": ["source" if sdist else "py3"],
        "metadata_version": ["2.4"],
        "name": ["demo"],
        "version": ["1.0"],
        "summary": ["A demo"],
        "keywords": ["a, b"],
        "classifiers": ["X :: Y", "Z"],
        "project_urls": ["Home, https://h.example", "Docs, https://d.example"],
        "requires_dist": ["x>1", "y"],
        "provides_extra": ["e"],
        "requires_python": [">=3.9"],
        "author_email": ["Zoë <z@e.example>"],
        "platform": ["any"],
        "dynamic": ["Version"],
        "license_expression": ["MIT"],
        "license_file": ["LICENSE", "NOTICE"],
        "description_content_type": ["text/markdown"],
        "description": ["# Demo — ünï\n\n--boundary\n"],
        "sha256_digest": [file.sha256],
    }
    assert heard.headers["content-length"] == str(len(heard.body))
    assert heard.headers["authorization"] == login().authorization.reveal()
    assert "transfer-encoding" not in heard.headers


WORDS = b'{"message": "x", "code": "400 File already exists: sorry", "title": "Bad Request"}'


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (Say(400, WORDS, {"Content-Type": "application/json"}), UploadRefused, "File already"),
        (Say(400, b"too <b>old</b>", HTML), UploadRefused, "too"),
        (Say(409, reason="Conflict with itself"), UploadRefused, "Conflict with itself"),
        (Say(413), UploadRefused, "HTTP 413"),
        (Say(404), UploadRefused, "HTTP 404"),
        (Say(308, headers={"Location": "/legacy/?x=y"}), UploadRefused, r"leads to /legacy/ "),
        (Say(401), CredentialRefused, "came from the test"),
        (Say(403, reason=f"bad {TOKEN}"), CredentialRefused, r"bad \*\*\* "),
        (Say(429), Unreachable, "HTTP 429"),
        (Say(500), Unreachable, "HTTP 500"),
        (Say(503, reason="later"), Unreachable, "later"),
        (Raw(), Unreachable, "cut"),
        (Raw(b"SSH-2.0-OpenSSH\r\n"), Unreachable, "cut"),
        (Say(200, b"x" * 10, cut_after=5), Unreachable, "cut"),
    ],
)
def test_an_upload_is_judged_by_its_status(
    said: Say | Raw, error: type[SeatrialError], words: str, wheel: StoredFile
) -> None:
    """Each status has one meaning; the index's words are shown, without our login, not judged."""
    with Talker(in_turn(said)) as talker:
        with pytest.raises(error, match=words) as caught:
            index_at(talker).upload(wheel)
        assert len(talker.heard) == 1
    assert TOKEN not in f"{caught.value!r}{caught.value}"


@pytest.mark.parametrize(
    ("name", "age", "error"),
    [
        ("pypi", CLOSED_AFTER + 60, ReleaseClosed),
        ("pypi", CLOSED_AFTER - 60, UploadRefused),
        ("corp", CLOSED_AFTER + 60, UploadRefused),
    ],
)
def test_a_closed_release_is_known_by_its_first_upload(
    name: str, age: float, error: type[SeatrialError], tmp_path: Path
) -> None:
    """The page's upload times and the index's own clock tell that a release takes no more files."""
    file = stored(make_wheel(tmp_path))
    now = 1_000_000_000.0  # 2001-09-09T01:46:40Z: a clock that is not ours
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - age))
    old = {"filename": "demo-1.tar.gz", "url": "x", "upload-time": moment}
    other = {"filename": "demo-0.9.tar.gz", "url": "x", "upload-time": "1999-01-01T00:00:00Z"}
    page = json.dumps({"files": [old, other, {"filename": "notes.txt", "url": "x"}]}).encode()
    date = {"Date": "Sun, 09 Sep 2001 01:46:40 GMT"}

    def script(heard: Heard) -> Say:
        return Say(200, page, JSON) if heard.method == "GET" else Say(400, b"", date, "closed")

    with Talker(script) as talker, pytest.raises(error, match="closed"):
        index_at(talker, name=name).upload(file)


def test_an_early_answer_is_heard(tmp_path: Path) -> None:
    """A server that refuses before it has read the body is heard, not the broken pipe."""
    file = stored(make_wheel(tmp_path, size=8 << 20))
    said = in_turn(Say(413, reason="File too large"))
    with Talker(said, early=True) as talker, pytest.raises(UploadRefused, match="File too large"):
        index_at(talker).upload(file)


def test_bytes_that_changed_are_not_sent(wheel: StoredFile, tmp_path: Path) -> None:
    """A stored file that is not what was kept never reaches the index."""
    with Talker(in_turn(Say(200))) as talker:
        index = index_at(talker)
        other = StoredFile(name=wheel.name, sha256="0" * 64, size=wheel.size, path=wheel.path)
        with pytest.raises(InspectionFailed, match="kept as 0000"):
            index.upload(other)
        shorter = StoredFile(name=wheel.name, sha256="0" * 64, size=7, path=wheel.path)
        with pytest.raises(StorageFault, match="no longer its 7 bytes"):
            index.upload(shorter)
        gone = StoredFile(name=wheel.name, sha256="", size=7, path=tmp_path / "gone.whl")
        with pytest.raises(StorageFault, match="No such file"):
            index.upload(gone)
        assert all(wheel.path.read_bytes() not in heard.body for heard in talker.heard)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("demo-1.0-py3-none-any.whl", b"no zip"),
        ("demo-1.0.tar.gz", b"no tar"),
        ("demo-1.0.tar.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\0broken"),
        ("demo.whl", b""),
        ("demo-1.0.exe", b""),
        ("demo-1.0.zip", b"PK\x05\x06" + b"\0" * 18),
    ],
)
def test_what_is_no_distribution_is_not_sent(name: str, content: bytes, tmp_path: Path) -> None:
    """A file whose metadata cannot be read is refused here, with its name."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InspectionFailed, match=name):
        fields_of(stored(tmp_path / name))


def test_the_login_is_looked_up_once(wheel: StoredFile) -> None:
    """A keyring is asked once for all uploads, and again when the login was refused."""
    asked: list[int] = []

    def counted() -> Credential:
        asked.append(1)
        return login()

    with Talker(in_turn(Say(200))) as talker:
        index = index_at(talker, counted)
        assert index.check_credential() == "the test"
        index.upload(wheel)
        index.upload(wheel)
        assert len(asked) == 1
        talker.script = in_turn(Say(403))
        with pytest.raises(CredentialRefused):
            index.upload(wheel)
        talker.script = in_turn(Say(200))
        index.upload(wheel)
    assert len(asked) == 2


CHILD = """
import sys, hashlib, pathlib
from seatrial.secret import Secret
from seatrial.world.credentials import Credential
from seatrial.world.http import Http
from seatrial.world.index import HttpIndex
from seatrial.world.ports import StoredFile
from tests.support.memory import peak
small, big, url = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
login = Credential(username="u", password=Secret("p"), origin="here")
index = HttpIndex("corp", url, url, lambda: login, Http(environ={}))
for path in (small, big):
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    index.upload(StoredFile(name=path.name, sha256=digest, size=size, path=path))
    print(peak())
"""


@pytest.mark.skipif(UNASKABLE, reason="this system does not say it")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file of 96 MiB is uploaded in little more memory than a small one."""
    small = make_wheel(tmp_path, "small")
    big = make_wheel(tmp_path, "big", size=96 << 20)
    with Talker(in_turn(Say(200)), drain=True) as talker:
        argv = [sys.executable, "-c", CHILD, str(small), str(big), f"{talker.url}/legacy/"]
        done = subprocess.run(argv, check=True, capture_output=True, text=True, cwd=ROOT)
        assert int(talker.heard[1].headers["content-length"]) > big.stat().st_size
    before, after = (int(line) for line in done.stdout.split())
    assert after - before < 8 << 20
