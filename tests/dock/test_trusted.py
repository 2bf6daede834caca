from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from seatrial.dock.identity import Job
from seatrial.dock.publishers import Publisher, parse_publisher
from seatrial.dock.server import Dock
from seatrial.errors import InvalidConfiguration
from tests.dock.test_upload import held
from tests.dock.uploads import fields, upload
from tests.support.wheels import make_sdist, make_wheel

GITHUB = parse_publisher("demo=github:Me/demo:release.yml:pypi")
JOB = Job(repository="me/demo", environment="pypi")


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        """Give the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give the dock's clock."""
    return Clock()


@pytest.fixture
def trusted(tmp_path: Path, clock: Clock) -> Iterator[Dock]:
    """Give a dock that holds ``demo`` and ``other``; the first has a trusted publisher."""
    wheel, other = make_wheel(tmp_path), make_wheel(tmp_path, "other")
    with Dock(tmp_path / "dock", publishers=[GITHUB], clock=clock) as dock:
        assert upload(dock.upload_url("pypi"), wheel).status_code == 200
        form = fields(other, name="other")
        assert upload(dock.upload_url("pypi"), other, form).status_code == 200
        yield dock


def identity(dock: Dock, job: Job, audience: str = "pypi") -> str:
    """Give an identity token, as a job on GitHub gets it."""
    told = dock.job(job)
    answer = httpx.get(
        told["ACTIONS_ID_TOKEN_REQUEST_URL"],
        params={"audience": audience},
        headers={"Authorization": f"bearer {told['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"},
    )
    assert answer.status_code == 200
    return str(answer.json()["value"])


def mint(dock: Dock, token: object, path: str = "/_/oidc/mint-token") -> httpx.Response:
    """Ask for a token to upload with."""
    return httpx.post(f"{dock.url}{path}", json={"token": token})


def minted(dock: Dock, job: Job = JOB) -> tuple[str, str]:
    """Give a login for uploads, which the dock has to grant."""
    answer = mint(dock, identity(dock, job))
    assert answer.status_code == 200, answer.text
    return "__token__", answer.json()["token"]


def refused(answer: httpx.Response) -> tuple[str, str]:
    """Give code and description of a refusal, of the form that all have."""
    assert answer.status_code == 422
    body = answer.json()
    assert body["message"] == "Token request failed"
    (error,) = body["errors"]
    return error["code"], error["description"]


@pytest.mark.parametrize("path", ["/_/oidc", "/pypi/_/oidc"])
def test_the_audience_is_the_index(trusted: Dock, path: str) -> None:
    """At the root of the host, and under the index's own address, the audience is named."""
    answer = httpx.get(f"{trusted.url}{path}/audience")
    assert answer.json() == {"audience": "pypi"}
    assert httpx.get(f"{trusted.url}/testpypi/_/oidc/audience").json() == {"audience": "testpypi"}


def test_the_issuer_is_found_as_openid_wants_it(trusted: Dock) -> None:
    """Whoever reads the discovery document can check a token with the key it leads to."""
    token = identity(trusted, JOB)
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    found = httpx.get(f"{issuer}/.well-known/openid-configuration").json()
    assert found["issuer"] == issuer
    key = jwt.PyJWKSet.from_dict(httpx.get(found["jwks_uri"]).json()).keys[0]
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="pypi", issuer=issuer)
    assert claims["repository"] == "me/demo"
    assert claims["job_workflow_ref"] == "me/demo/.github/workflows/release.yml@refs/heads/main"


@pytest.mark.parametrize("path", ["/_/oidc/mint-token", "/_/oidc/github/mint-token"])
def test_an_identity_is_exchanged_and_uploads(
    trusted: Dock, clock: Clock, tmp_path: Path, path: str
) -> None:
    """A job of the publisher's gets a token for a quarter of an hour, and uploads with it."""
    body = mint(trusted, identity(trusted, JOB), path).json()
    assert body["success"] is True
    assert body["token"].startswith("pypi-")
    assert body["expires"] == int(clock.now + 900)
    sdist = make_sdist(tmp_path)
    answer = upload(trusted.upload_url("pypi"), sdist, auth=("__token__", body["token"]))
    assert answer.status_code == 200
    assert sdist.name in held(trusted)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"repository": "me/fork"}, "Publisher with matching claims was not found"),
    ({"repository": "you/demo"}, "Publisher with matching claims was not found"),
    ({"workflow": "other.yml"}, "Publisher with matching claims was not found"),
    ({"environment": "staging"}, "Publisher with matching claims was not found"),
    ({"environment": ""}, "Publisher with matching claims was not found"),
    ({"claims": {"sha": None}}, "Missing claim 'sha'"),
    ({"claims": {"repository_owner": "you"}}, "Check failed for required claim 'repository_owner'"),
    ({"claims": {"job_workflow_ref": "x"}}, "Could not job extract workflow filename from"),
    (
        {"claims": {"job_workflow_ref": "you/shared/.github/workflows/release.yml@main"}},
        "The job_workflow_ref claim does not match, expecting one of",
    ),
    ({"claims": {"ref": "", "sha": ""}}, "The ref and sha claims are empty"),
    (
        {"event": "pull_request_target"},
        "Publishing from a workflow invoked via 'pull_request_target' is not supported.",
    ),
]


@pytest.mark.parametrize(("changes", "reason"), WRONG)
def test_another_job_is_refused(trusted: Dock, changes: dict[str, Any], reason: str) -> None:
    """Wrong repository, workflow or environment: the reason is PyPI's, to the word."""
    given: dict[str, Any] = {"repository": "me/demo", "environment": "pypi"} | changes
    code, said = refused(mint(trusted, identity(trusted, Job(**given))))
    assert code == "invalid-publisher"
    assert said.startswith(f"valid token, but no corresponding publisher ({reason}")


def test_a_token_is_exchanged_once(trusted: Dock) -> None:
    """The same identity token a second time is a reuse."""
    token = identity(trusted, JOB)
    assert mint(trusted, token).status_code == 200
    assert refused(mint(trusted, token)) == ("invalid-reuse-token", "invalid token: already used")


INVALID = ("invalid-token", "malformed or invalid token")


def test_a_token_for_another_index_is_refused(trusted: Dock) -> None:
    """The audience has to be this index's."""
    assert refused(mint(trusted, identity(trusted, JOB, "testpypi"))) == INVALID
    assert refused(mint(trusted, identity(trusted, JOB), "/testpypi/_/oidc/mint-token")) == INVALID


def test_an_expired_identity_is_refused(trusted: Dock, clock: Clock) -> None:
    """An identity token is good for its time by the index's clock, and half a minute."""
    token = identity(trusted, JOB)
    clock.now += 300 + 31
    assert refused(mint(trusted, token)) == INVALID
    clock.now -= 3600
    assert refused(mint(trusted, token)) == INVALID


def test_a_forged_token_is_refused(trusted: Dock) -> None:
    """A token signed by nobody, or with another key, is not good."""
    token = identity(trusted, JOB)
    head, body, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    kid = jwt.get_unverified_header(token)["kid"]
    secret = "a secret of thirty-two bytes, here"
    for forged in (
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        jwt.encode(claims, "", algorithm="none", headers={"kid": kid}),
        jwt.encode(claims, secret, algorithm="HS256", headers={"kid": kid}),
    ):
        assert refused(mint(trusted, forged)) == INVALID


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.e30", "ä.ö.ü", "a" * 10000])
def test_what_is_no_token_is_refused(trusted: Dock, token: str) -> None:
    """A text that is no identity token is called malformed."""
    assert refused(mint(trusted, token)) == ("invalid-payload", "malformed JWT")


def test_a_token_of_an_unknown_issuer_is_refused(trusted: Dock) -> None:
    """Only who is known may vouch for jobs."""
    claims = {"iss": "https://issuer.example", "aud": "pypi"}
    token = jwt.encode(claims, "a secret of thirty-two bytes, here", algorithm="HS256")
    said = ("invalid-payload", "unknown trusted publishing issuer")
    assert refused(mint(trusted, token)) == said


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b"{}", b'{"token": 1}', b"\xff", b"[" * 5000, b" " * 200000]
)
def test_a_body_that_asks_for_nothing_is_refused(trusted: Dock, body: bytes) -> None:
    """A body that is not an object with a token is answered, whatever it is."""
    code, said = refused(httpx.post(f"{trusted.url}/_/oidc/mint-token", content=body))
    assert code == "invalid-payload"
    assert said.startswith("1 validation error for TokenPayload")


def test_only_the_right_method_is_taken(trusted: Dock) -> None:
    """The exchange is a POST, the audience a GET."""
    assert httpx.get(f"{trusted.url}/_/oidc/mint-token").status_code == 405
    assert httpx.post(f"{trusted.url}/_/oidc/audience").status_code == 405


def test_a_minted_token_expires(trusted: Dock, clock: Clock, tmp_path: Path) -> None:
    """After a quarter of an hour PyPI's refusal comes, each reason twice as it has it."""
    login = minted(trusted)
    clock.now += 900
    answer = upload(trusted.upload_url("pypi"), make_sdist(tmp_path), auth=login)
    assert answer.status_code == 403
    assert answer.reason_phrase == "Invalid API Token: token is expired, token is expired"


def test_a_minted_token_is_for_its_project(trusted: Dock, tmp_path: Path) -> None:
    """Another project, one that is not there yet, and another index are all refused."""
    login = minted(trusted)
    sdist = make_sdist(tmp_path, "other")
    answer = upload(trusted.upload_url("pypi"), sdist, fields(sdist, name="other"), auth=login)
    reason = "OIDC scoped token is not valid for project 'other'"
    assert answer.reason_phrase == f"Invalid API Token: {reason}, {reason}"
    wheel = make_wheel(tmp_path, "new")
    answer = upload(trusted.upload_url("pypi"), wheel, fields(wheel, name="new"), auth=login)
    assert answer.reason_phrase.startswith("Non-user identities cannot create new projects.")
    answer = upload(trusted.upload_url("testpypi"), make_sdist(tmp_path), auth=login)
    assert answer.reason_phrase.startswith("Invalid or non-existent authentication information.")


def test_a_project_that_is_closed_takes_no_minted_token(trusted: Dock, tmp_path: Path) -> None:
    """Archived and quarantined projects refuse a publisher."""
    login = minted(trusted)
    for status in ("archived", "quarantined"):
        trusted.set_status("pypi", "demo", status)
        answer = upload(trusted.upload_url("pypi"), make_sdist(tmp_path), auth=login)
        assert answer.status_code == 403
        assert answer.reason_phrase.startswith("The given token isn't allowed to upload to")


def test_a_publisher_without_environment_takes_any(tmp_path: Path) -> None:
    """One with the job's environment goes before one without; that one takes every job."""
    anywhere = parse_publisher("demo=github:me/demo:release.yml")
    bound = parse_publisher("second=github:me/demo:release.yml:pypi")
    with Dock(tmp_path / "dock", publishers=[anywhere, bound]) as dock:
        for name in ("demo", "second"):
            wheel = make_wheel(tmp_path, name)
            upload(dock.upload_url("pypi"), wheel, fields(wheel, name=name))
        login = minted(dock, Job(repository="me/demo", environment="other"))
        sdist = make_sdist(tmp_path)
        assert upload(dock.upload_url("pypi"), sdist, auth=login).status_code == 200
        login = minted(dock, JOB)
        sdist = make_sdist(tmp_path, "second")
        form = fields(sdist, name="second")
        assert upload(dock.upload_url("pypi"), sdist, form, auth=login).status_code == 200


def test_a_pending_publisher_makes_the_project(tmp_path: Path) -> None:
    """The project is there, without files, from the exchange on; it stays the publisher's."""
    pending = parse_publisher("demo=github:me/demo:release.yml", pending=True)
    for file in (make_wheel(tmp_path), make_sdist(tmp_path)):
        with Dock(tmp_path / "dock", publishers=[pending]) as dock:
            login = minted(dock, JOB)
            assert httpx.get(f"{dock.simple_url('pypi')}demo/").status_code == 200
            assert upload(dock.upload_url("pypi"), file, auth=login).status_code == 200
            assert file.name in held(dock)


def test_a_pending_publisher_comes_too_late(tmp_path: Path) -> None:
    """Where the project exists by then, the pending publisher is told so, and is gone."""
    pending = parse_publisher("demo=github:me/demo:release.yml", pending=True)
    with Dock(tmp_path / "dock", publishers=[pending]) as dock:
        upload(dock.upload_url("pypi"), make_wheel(tmp_path))
        assert refused(mint(dock, identity(dock, JOB))) == (
            "invalid-pending-publisher",
            "valid token, but project already exists",
        )
        code, _ = refused(mint(dock, identity(dock, JOB)))
        assert code == "invalid-publisher"


def test_a_pending_publisher_cannot_have_every_name(tmp_path: Path) -> None:
    """A name that PyPI gives to nobody is refused at the exchange, in the words of that rule."""
    pending = Publisher(project="json", repository="me/demo", workflow="release.yml", pending=True)
    with Dock(tmp_path / "dock", publishers=[pending]) as dock:
        code, said = refused(mint(dock, identity(dock, JOB)))
        assert code == "invalid-payload"
        assert said.startswith("The name 'json' isn't allowed (conflict with Python Standard")
        assert httpx.get(f"{dock.simple_url('pypi')}json/").status_code == 404


def test_gitlab_publishes_too(trusted: Dock, tmp_path: Path) -> None:
    """A pipeline of GitLab has its token in a variable, and is matched by its own claims."""
    trusted.trust("demo=gitlab:group/sub/demo:.gitlab-ci.yml:pypi")
    job = Job(
        kind="gitlab",
        repository="group/sub/demo",
        workflow=".gitlab-ci.yml",
        environment="pypi",
    )
    token = mint(trusted, trusted.job(job)["PYPI_ID_TOKEN"]).json()["token"]
    answer = upload(trusted.upload_url("pypi"), make_sdist(tmp_path), auth=("__token__", token))
    assert answer.status_code == 200
    wrong = Job(kind="gitlab", repository="group/sub/demo", workflow="ci/other.yml")
    code, said = refused(mint(trusted, trusted.job(wrong)["PYPI_ID_TOKEN"]))
    assert code == "invalid-publisher"
    assert "Publisher with matching claims was not found" in said


@pytest.mark.parametrize("header", ["", "bearer", "bearer x", "basic e30=", "bearer e30=", "é"])
def test_nobody_gets_an_identity_without_a_job(trusted: Dock, header: str) -> None:
    """A request for an identity that names no job of the dock's is refused."""
    url = trusted.job(JOB)["ACTIONS_ID_TOKEN_REQUEST_URL"]
    answer = httpx.get(url, headers={b"Authorization": header.encode()})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "text", ["", "demo", "demo=github:me:release.yml", "demo=gitea:me/x:r.yml", "=github:a/b:c.yml"]
)
def test_a_publisher_that_cannot_be_read_is_named(text: str) -> None:
    """What is written otherwise is a fault of the command."""
    with pytest.raises(InvalidConfiguration, match="reading the trusted publisher"):
        parse_publisher(text)
