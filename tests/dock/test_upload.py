from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest

from seatrial.dock.entries import SeedFile
from seatrial.dock.server import Dock
from seatrial.dock.values import Limits
from seatrial.secret import Secret
from tests.dock.uploads import fields, upload
from tests.support.wheels import make_sdist, make_wheel


def held(dock: Dock, index: str = "pypi", project: str = "demo") -> dict[str, str]:
    """Give the digests an installer sees, by file name."""
    answer = httpx.get(
        f"{dock.simple_url(index)}{project}/",
        headers={"Accept": "application/vnd.pypi.simple.v1+json"},
    )
    if answer.status_code == 404:
        return {}
    return {file["filename"]: file["hashes"]["sha256"] for file in answer.json()["files"]}


def test_an_upload_is_taken_and_shown_at_once(dock: Dock, tmp_path: Path) -> None:
    """A good upload is answered with 200 and PyPI's empty page, and installers see the digest."""
    wheel = make_wheel(tmp_path)
    answer = upload(dock.upload_url("pypi"), wheel, headers={"Accept": ""})
    assert (answer.status_code, answer.reason_phrase) == (200, "OK")
    assert answer.text == "200 OK" + "\n" * 7
    assert held(dock) == {wheel.name: hashlib.sha256(wheel.read_bytes()).hexdigest()}


def test_the_same_bytes_again_change_nothing(dock: Dock, tmp_path: Path) -> None:
    """The identical file once more is answered as a success and stored once."""
    wheel = make_wheel(tmp_path)
    answers = [upload(dock.upload_url("pypi"), wheel).status_code for _ in range(2)]
    assert answers == [200, 200]
    assert len(held(dock)) == 1


def test_other_bytes_under_a_used_name_are_refused(dock: Dock, tmp_path: Path) -> None:
    """A name is used once: the refusal has PyPI's words in the reason and in the body."""
    first = make_wheel(tmp_path)
    upload(dock.upload_url("pypi"), first)
    before = held(dock)
    (tmp_path / "again").mkdir()
    second = make_wheel(tmp_path / "again", size=10)
    answer = upload(dock.upload_url("pypi"), second, headers={"Accept": "application/json"})
    digest = hashlib.blake2b(second.read_bytes(), digest_size=32).hexdigest()
    said = f"File already exists ('{second.name}', with blake2_256 hash '{digest}'). See "
    assert answer.status_code == 400
    assert answer.reason_phrase.startswith(said)
    assert answer.json()["code"].startswith(f"400 {said}")
    assert answer.json()["title"] == "Bad Request"
    assert held(dock) == before


def test_the_same_bytes_under_another_name_are_refused(dock: Dock, tmp_path: Path) -> None:
    """Content is used once too, whatever it is called."""
    wheel = make_wheel(tmp_path)
    upload(dock.upload_url("pypi"), wheel)
    twin = tmp_path / "demo-1.0-py2-none-any.whl"
    twin.write_bytes(wheel.read_bytes())
    answer = upload(dock.upload_url("pypi"), twin)
    assert (answer.status_code, "File already exists" in answer.text) == (400, True)


def test_indexes_know_nothing_of_each_other(dock: Dock, tmp_path: Path) -> None:
    """What the staging index holds, the real one does not."""
    upload(dock.upload_url("testpypi"), make_wheel(tmp_path))
    assert held(dock, "testpypi")
    assert not held(dock, "pypi")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256_digest": "0" * 64}, "The digest supplied does not match a digest"),
        ({"sha256_digest": None}, "Include at least one message digest"),
        ({"name": None}, "'' is an invalid value for Name"),
        ({"name": "-demo"}, "'-demo' is an invalid value for Name"),
        ({"name": "other"}, "Start filename for 'other' with 'other'"),
        ({"version": "2.0"}, "Version in filename should be '2.0' not '1.0'"),
        ({"version": "one"}, "'one' is invalid for 'version'"),
        ({"version": "1.0+local"}, "The use of local versions in '1.0+local' is not allowed"),
        ({"filetype": "bdist_egg"}, "Use a known file type"),
        ({"filetype": "sdist", "pyversion": None}, "Extension .whl is invalid for filetype sdist"),
        ({"protocol_version": "2"}, "Unknown protocol version"),
    ],
)
def test_a_bad_upload_is_refused_in_pypis_words(
    dock: Dock, tmp_path: Path, changes: dict[str, str | None], said: str
) -> None:
    """Each fault of the form is named as PyPI names it, and nothing is stored."""
    wheel = make_wheel(tmp_path)
    answer = upload(dock.upload_url("pypi"), wheel, fields(wheel, **changes))
    assert answer.status_code == 400
    assert said in answer.text.replace("&#x27;", "'")
    assert not held(dock)
    assert list((dock.folder / ".incoming").iterdir()) == []


@pytest.mark.parametrize("name", ["../demo-1.0-py3-none-any.whl", "a\\b.whl", "demo\x01.whl", "x"])
def test_a_hostile_file_name_is_refused(dock: Dock, tmp_path: Path, name: str) -> None:
    """A file name with a path, a control character or no extension never reaches the disk."""
    wheel = make_wheel(tmp_path)
    answer = httpx.post(
        dock.upload_url("pypi"),
        data=fields(wheel),
        files={"content": (name, wheel.read_bytes())},
        auth=("__token__", "t"),
    )
    assert answer.status_code == 400
    assert not held(dock)


def test_an_upload_without_a_file_is_refused(dock: Dock, tmp_path: Path) -> None:
    """A form without a file part is named as such."""
    form = fields(make_wheel(tmp_path))
    answer = httpx.post(
        dock.upload_url("pypi"),
        files={key: (None, value) for key, value in form.items()},
        auth=("__token__", "t"),
    )
    assert answer.status_code == 400
    assert answer.reason_phrase == "Upload payload does not have a file."


@pytest.mark.parametrize(
    ("action", "status"),
    [("submit", 410), ("doc_upload", 410), ("something", 405), (None, 405)],
)
def test_other_actions_are_answered_as_pypi_does(
    dock: Dock, tmp_path: Path, action: str | None, status: int
) -> None:
    """Actions of former days are gone, unknown ones are not allowed."""
    wheel = make_wheel(tmp_path)
    form = fields(wheel, **{":action": action})
    assert upload(dock.upload_url("pypi"), wheel, form).status_code == status


@pytest.mark.parametrize("body", [b"", b"--x\r\nrubbish", b"\x00" * 1000])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "multipart/form-data", "a/b"])
def test_a_body_that_is_no_form_is_refused(dock: Dock, body: bytes, kind: str) -> None:
    """Rubbish is answered, and leaves nothing behind."""
    answer = httpx.post(
        dock.upload_url("pypi"),
        content=body,
        headers={"Content-Type": kind},
        auth=("__token__", "t"),
    )
    assert answer.status_code == (400 if kind == "multipart/form-data" else 405)
    assert list((dock.folder / ".incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        (None, "Invalid or non-existent authentication information."),
        (("__token__", ""), "Invalid or non-existent authentication information."),
        (("guido", "secret"), "Username/Password authentication is no longer supported."),
    ],
)
def test_a_login_is_needed(
    dock: Dock, tmp_path: Path, auth: tuple[str, str] | None, said: str
) -> None:
    """Without a token the answer is PyPI's 403; it never sends a 401."""
    answer = upload(dock.upload_url("pypi"), make_wheel(tmp_path), auth=auth)
    assert answer.status_code == 403
    assert answer.reason_phrase.startswith(said)


def test_a_configured_login_is_the_only_one(tmp_path: Path) -> None:
    """With a credential configured, no other is taken."""
    wheel = make_wheel(tmp_path)
    with Dock(tmp_path / "dock", credential=("me", Secret("right"))) as dock:
        url = dock.upload_url("private")
        assert upload(url, wheel, auth=("__token__", "right")).status_code == 403
        assert upload(url, wheel, auth=("me", "wrong")).status_code == 403
        assert upload(url, wheel, auth=("me", "right")).status_code == 200


def test_a_release_closes_after_fourteen_days(tmp_path: Path) -> None:
    """Two weeks after its first file a release takes no more; the identical file is still fine."""
    now = [1_000_000.0]
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    with Dock(tmp_path / "dock", clock=lambda: now[0]) as dock:
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200
        now[0] += 14 * 86400 + 1
        refused = upload(dock.upload_url("pypi"), sdist)
        assert refused.status_code == 400
        assert (
            refused.reason_phrase
            == "Uploading new files to releases older than 14 days is not allowed."
        )
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200


def test_one_sdist_a_release(dock: Dock, tmp_path: Path) -> None:
    """An sdist must have the exact name of its release."""
    sdist = make_sdist(tmp_path)
    assert upload(dock.upload_url("pypi"), sdist).status_code == 200
    odd = sdist.rename(tmp_path / "Demo-1.0.tar.gz")
    odd.write_bytes(make_sdist(tmp_path, size=5).read_bytes())
    answer = upload(dock.upload_url("pypi"), odd)
    assert "Only one sdist may be uploaded per release." in answer.text


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """The index's size limit is applied to the file."""
    with Dock(tmp_path / "dock", limits=Limits(file=1024 * 1024)) as dock:
        answer = upload(dock.upload_url("pypi"), make_wheel(tmp_path, size=1024 * 1024))
        assert answer.reason_phrase.startswith("File too large. Limit for project 'demo' is 1 MB.")
        assert not held(dock)


def test_a_missing_slash_is_sent_on(dock: Dock) -> None:
    """An upload to the address without its final slash is redirected as a POST."""
    answer = httpx.post(dock.upload_url("pypi").rstrip("/"))
    assert (answer.status_code, answer.headers["location"]) == (308, "/pypi/legacy/")
    said = "An upload was attempted to /legacy but the expected upload URL is /legacy/ (with a"
    assert answer.reason_phrase.startswith(said)


def test_what_is_in_the_archive_is_judged(dock: Dock, tmp_path: Path) -> None:
    """A wheel that PyPI would not take for what it holds is not taken."""
    wheel = make_wheel(tmp_path, replace={"{info}/METADATA": None})
    answer = upload(dock.upload_url("pypi"), wheel)
    assert answer.reason_phrase == (
        f"Wheel '{wheel.name}' does not contain the required METADATA file: "
        "demo-1.0.dist-info/METADATA"
    )
    wheel.write_bytes(make_wheel(tmp_path).read_bytes() + b"more")
    said = upload(dock.upload_url("pypi"), wheel).reason_phrase
    assert said.startswith("Invalid distribution file. ZIP archive not accepted: Trailing data.")
    assert not held(dock)


def test_a_name_like_another_is_refused(dock: Dock, tmp_path: Path) -> None:
    """A new project may not look like one that is there, nor like the standard library."""
    url = dock.upload_url("pypi")
    first = make_wheel(tmp_path, "toasting")
    assert upload(url, first, fields(first, name="toasting")).status_code == 200
    for name, said in (
        ("t0ast1ng", "The name 't0ast1ng' is too similar to an existing project."),
        ("json", "The name 'json' isn't allowed (conflict with Python Standard Library"),
    ):
        wheel = make_wheel(tmp_path, name)
        assert upload(url, wheel, fields(wheel, name=name)).reason_phrase.startswith(said)


def test_what_the_real_index_holds_counts(dock: Dock, tmp_path: Path) -> None:
    """A file of the real index is known by its SHA-256; its name and content are taken."""
    wheel = make_wheel(tmp_path)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    seed = SeedFile(name=wheel.name, sha256=digest, url="http://x/")
    dock.seed("pypi", "demo", [seed])
    url = dock.upload_url("pypi")
    assert upload(url, wheel).status_code == 200
    twin = tmp_path / "demo-1.0-py2-none-any.whl"
    twin.write_bytes(wheel.read_bytes())
    assert upload(url, twin).reason_phrase.startswith("File already exists")
    assert upload(url, make_wheel(tmp_path, size=9)).reason_phrase.startswith("File already exists")
    assert held(dock) == {wheel.name: digest}


def test_what_is_wrong_is_said_in_pypis_order(dock: Dock, tmp_path: Path) -> None:
    """A field sent as a file comes before the login; without a form, the first field is missing."""
    wheel, url = make_wheel(tmp_path), dock.upload_url("pypi")
    parts = {key: (None, value) for key, value in fields(wheel).items()}
    files = [*parts.items(), ("keywords", ("x.txt", "a file"))]
    answer = httpx.post(url, files=files)
    assert (answer.status_code, answer.reason_phrase) == (400, "keywords: Should not be a tuple.")
    query = {":action": "file_upload"}
    answer = httpx.post(url, params=query, json={"name": "demo"}, auth=("__token__", "t"))
    assert answer.status_code == 400
    assert answer.reason_phrase.startswith("'' is an invalid value for Name.")
    answer = httpx.get(url, params=query)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    answer = httpx.post(f"{url}?:action=%ff")
    assert (answer.status_code, answer.text) == (400, "Invalid bytes in query string.")
    answer = httpx.post(url, params={":action": "doc_upload"})
    assert answer.reason_phrase.endswith("we recommend using https://readthedocs.org/.")


def test_options_is_answered_like_get(dock: Dock, tmp_path: Path) -> None:
    """Asking for options gives the page, as PyPI does."""
    upload(dock.upload_url("pypi"), make_wheel(tmp_path))
    url = f"{dock.simple_url('pypi')}demo/"
    assert httpx.options(url).text == httpx.get(url).text
    refused = httpx.delete(url)
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_every_spelling_of_a_version_is_one_release(dock: Dock, tmp_path: Path) -> None:
    """What is asked of a release is asked of all its files, and of no other release's."""
    for version, digest in (("1.0.0", "a"), ("1.0.1", "b"), ("0.9", "c")):
        seeded = SeedFile(name=f"demo-{version}.tar.gz", sha256=digest * 64, url="http://x/demo")
        dock.seed("pypi", "demo", [seeded])
    refused = upload(dock.upload_url("pypi"), make_sdist(tmp_path))
    assert refused.reason_phrase == "Only one sdist may be uploaded per release."
    later = make_sdist(tmp_path, version="1.1")
    assert upload(dock.upload_url("pypi"), later, fields(later, version="1.1")).status_code == 200


@pytest.mark.parametrize(("header", "status"), [("", 200), ("Content-Type: \r\n", 400)])
def test_a_part_with_an_empty_type_has_none(
    dock: Dock, tmp_path: Path, header: str, status: int
) -> None:
    """A file that states no content type is taken; one that states an empty one is refused (X5)."""
    wheel = make_wheel(tmp_path)
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields(wheel).items()
    ]
    named = f'--b\r\nContent-Disposition: form-data; name="content"; filename="{wheel.name}"\r\n'
    body = "".join(parts) + named + header + "\r\n"
    answer = httpx.post(
        dock.upload_url("pypi"),
        content=body.encode() + wheel.read_bytes() + b"\r\n--b--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
        auth=("__token__", "any"),
    )
    assert answer.status_code == status
