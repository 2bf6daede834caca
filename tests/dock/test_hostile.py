"""What hostile and broken clients send to the dock."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.dock import record, serving
from seatrial.dock.reader import BATCH, MAX_FIELDS_BYTES, FormReader, MalformedForm, Sink
from seatrial.dock.server import Dock
from seatrial.dock.values import Limits
from tests.dock.test_upload import held
from tests.dock.uploads import fields, upload
from tests.support.wheels import make_sdist, make_wheel

KIND = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="content"; filename="a.whl"\r\n\r\nbytes\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\ndemo\r\n'
END = b"--x--\r\n"
WHOLE = FIELD + PART + END


def head(*lines: str) -> bytes:
    """Give the head of an upload with these header lines."""
    first = ("POST /pypi/legacy/ HTTP/1.1", "Host: x", "Authorization: Bearer t")
    return "\r\n".join((*first, f"Content-Type: {KIND}", *lines, "", "")).encode()


def tree(folder: Path) -> set[str]:
    """Give every path below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PART, id="no end"),
        pytest.param(WHOLE.replace(b"--x", b"--y"), id="another boundary"),
        pytest.param(WHOLE.replace(b"\r\n", b"\n"), id="line feeds"),
        pytest.param(b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n" + END, id="no name"),
        pytest.param(b"--x\r\n\r\n1\r\n" + END, id="no headers"),
        pytest.param(b"--x\r\n" + b"A: 1\r\n" * 100 + b"\r\n1\r\n" + END, id="many headers"),
        pytest.param(b"--x\r\nA: " + b"1" * 9999 + b"\r\n\r\n1\r\n" + END, id="long header"),
        pytest.param(b"--x\r\nA\x00: 1\r\n\r\n1\r\n" + END, id="a null in a header"),
        pytest.param(WHOLE.replace(b'"name"', b'"\xff\xfe"'), id="no text"),
        pytest.param(FIELD * 3 + PART * 3 + END + b"more" * 100, id="after the end"),
        pytest.param(WHOLE.replace(b'="content"', b"*=utf-8''content"), id="RFC 2231"),
    ],
)
def test_a_malformed_body_is_answered(dock: Dock, body: bytes) -> None:
    """A form that is broken anywhere is refused, and leaves nothing behind."""
    answer = httpx.post(
        dock.upload_url("pypi"),
        content=body,
        headers={"Content-Type": KIND},
        auth=("__token__", "t"),
    )
    assert answer.status_code == 405
    assert list((dock.folder / ".incoming").iterdir()) == []
    assert not held(dock)


def test_a_form_without_a_boundary_is_no_form(dock: Dock) -> None:
    """A body that is announced as a form and cannot be taken apart is answered as PyPI does."""
    headers = {"Content-Type": "multipart/form-data"}
    answer = httpx.post(dock.upload_url("pypi"), content=WHOLE, headers=headers)
    assert (answer.status_code, answer.reason_phrase) == (400, "Bad Request")
    assert answer.text == "Invalid Form Data."


def test_a_description_of_any_length_is_refused_by_a_sentence(dock: Dock, tmp_path: Path) -> None:
    """What is more than is taken into memory is read to its end, and the reason is told."""
    wheel = make_wheel(tmp_path)
    long = fields(wheel, description="x" * (MAX_FIELDS_BYTES + 1))
    answer = upload(dock.upload_url("pypi"), wheel, long)
    assert answer.status_code == 400
    assert answer.reason_phrase.startswith("The fields of the form have more than")
    assert not held(dock)


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(
        st.sampled_from(
            [FIELD, PART, END, b"--x", b"\r\n", b"--", b"x", b'"', b"; filename=", b":"]
        )
        | st.binary(max_size=20),
        max_size=12,
    ),
    cut=st.integers(min_value=1, max_value=50),
)
def test_a_reader_gives_a_form_or_says_that_it_is_none(pieces: list[bytes], cut: int) -> None:
    """No body, however it is cut into pieces, makes the reader fall over or write elsewhere."""
    body = b"".join(pieces)
    with tempfile.TemporaryDirectory() as name:
        reader = FormReader(KIND, Path(name) / "half")
        try:
            for start in range(0, len(body), cut):
                reader.feed(body[start : start + cut])
            form = reader.finish()
        except MalformedForm:
            reader.discard()
            assert tree(Path(name)) == set()
        else:
            assert tree(Path(name)) == ({"half"} if form.file is not None else set())


@given(st.text(max_size=80) | st.text("multipart/form-data;boundary=x\"\\*' ", max_size=80))
def test_a_content_type_is_read_or_refused(kind: str) -> None:
    """No content type makes the reader fall over."""
    sent = kind.encode("latin-1", "replace").decode("latin-1")
    try:
        reader = FormReader(sent, Path("unused"))
    except MalformedForm:
        return
    assert reader.finish().file is None
    assert "boundary" in sent.lower()


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        pytest.param(("Content-Length: 10",), WHOLE, id="too small"),
        pytest.param(("Content-Length: 99999999999999999999",), WHOLE, id="too large"),
        pytest.param(("Content-Length: -1",), WHOLE, id="negative"),
        pytest.param(("Content-Length: ten",), WHOLE, id="no number"),
        pytest.param(("Content-Length: 5", "Content-Length: 6"), WHOLE, id="two of them"),
        pytest.param(("Transfer-Encoding: chunked",), b"zz\r\n" + WHOLE, id="no chunk"),
        pytest.param(("Transfer-Encoding: chunked",), b"fffffff\r\n" + WHOLE, id="half a chunk"),
        pytest.param(("Transfer-Encoding: gzip",), WHOLE, id="unknown coding"),
        pytest.param((), WHOLE, id="none at all"),
    ],
)
def test_a_wrong_length_stores_nothing(tmp_path: Path, lines: tuple[str, ...], body: bytes) -> None:
    """Whatever a request says of its length, nothing is held, and the next one is served."""
    with Dock(tmp_path / "dock") as dock:
        with socket.create_connection(("127.0.0.1", dock.port)) as wire:
            wire.sendall(head(*lines) + body)
            wire.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while piece := wire.recv(65536):
                    answer += piece
            except ConnectionResetError:
                answer = b""
        assert not answer or answer.startswith(b"HTTP/1.1 4")
        assert not held(dock)
    assert list((tmp_path / "dock").glob(".incoming/*")) == []


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HT", head("Content-Length: 500") + FIELD, head("Transfer-Encoding: chunked")],
    ids=["nothing", "half a head", "half a body", "no chunk"],
)
def test_a_client_that_does_not_go_on_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """Who begins a request and sends no more does not keep the connection, nor the half file."""
    monkeypatch.setattr(serving, "PATIENCE", 0.05)
    with Dock(tmp_path / "dock") as dock:
        with socket.create_connection(("127.0.0.1", dock.port)) as wire:
            wire.settimeout(60)
            wire.sendall(sent)
            try:
                left = wire.recv(1000)
            except ConnectionResetError:
                left = b""
            assert left == b""
        assert httpx.get(dock.simple_url("pypi")).status_code == 200
    assert list((tmp_path / "dock").glob(".incoming/*")) == []


def test_a_request_that_takes_us_long_is_not_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that has sent all is answered, however long the dock takes over it."""
    monkeypatch.setattr(serving, "PATIENCE", 0.02)
    with Dock(tmp_path / "dock", delay=0.2) as dock:
        assert upload(dock.upload_url("pypi"), make_wheel(tmp_path)).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "../../demo-1.0-py3-none-any.whl",
        "..\\demo-1.0-py3-none-any.whl",
        "/tmp/demo-1.0-py3-none-any.whl",  # noqa: S108 - never written to
        "C:\\demo-1.0-py3-none-any.whl/..",
        "..",
        ".whl",
        "d\u0435mo-1.0-py3-none-any.whl",  # a Cyrillic e
        "demo\u20101.0-py3-none-any.whl",  # a hyphen that is none
        "demo-1.0-py3-none-any.whl\u202e",
        "\uff44emo-1.0-py3-none-any.whl",  # a full-width d
        "demo-1.0-py3-none-any.whl\u0000.txt",
        "demo-1.0-py3-none-" + "a" * 300 + ".whl",
    ],
)
def test_a_name_leads_nowhere(tmp_path: Path, name: str) -> None:
    """A file name that is a path, or only looks like the right one, is refused by a sentence."""
    with Dock(tmp_path / "dock") as dock:
        wheel = make_wheel(tmp_path)
        before = tree(tmp_path)
        body = b"".join(
            f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields(wheel).items()
        )
        disposition = f'Content-Disposition: form-data; name="content"; filename="{name}"'
        body += f"--x\r\n{disposition}\r\n\r\n".encode() + wheel.read_bytes() + b"\r\n" + END
        answer = httpx.post(
            dock.upload_url("pypi"),
            content=body,
            headers={"Content-Type": KIND},
            auth=("__token__", "t"),
        )
        assert answer.status_code in {400, 405}
        assert not held(dock)
        assert tree(tmp_path) - before <= {"dock/.incoming"}


@pytest.mark.parametrize(
    "name", ["d\u0435mo", "..", "../demo", "demo/..", "\uff44emo", "demo\u200b"]
)
def test_a_project_name_leads_nowhere(dock: Dock, tmp_path: Path, name: str) -> None:
    """The name of a project, which becomes a folder's, is refused unless it is a true one."""
    wheel = make_wheel(tmp_path)
    before = tree(tmp_path)
    assert upload(dock.upload_url("pypi"), wheel, fields(wheel, name=name)).status_code == 400
    assert tree(tmp_path) - before <= {"dock/.incoming"}


@pytest.mark.parametrize(
    "path",
    [
        "/../legacy/",
        "/%2e%2e/legacy/",
        "/..%2f..%2fx/legacy/",
        "/.incoming/legacy/",
        "/forge/legacy/",
        "/%3Cscript%3E/legacy/",
        "/pypi/packages/../../../../../etc/passwd",
        "/pypi/packages/aa/bb/cc/..%2f..%2frequests.log",
        "/forge/repos/%2e%2e/%2e%2e/releases",
        "/forge/storage/%2e%2e/%2e%2e/1/requests.log",
    ],
)
def test_a_path_leads_nowhere(dock: Dock, tmp_path: Path, path: str) -> None:
    """No address reads or writes anything but what the dock holds."""
    wheel = make_wheel(tmp_path)
    before = tree(tmp_path)
    request = httpx.Request("POST", dock.url, data=fields(wheel), files={"content": b"x"})
    target = httpx.URL(dock.url).copy_with(raw_path=path.encode())
    with httpx.Client() as client:
        for method in ("GET", "POST"):
            sent = httpx.Request(method, target, headers=request.headers, content=request.read())
            assert client.send(sent).status_code in {400, 401, 403, 404, 405}
    assert tree(tmp_path) - before <= {"dock/.incoming"}


@pytest.mark.parametrize(("length", "status"), [(246, 200), (247, 400), (255, 400), (256, 400)])
def test_a_long_name_is_held_or_refused(tmp_path: Path, length: int, status: int) -> None:
    """A name is taken where it and all that lies beside it fit the disk, after a restart too."""
    wheel = make_wheel(tmp_path)
    build = "1".ljust(length - len("demo-1.0--py3-none-any.whl"), "a")
    body = {"content": (f"demo-1.0-{build}-py3-none-any.whl", wheel.read_bytes())}
    with Dock(tmp_path / "dock") as dock:
        url, form = dock.upload_url("pypi"), fields(wheel)
        answer = httpx.post(url, data=form, files=body, auth=("__token__", "t"))
        assert answer.status_code == status
        before = held(dock)
    with Dock(tmp_path / "dock") as again:
        assert held(again) == before
        assert len(before) == (status == 200)


def test_a_name_that_fills_the_room_is_found_again(tmp_path: Path) -> None:
    """An sdist whose name is as long as a file system allows has its record all the same."""
    name = "a" * (255 - len("-1.0.tar.gz"))
    sdist = make_sdist(tmp_path, name)
    with Dock(tmp_path / "dock") as dock:
        form = fields(sdist, name=name)
        assert upload(dock.upload_url("pypi"), sdist, form).status_code == 200
    with Dock(tmp_path / "dock") as again:
        assert set(held(again, project=name)) == {sdist.name}


def test_a_million_parts_are_a_large_body(tmp_path: Path) -> None:
    """Parts with nothing in them are counted too: what is kept in memory has a limit."""
    reader = FormReader(KIND, tmp_path / "half")
    some = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 1000

    def feed() -> None:
        for _ in range(MAX_FIELDS_BYTES // len(some)):
            reader.feed(some)

    with pytest.raises(MalformedForm):
        feed()


def test_a_file_without_end_does_not_fill_the_disk(tmp_path: Path) -> None:
    """Of a file over the limit no more than that is kept, and the refusal is PyPI's."""
    sink = Sink(tmp_path / "half", most=2 * BATCH)
    for _ in range(8):
        sink.write(b"x" * BATCH)
        sink.flush()
    sink.close()
    assert (sink.size, sink.path.stat().st_size) == (8 * BATCH, 3 * BATCH)
    with Dock(tmp_path / "dock", limits=Limits(file=BATCH)) as dock:
        answer = upload(dock.upload_url("pypi"), make_wheel(tmp_path, size=5 * BATCH))
        assert answer.reason_phrase.startswith("File too large.")


def test_asking_makes_nothing(dock: Dock) -> None:
    """Indexes that were only asked for are not remembered, and a long address is cut in the log."""
    with httpx.Client(base_url=dock.url) as client:
        for number in range(50):
            assert client.get(f"/index{number}/simple/demo/").status_code == 404
        client.get("/" + "a" * 20_000)
    assert dock._estate._indexes == {}
    assert len(dock.requests[-1].path) == record.LONGEST
