from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from seatrial.dock.identity import Job
from seatrial.dock.publishers import parse_publisher
from seatrial.dock.server import Dock
from seatrial.errors import CannotTell, CredentialMissing, CredentialRefused, Unreachable
from seatrial.secret import MASK, Redactor
from seatrial.world.credentials import Credential, Target, find_credential
from seatrial.world.http import Http
from seatrial.world.index import HttpIndex
from seatrial.world.trusted import SERVICES
from seatrial.world.wayin import way_in
from tests.dock.uploads import upload
from tests.support.talker import Say, Talker
from tests.support.wheels import make_sdist, make_wheel
from tests.world.indexes import stored

JOB = Job(repository="me/demo", environment="pypi")
MINT = "/_/oidc/mint-token"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test run in no job, wherever it runs."""
    names = [name for name, _ in SERVICES]
    for name in (*names, "ACTIONS_ID_TOKEN_REQUEST_URL", "PYPI_ID_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Give what puts this process into a job."""

    def into(variables: dict[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return into


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Dock]:
    """Give a dock that has a publisher for ``demo``, which it does not hold."""
    publisher = parse_publisher("demo=github:me/demo:release.yml:pypi")
    with Dock(tmp_path / "dock", publishers=[publisher]) as running:
        yield running


def asking() -> Http:
    """Give a client that does not wait."""
    return Http(environ={}, wait=lambda _: None, attempts=2)


def found(upload_url: str, home: Path, redactor: Redactor | None = None) -> Credential:
    """Find the credential, as a release does."""
    target = Target(name="pypi", upload_url=upload_url)
    trusted = partial(way_in, environ=os.environ, http=asking(), redactor=redactor or Redactor())
    return find_credential(target, {}, home, keyring=False, trusted=trusted)


def index_of(dock: Dock, home: Path) -> HttpIndex:
    """Give the dock's index, which is logged in to by the job's identity."""
    url = dock.upload_url("pypi")
    return HttpIndex("pypi", url, dock.simple_url("pypi"), lambda: found(url, home), asking())


def posts(dock: Dock) -> list[str]:
    """Give where something was sent to, in order."""
    return [seen.path for seen in dock.requests if seen.method == "POST"]


def hold(dock: Dock, folder: Path) -> None:
    """Let the dock hold a wheel of demo."""
    assert upload(dock.upload_url("pypi"), make_wheel(folder)).status_code == 200


def test_an_upload_is_made_by_the_jobs_identity(
    dock: Dock, tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """The identity is exchanged once, at the first upload; the token serves the next ones."""
    hold(dock, tmp_path)
    enter(dock.job(JOB))
    index = index_of(dock, tmp_path)
    for tag in ("py3-none-win32", "py3-none-win_amd64"):
        index.upload(stored(make_wheel(tmp_path, tag=tag)))
    assert posts(dock)[1:] == [MINT, "/pypi/legacy/", "/pypi/legacy/"]
    assert len(index.files("demo")) == 3


def test_the_check_beforehand_exchanges_where_the_project_is(
    dock: Dock, tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """Of a project that is there the exchange is tried; for a new one it could make the project."""
    enter(dock.job(JOB))
    index = index_of(dock, tmp_path)
    said = index.check_credential("demo")
    assert said == (
        "trusted publishing from GitHub Actions (repository me/demo, job_workflow_ref "
        "me/demo/.github/workflows/release.yml@refs/heads/main, environment pypi)"
    )
    assert posts(dock) == []
    hold(dock, tmp_path)
    assert index.check_credential() == said
    assert MINT not in posts(dock)
    assert index.check_credential("demo") == said
    assert posts(dock)[-1] == MINT


def test_what_to_set_up_is_named(
    dock: Dock, tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """Where no publisher fits, the index's reason comes with the claims that one has to have."""
    hold(dock, tmp_path)
    enter(dock.job(Job(repository="me/demo", workflow="other.yml")))
    with pytest.raises(CredentialRefused) as caught:
        index_of(dock, tmp_path).check_credential("demo")
    assert "Publisher with matching claims was not found" in caught.value.said
    step = caught.value.next_step
    assert "repository me/demo" in step
    assert "me/demo/.github/workflows/other.yml@refs/heads/main" in step
    assert "no environment" in step


def test_a_missing_permission_is_named(
    dock: Dock, tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """A job of GitHub's without the permission hears which one, beside the other ways to log in."""
    enter({"GITHUB_ACTIONS": "true"})
    with pytest.raises(CredentialMissing) as caught:
        index_of(dock, tmp_path).check_credential("demo")
    assert "trusted publishing: not possible: the job has no permission" in caught.value.said
    assert "permissions: id-token: write" in caught.value.next_step
    assert "$SEATRIAL_TOKEN_PYPI" in caught.value.next_step


def test_gitlabs_token_is_found(
    dock: Dock, tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """On GitLab the identity lies in a variable; without it, what to write is said."""
    dock._estate.publishers.add(parse_publisher("demo=gitlab:me/demo:.gitlab-ci.yml"))
    hold(dock, tmp_path)
    enter({"GITLAB_CI": "true"})
    with pytest.raises(CredentialMissing, match="PYPI_ID_TOKEN"):
        index_of(dock, tmp_path).check_credential("demo")
    enter(dock.job(Job(kind="gitlab", repository="me/demo", workflow=".gitlab-ci.yml")))
    index_of(dock, tmp_path).upload(stored(make_sdist(tmp_path)))
    assert len(index_of(dock, tmp_path).files("demo")) == 2


def test_a_stated_token_goes_first(
    dock: Dock,
    tmp_path: Path,
    enter: Callable[[dict[str, str]], None],
) -> None:
    """Who gives a token means it; who has one in .pypirc is asked for his identity first."""
    enter(dock.job(JOB))
    (tmp_path / ".pypirc").write_text("[pypi]\npassword = pypi-stored\n", encoding="utf-8")
    target = Target(name="pypi", upload_url=dock.upload_url("pypi"))
    trusted = partial(way_in, environ=os.environ, http=asking(), redactor=Redactor())
    given = {"SEATRIAL_TOKEN_PYPI": "pypi-given"}
    login = find_credential(target, given, tmp_path, keyring=False, trusted=trusted)
    assert (login.password.reveal(), login.exchange) == ("pypi-given", None)
    assert found(target.upload_url, tmp_path).exchange is not None


def test_an_index_without_trusted_publishing_is_passed_over(
    tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """An index that has no audience is logged in to by the other ways, and gets no identity."""
    enter({"GITHUB_ACTIONS": "true"})
    with Talker(lambda _: Say(404, b"")) as talker:
        text = f"[pypi]\nrepository = {talker.url}/legacy/\npassword = pypi-stored\n"
        (tmp_path / ".pypirc").write_text(text, encoding="utf-8")
        login = found(f"{talker.url}/legacy/", tmp_path)
    assert login.password.reveal() == "pypi-stored"


def test_no_identity_goes_over_an_open_line(
    tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """An index at an address that is not encrypted, and not on this machine, is not asked."""
    enter({"GITHUB_ACTIONS": "true"})
    with pytest.raises(CredentialMissing) as caught:
        found("http://index.example/legacy/", tmp_path)
    assert "trusted publishing" not in caught.value.said


def test_a_token_is_fetched_again_when_its_time_is_over(
    tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """A token that the index calls old already is not used for the next upload."""
    publisher = parse_publisher("demo=github:me/demo:release.yml:pypi")
    behind = 850.0
    with Dock(tmp_path / "dock", publishers=[publisher], clock=lambda: now() - behind) as dock:
        hold(dock, tmp_path)
        enter(dock.job(JOB))
        index = index_of(dock, tmp_path)
        for tag in ("py3-none-win32", "py3-none-win_amd64"):
            index.upload(stored(make_wheel(tmp_path, tag=tag)))
        assert posts(dock).count(MINT) == 2


def now() -> float:
    """Give the time."""
    import time

    return time.time()


def test_what_was_minted_is_never_shown(
    dock: Dock, tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """The token is a secret, and the redactor knows it."""
    hold(dock, tmp_path)
    enter(dock.job(JOB))
    redactor = Redactor()
    login = found(dock.upload_url("pypi"), tmp_path, redactor)
    assert login.exchange is not None
    minted = login.exchange()
    secret = minted.password.reveal()
    assert secret not in repr(minted)
    assert redactor.clean(secret.encode()) == MASK.encode()


AUDIENCE = Say(200, b'{"audience": "pypi"}', {"Content-Type": "application/json"})
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Say(200, b"<html>", JSON), CannotTell),
        (Say(200, b'{"success": true}', JSON), CannotTell),
        (Say(503, b""), Unreachable),
        (Say(422, b"[1]", JSON), CredentialRefused),
        (Say(422, b'{"errors": []}', JSON), CredentialRefused),
    ],
)
def test_an_odd_answer_to_the_exchange_is_an_error(
    dock: Dock,
    tmp_path: Path,
    enter: Callable[[dict[str, str]], None],
    answer: Say,
    error: type[Exception],
) -> None:
    """Whatever an index answers, the release stops with a sentence, and shows no identity."""
    enter(dock.job(JOB))
    with Talker(lambda heard: AUDIENCE if heard.method == "GET" else answer) as talker:
        login = found(f"{talker.url}/legacy/", tmp_path)
        assert login.exchange is not None
        with pytest.raises(error) as caught:
            login.exchange()
    assert "eyJ" not in str(caught.value)


def test_a_service_that_gives_nothing_is_told(
    dock: Dock, tmp_path: Path, enter: Callable[[dict[str, str]], None]
) -> None:
    """Where the job's own service refuses, that is said, and nothing is sent to the index."""
    enter(dock.job(JOB) | {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "wrong"})
    with pytest.raises(Unreachable, match="GitHub Actions"):
        found(dock.upload_url("pypi"), tmp_path)
    assert posts(dock) == []
