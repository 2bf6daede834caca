"""Trusted publishing by the real clients, which insist on HTTPS."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from seatrial.dock.identity import Job
from seatrial.dock.publishers import parse_publisher
from seatrial.dock.server import Dock
from seatrial.process import child_environment
from tests.dock.test_attestations import attested
from tests.support.wheels import make_sdist, make_wheel

EXCHANGE = """
import sys
from twine.auth import CredentialInput, Resolver
resolver = Resolver({"repository": sys.argv[1]}, CredentialInput("__token__"))
print(resolver.make_trusted_publishing_token())
"""
UV = str(Path(sys.executable).parent / "uv")
JOB = Job(repository="me/demo", environment="pypi")
OTHERS = [
    Job(repository="me/fork", environment="pypi"),
    Job(repository="me/demo", environment="pypi", workflow="other.yml"),
    Job(repository="me/demo", environment="staging"),
]


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Dock]:
    """Give a dock that serves over HTTPS, and waits for the publisher of ``demo``."""
    pending = parse_publisher("demo=github:me/demo:release.yml:pypi", pending=True)
    with Dock(tmp_path / "dock", tls=True, publishers=[pending]) as dock:
        yield dock


def run(dock: Dock, job: Job, argv: list[str], cwd: Path) -> tuple[int, str]:
    """Run a client in a job; give its exit code and what it printed."""
    env = {
        name: value
        for name, value in child_environment().items()
        if not name.startswith(("UV_", "TWINE_"))
    }
    env |= dock.job(job) | {"UV_NO_CONFIG": "1", "COLUMNS": "500"}
    env |= dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), str(dock.authority))
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=env,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr + done.stdout


def with_uv(dock: Dock, job: Job, file: Path, *beside: Path) -> tuple[int, str]:
    """Publish with uv."""
    options = ["--trusted-publishing", "always", "--publish-url", dock.upload_url("pypi")]
    return run(dock, job, [UV, "publish", *options, str(file), *map(str, beside)], file.parent)


def with_twine(dock: Dock, job: Job, file: Path) -> tuple[int, str]:
    """Upload with twine, by a token that twine's own exchange has fetched.

    Its command line makes the exchange with PyPI and TestPyPI only, whatever the index can do.
    """
    url = dock.upload_url("pypi")
    code, token = run(dock, job, [sys.executable, "-c", EXCHANGE, url], file.parent)
    if code:
        return code, token
    options = ["--non-interactive", "-u", "__token__", "-p", token.splitlines()[-1]]
    argv = [sys.executable, "-m", "twine", "upload", *options, "--repository-url", url, str(file)]
    return run(dock, job, argv, file.parent)


def held(dock: Dock) -> str:
    """Give the page of demo."""
    trust = ssl.create_default_context(cafile=str(dock.authority))
    return httpx.get(f"{dock.simple_url('pypi')}demo/", verify=trust).text


def test_uv_and_twine_publish_by_identity(secure: Dock, tmp_path: Path) -> None:
    """Both find the job's identity, exchange it, and upload; the first one makes the project."""
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    for publish, file in ((with_uv, wheel), (with_twine, sdist)):
        code, said = publish(secure, JOB, file)
        assert code == 0, said
    assert wheel.name in held(secure)
    assert sdist.name in held(secure)
    minted = [seen for seen in secure.requests if seen.path == "/_/oidc/mint-token"]
    assert [seen.status for seen in minted] == [200, 200]


@pytest.mark.parametrize("job", OTHERS)
def test_uv_and_twine_show_the_refusal(secure: Dock, tmp_path: Path, job: Job) -> None:
    """A job of another repository, workflow or environment sees PyPI's reason; nothing is held."""
    wheel = make_wheel(tmp_path)
    for publish in (with_uv, with_twine):
        code, said = publish(secure, job, wheel)
        assert code != 0
        assert "valid token, but no corresponding publisher" in said
        assert "Publisher with matching claims was not found" in said
    assert "404 Not Found" in held(secure)


def test_uv_brings_attestations(secure: Dock, tmp_path: Path) -> None:
    """What lies beside a file is uploaded with it: refused when it is about another one."""
    wheel, other = make_wheel(tmp_path), make_wheel(tmp_path, version="2.0")
    beside = wheel.with_name(f"{wheel.name}.publish.attestation")
    beside.write_text(json.dumps(attested(other)), encoding="utf-8")
    code, said = with_uv(secure, JOB, wheel, beside)
    assert code != 0
    assert "subject does not match distribution name" in said
    beside.write_text(json.dumps(attested(wheel)), encoding="utf-8")
    code, said = with_uv(secure, JOB, wheel, beside)
    assert code == 0, said
    assert f"/pypi/integrity/demo/1.0/{wheel.name}/provenance" in held(secure)


def test_a_token_can_be_burnt(secure: Dock) -> None:
    """A client that has done may end its token; once."""
    trust = ssl.create_default_context(cafile=str(secure.authority))
    with httpx.Client(base_url=secure.url, verify=trust) as client:
        told = secure.job(JOB)
        identity = client.get(
            told["ACTIONS_ID_TOKEN_REQUEST_URL"],
            params={"audience": "pypi"},
            headers={"Authorization": f"bearer {told['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"},
        ).json()["value"]
        token = client.post("/_/oidc/mint-token", json={"token": identity}).json()["token"]
        answers = [client.post("/_/oidc/burn-token", json={"token": token}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 422]
        assert client.post("/_/oidc/burn-token", content=b"x").status_code == 422
