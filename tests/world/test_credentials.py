from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.credentials import Credential as Held
from keyring.credentials import SimpleCredential
from keyring.errors import InitError

from seatrial.addresses import INDEXES
from seatrial.errors import CredentialMissing
from seatrial.world.credentials import Target, find_credential, token_host

PYPI = Target(name="pypi", upload_url=INDEXES["pypi"].upload)
TESTPYPI = Target(name="testpypi", upload_url=INDEXES["testpypi"].upload, staging=True)
CORP = Target(name="my-corp", upload_url="https://corp.example/legacy/")


def token(host: str) -> str:
    """Make a token as PyPI shapes it: a macaroon that begins with its location."""
    packed = b"\x02\x01" + bytes([len(host)]) + host.encode() + b"\x02\x03abc\x00\x00"
    return "pypi-" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


class Chain(KeyringBackend):
    """A keyring in memory, or one that fails."""

    priority = 1

    def __init__(self, held: dict[tuple[str, str], str], fault: Exception | None = None) -> None:
        self.held, self.fault = held, fault

    def get_password(self, service: str, username: str) -> str | None:
        """Give what is held."""
        if self.fault:
            raise self.fault
        return self.held.get((service, username))

    def get_credential(self, service: str, username: str | None) -> Held | None:
        """Give what is held, for any user name when none is asked for."""
        if self.fault:
            raise self.fault
        for (where, who), password in self.held.items():
            if where == service and username in {None, who}:
                return SimpleCredential(who, password)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing is stored by a release tool."""
        raise NotImplementedError


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Chain:
    """Put a keyring in memory in the place of the user's."""
    backend = Chain({})
    monkeypatch.setattr(keyring, "get_credential", backend.get_credential)
    monkeypatch.setattr(keyring, "get_password", backend.get_password)
    return backend


def pypirc(home: Path, text: str, mode: int = 0o600) -> None:
    """Write the file."""
    path = home / ".pypirc"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def found(target: Target, home: Path, environ: dict[str, str] | None = None) -> tuple[str, ...]:
    """Give user name, password and origin, without a keyring."""
    credential = find_credential(target, environ or {}, home, keyring=False)
    return credential.username, credential.password.reveal(), credential.origin


def test_the_variable_of_the_index_wins(tmp_path: Path) -> None:
    """A variable that names the index comes before those that name none."""
    environ = {
        "SEATRIAL_TOKEN_MY_CORP": "own\n",
        "TWINE_PASSWORD": "twine",
        "UV_PUBLISH_TOKEN": "uv",
    }
    assert found(CORP, tmp_path, environ) == ("__token__", "own", "$SEATRIAL_TOKEN_MY_CORP")
    environ["SEATRIAL_TOKEN_MY_CORP"] = " "
    environ |= {"SEATRIAL_USERNAME_MY_CORP": "me", "SEATRIAL_PASSWORD_MY_CORP": "p w"}
    assert found(CORP, tmp_path, environ) == ("me", "p w", "$SEATRIAL_PASSWORD_MY_CORP")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TWINE_PASSWORD": "p"}, ("__token__", "p", "$TWINE_PASSWORD")),
        ({"TWINE_PASSWORD": "p", "TWINE_USERNAME": "me"}, ("me", "p", "$TWINE_PASSWORD")),
        (
            {"UV_PUBLISH_TOKEN": "t", "TWINE_PASSWORD": ""},
            ("__token__", "t", "$UV_PUBLISH_TOKEN"),
        ),
        (
            {"UV_PUBLISH_USERNAME": "me", "UV_PUBLISH_PASSWORD": "p"},
            ("me", "p", "$UV_PUBLISH_PASSWORD"),
        ),
    ],
)
def test_what_twine_and_uv_read_is_read(
    environ: dict[str, str], expected: tuple[str, ...], tmp_path: Path
) -> None:
    """Variables of twine and uv serve the index to publish to."""
    assert found(PYPI, tmp_path, environ) == expected


def test_a_login_that_names_no_index_is_not_for_staging(tmp_path: Path) -> None:
    """The staging index gets twine's and uv's variables only where they say so."""
    environ = {"TWINE_PASSWORD": "p", "UV_PUBLISH_TOKEN": "t"}
    with pytest.raises(CredentialMissing, match=r"neither .TWINE_REPOSITORY nor"):
        found(TESTPYPI, tmp_path, environ)
    for said in (
        {"TWINE_REPOSITORY": "testpypi"},
        {"TWINE_REPOSITORY_URL": TESTPYPI.upload_url},
    ):
        assert found(TESTPYPI, tmp_path, environ | said)[1] == "p"
        assert found(PYPI, tmp_path, environ | said)[1] == "t"
    assert found(TESTPYPI, tmp_path, environ | {"UV_PUBLISH_INDEX": "testpypi"})[1] == "t"
    assert found(PYPI, tmp_path, environ | {"UV_PUBLISH_URL": "https://x.example/"})[1] == "p"


def test_a_token_made_for_another_host_is_passed_over(tmp_path: Path) -> None:
    """PyPI's token is never sent to TestPyPI, nor the other way round."""
    wrong, right = token("test.pypi.org"), token("pypi.org")
    assert token_host(right) == "pypi.org"
    credential = find_credential(
        PYPI, {"TWINE_PASSWORD": wrong, "UV_PUBLISH_TOKEN": right}, tmp_path, keyring=False
    )
    assert credential.password.reveal() == right
    assert credential.remarks == (
        "$TWINE_PASSWORD: passed over: it is a token made for test.pypi.org, not for pypi.org",
    )
    with pytest.raises(CredentialMissing, match=r"made for pypi\.org") as caught:
        found(TESTPYPI, tmp_path, {"SEATRIAL_TOKEN_TESTPYPI": right})
    assert right not in f"{caught.value!r}"
    assert found(CORP, tmp_path, {"TWINE_PASSWORD": right})[1] == right


@pytest.mark.parametrize(
    "text", ["", "pypi-", "pypi-!!!", "pypi-AgEI", "secret", "pypi-AgH_", "pypi-a"]
)
def test_what_is_no_token_has_no_host(text: str) -> None:
    """Broken and foreign tokens do not trip the reader."""
    assert token_host(text) in {"", "\ufffd"}


def test_a_token_with_a_user_name_is_remarked(tmp_path: Path) -> None:
    """A token goes with ``__token__``; another name is told, not changed."""
    credential = find_credential(
        PYPI,
        {"TWINE_PASSWORD": token("pypi.org"), "TWINE_USERNAME": "me"},
        tmp_path,
        keyring=False,
    )
    assert credential.username == "me"
    assert credential.remarks == ("a token goes with the user name __token__, not with me",)


def test_pypirc_is_read_as_it_stands(tmp_path: Path) -> None:
    """Percent signs are no references; ``index-servers`` is not needed."""
    pypirc(tmp_path, "[pypi]\nusername: __token__\npassword = a%b%%(c)s#d\n")
    assert found(PYPI, tmp_path) == ("__token__", "a%b%%(c)s#d", "~/.pypirc [pypi]")


def test_pypirc_is_found_by_address_too(tmp_path: Path) -> None:
    """A section of another name serves, when its repository is the upload address."""
    pypirc(
        tmp_path,
        "[distutils]\nindex-servers =\n    work\n"
        "[work]\nrepository = https://corp.example/legacy\nusername = me\npassword = p\n",
    )
    assert found(CORP, tmp_path) == ("me", "p", "~/.pypirc [work]")


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (CORP, "[my-corp]\nrepository = https://evil.example/\npassword = p\n"),
        (
            Target(name="pypi", upload_url="https://mirror.example/legacy/"),
            "[pypi]\npassword = p\n",
        ),
    ],
)
def test_a_section_for_another_host_is_passed_over(
    target: Target, text: str, tmp_path: Path
) -> None:
    """A login goes to the host that its section names, also when the index's name is the same."""
    pypirc(tmp_path, text)
    with pytest.raises(CredentialMissing, match="passed over"):
        found(target, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_pypirc_that_others_can_read_is_remarked(tmp_path: Path) -> None:
    """The remark says what to do; the login is used all the same."""
    pypirc(tmp_path, "[pypi]\npassword = p\n", 0o644)
    credential = find_credential(PYPI, {}, tmp_path, keyring=False)
    assert credential.remarks == ("others on this machine can read this file: chmod 600 it",)


def test_a_broken_pypirc_is_told_without_its_content(tmp_path: Path) -> None:
    """The place of the fault is told, never the line: it may be the password."""
    for content in (b"password = hunter2\n", b"[pypi]\nhunter2 hunter2\n", b"[pypi]\n\xff\xfe"):
        (tmp_path / ".pypirc").write_bytes(content)
        with pytest.raises(CredentialMissing, match=r"\.pypirc: cannot be") as caught:
            found(PYPI, tmp_path)
        assert "hunter2" not in f"{caught.value!r}{caught.value}"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="modes do not bind this user")
def test_a_pypirc_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """No right to read the file is one of the reasons, and no traceback."""
    pypirc(tmp_path, "[pypi]\npassword = p\n", 0o000)
    with pytest.raises(CredentialMissing, match="PermissionError"):
        found(PYPI, tmp_path)


def test_nothing_found_lists_every_place(tmp_path: Path) -> None:
    """The error says where it looked and what to set."""
    with pytest.raises(CredentialMissing) as caught:
        found(PYPI, tmp_path)
    for place in ("$SEATRIAL_TOKEN_PYPI", "$TWINE_PASSWORD", "$UV_PUBLISH_TOKEN", "~/.pypirc"):
        assert place in caught.value.said
    assert "$SEATRIAL_TOKEN_PYPI" in caught.value.next_step


def test_the_keyring_comes_last(tmp_path: Path, chain: Chain) -> None:
    """It is asked under the upload address, with the user name that is known."""
    chain.held[PYPI.upload_url, "other"] = "first"
    chain.held[PYPI.upload_url, "me"] = "second"
    pypirc(tmp_path, "[pypi]\nusername = me\n")
    credential = find_credential(PYPI, {}, tmp_path)
    assert (credential.username, credential.password.reveal()) == ("me", "second")
    assert credential.origin == f"keyring ({PYPI.upload_url})"
    assert found(PYPI, tmp_path, {"TWINE_PASSWORD": "p"})[1] == "p"


@pytest.mark.parametrize("fault", [InitError("locked"), RuntimeError("no D-Bus"), OSError("no")])
def test_a_keyring_that_fails_is_a_place_with_nothing(
    fault: Exception, tmp_path: Path, chain: Chain
) -> None:
    """A broken keyring is told as one of the places that were looked at."""
    chain.fault = fault
    with pytest.raises(CredentialMissing, match=f"did not answer .{type(fault).__name__}"):
        find_credential(PYPI, {}, tmp_path)


def test_a_credential_does_not_print_its_secret(tmp_path: Path) -> None:
    """Neither the value nor its authorization shows the password."""
    credential = find_credential(PYPI, {"TWINE_PASSWORD": "hunter2"}, tmp_path, keyring=False)
    assert "hunter2" not in f"{credential!r}{credential}{credential.authorization!r}"
    assert credential.authorization.reveal() == "Basic X190b2tlbl9fOmh1bnRlcjI="
