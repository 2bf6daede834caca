"""ST6xx: what is found, and what is left alone.  Every token here is made up on the spot."""

from __future__ import annotations

import base64
import zlib

import pytest

from seatrial.rules.inputs import Login, LoginFile
from seatrial.rules.tokens import is_github_token, read_pypi_token
from seatrial.secret import Secret
from tests.rules.verdicts import Case
from tests.support.trees import Around, found

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def pypi_token(*caveats: str, host: str = "index.example") -> str:
    """Make a macaroon as PyPI makes its tokens, with a signature of nobody's."""

    def field(kind: int, data: bytes) -> bytes:
        return bytes([kind, len(data)]) + data

    packed = b"\x02" + field(1, host.encode()) + field(2, b"0" * 36) + b"\0"
    packed += b"".join(field(2, caveat.encode()) + b"\0" for caveat in caveats) + b"\0"
    packed += field(6, bytes(range(32)))
    return "pypi-" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def forge_token(*, valid: bool = True) -> str:
    """Make a text with the form of a GitHub token, with the right checksum or a wrong one."""
    body, spelt = "abcdefghij" * 3, ""
    number = zlib.crc32(body.encode()) + (not valid)
    while number:
        number, rest = divmod(number, 62)
        spelt = DIGITS[rest] + spelt
    return "ghp" + "_" + body + spelt.rjust(6, "0")


PYPI = pypi_token('[3, "0b0f"]', host="pypi.org")
KEY_ID = "AKIA" + "Q3EGZ4XN7BLMTW5A"
KEY = "q9Zr8+T1vXw3/Lk5Jh7Gf2Ds4Aa6Pm0NbVcXzYtE"
PRIVATE = f"-----BEGIN PRIVATE {'KEY'}-----\n{'Ab1+' * 60}\n-----END PRIVATE KEY-----\n"
LOGIN = "https://me:s3cr3tpass@index.example/simple"


def pypirc(token: str, *, open_to_others: bool = False) -> Around:
    """Give a home folder with a token in its ``.pypirc``."""
    login = Login(section="pypi", password=Secret(token), line=1)
    file = LoginFile(path="~/.pypirc", open_to_others=open_to_others, logins=(login,))
    return Around(logins=(file,))


CASES = [
    Case("ST601", {"deploy.sh": f"# Send\nTOKEN={PYPI}\n"}, ("deploy.sh:2",)),
    Case("ST601", {"README.md": "pypi-AgEIcHlwaS5vcmc" + "A" * 60}),
    Case("ST602", {"a.py": f"T = '{forge_token()}'\n"}, ("a.py:1",)),
    Case("ST602", {"a.py": f"T = '{forge_token(valid=False)}'\nU = 'ghp_{'x' * 36}'\n"}),
    Case("ST603", {"a.env": f"ID={KEY_ID}\nKEY={KEY}\n"}, ("a.env:1",)),
    Case("ST603", {"a.env": f"ID={KEY_ID}\n", "b": "AKIAIOSFODNN7EXAMPLE " + KEY}),
    Case("ST604", {"server.pem": PRIVATE}, ("server.pem:1",)),
    Case("ST604", {"tests/server.pem": PRIVATE, "a.py": "'-----BEGIN PRIVATE KEY-----'"}),
    Case("ST605", {".pypirc": "[pypi]\npassword = hunter2\n"}, (".pypirc:1",)),
    Case("ST605", {".pypirc": "[pypi]\nusername = __token__\npassword = <your token>\n"}),
    Case("ST606", {}, ("~/.pypirc",), pypirc("x", open_to_others=True)),
    Case("ST606", {}, (), pypirc("x")),
    Case("ST607", {}, ("~/.pypirc:1",), pypirc(PYPI)),
    Case("ST607", {}, (), pypirc(pypi_token('[1, ["demo"]]'))),
    Case("ST607", {}, (), pypirc(pypi_token('{"version": 1, "permissions": {"projects": []}}'))),
    Case("ST607", {}, (), pypirc("hunter2")),
    Case("ST608", {"pip.conf": f"[global]\nindex-url = {LOGIN}\n"}, ("pip.conf:2",)),
    Case("ST608", {"pip.conf": "index-url = https://${USER}:${PASS}@index.example/\n"}),
    Case("ST608", {"docs/pip.conf": LOGIN, "notes.md": LOGIN}),
    Case("ST609", {}, (".pypirc",), Around(dirty=(".pypirc",), untracked=(".pypirc",))),
    Case("ST609", {}, (), Around(untracked=(".pypirc",))),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_the_verdict_is_right(case: Case) -> None:
    """The rule finds the secrets, where they are, and takes nothing else for one."""
    case.check()


def test_no_message_shows_a_secret() -> None:
    """What is printed of a finding has no part of the token in it."""
    files = {"a": PYPI, "b": forge_token(), "c": f"{KEY_ID} {KEY}", "pip.conf": LOGIN}
    shown = [
        one.message for code in ("ST601", "ST602", "ST603", "ST608") for one in found(code, files)
    ]
    assert len(shown) == 4
    secrets = (PYPI[5:], forge_token()[4:], KEY_ID, KEY, "s3cr3t")
    assert not any(secret[:6] in message for message in shown for secret in secrets)


@pytest.mark.parametrize("caveat", ['{"version": 1, "permissions": "user"}', '[3, "id"]', "[0, 1]"])
def test_a_token_of_the_whole_account_is_told(caveat: str) -> None:
    """A caveat that names no project binds to none."""
    token = read_pypi_token(pypi_token(caveat))
    assert token is not None
    assert (token.host, token.projects) == ("index.example", False)


def test_a_cut_or_hostile_token_is_none() -> None:
    """Whatever the bytes, reading a token ends, and ends with nothing."""
    whole = pypi_token('[1, ["demo"]]')
    assert read_pypi_token(whole) is not None
    for length in range(5, len(whole) - 1, 3):
        assert read_pypi_token(whole[:length]) is None
    assert (
        read_pypi_token("pypi-" + base64.urlsafe_b64encode(b"\x02\x01" + b"\xff" * 99).decode())
        is None
    )


def test_the_checksum_of_a_forge_token() -> None:
    """A token of the right form with another checksum is none."""
    assert is_github_token(forge_token())
    assert not is_github_token(forge_token(valid=False))
