from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from seatrial.config.schema import ForgeSettings
from seatrial.errors import CredentialMissing, InvalidConfiguration
from seatrial.world.forge.detect import Repository, api_address, detect
from seatrial.world.forge.token import find_token

NOTHING = ForgeSettings()
SERVER = ForgeSettings(kind="github")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/octo/De.mo-1.git",
        "https://github.com/octo/De.mo-1",
        "https://github.com/octo/De.mo-1/",
        "https://me:hunter2@GitHub.com:443/octo/De.mo-1.git",
        "https://www.github.com/octo/De.mo-1.git",
        "ssh://git@github.com/octo/De.mo-1.git",
        "ssh://git@ssh.github.com:443/octo/De.mo-1.git",
        "git+ssh://git@github.com/octo/De.mo-1.git",
        "git://github.com/octo/De.mo-1.git",
        "git@github.com:octo/De.mo-1.git",
        "org-17@github.com:octo/De.mo-1.git",
        "github.com:/octo/De.mo-1.git",
    ],
)
def test_every_form_of_a_github_address_is_known(url: str) -> None:
    """Scheme, user, port, suffix and case make no difference."""
    found = Repository(kind="github", host="github.com", owner="octo", name="De.mo-1")
    assert detect(url, NOTHING) == found
    assert api_address(found, NOTHING) == "https://api.github.com"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/octo/demo.git",
        "../demo.git",
        "C:/git/octo/demo.git",
        "C:\\git\\demo",
        "file:///srv/octo/demo.git",
        "https://gitlab.com/octo/demo.git",
        "git@gitlab.com:octo/demo.git",
        "https://github.com.evil.example/octo/demo.git",
        "https://evil.example/github.com/octo/demo.git",
        "https://github.com@evil.example/octo/demo.git",
        "git@evil.example:github.com/octo/demo.git",
        "https://github.com/octo",
        "https://github.com/octo/demo/extra.git",
        "https://github.com/octo/..",
        "https://github.com/octo/de%2Fmo",
        "https://[github.com/octo/demo",
        "./github.com:octo/demo",
    ],
)
def test_what_is_not_on_github_has_no_forge(url: str) -> None:
    """Paths, other hosts and look-alikes are no forge."""
    assert detect(url, NOTHING) is None


def test_another_host_is_a_forge_when_the_configuration_says_so() -> None:
    """``kind`` makes any host one, with its API at the usual place; ``api`` says another."""
    url = "git@git.corp.example:octo/demo.git"
    found = detect(url, SERVER)
    assert found == Repository(kind="github", host="git.corp.example", owner="octo", name="demo")
    assert api_address(found, SERVER) == "https://git.corp.example/api/v3"
    told = ForgeSettings(api="http://127.0.0.1:8000/forge/")
    assert detect(url, told) == found
    assert api_address(found, told) == "http://127.0.0.1:8000/forge"
    resident = detect("https://corp.ghe.com/octo/demo", NOTHING)
    assert resident is not None
    assert api_address(resident, NOTHING) == "https://api.corp.ghe.com"


def test_the_configuration_can_name_the_repository() -> None:
    """A mirror's address, or a path, tells nothing: ``repository`` does."""
    told = ForgeSettings(kind="github", repository="octo/demo", api="https://g.example/api")
    found = detect("/srv/mirror.git", told)
    assert found == Repository(kind="github", host="", owner="octo", name="demo")
    assert api_address(found, told) == "https://g.example/api"


@pytest.mark.parametrize(
    ("url", "settings", "key"),
    [
        ("https://github.com/octo/demo", ForgeSettings(repository="demo"), "repository"),
        ("/srv/mirror.git", ForgeSettings(kind="github", repository="octo/demo"), "api"),
        ("/srv/mirror.git", ForgeSettings(kind="github"), "repository"),
        ("https://gitlab.com/group/sub/demo", ForgeSettings(kind="github"), "repository"),
    ],
)
def test_a_forge_that_is_half_told_is_refused(url: str, settings: ForgeSettings, key: str) -> None:
    """Who names a forge wants it: what is missing is said before anything is planned for it."""
    with pytest.raises(InvalidConfiguration, match=rf"forge\.{key}"):
        detect(url, settings)


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a ``gh`` of our own, and nothing else, on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "gh"
    program.write_text(
        f'#!{sys.executable}\nimport sys\nassert sys.argv[1:4] == ["auth", "token", "--hostname"]\n'
        'print("gho_" + sys.argv[4]) if sys.argv[4] != "other.example" else sys.exit(1)\n',
        encoding="utf-8",
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))
    return program


@pytest.mark.parametrize(
    ("host", "environ", "token", "origin"),
    [
        ("github.com", {"GITHUB_TOKEN": "b", "GH_TOKEN": "a\n"}, "a", "$GH_TOKEN"),
        ("github.com", {"GITHUB_TOKEN": "b", "GH_TOKEN": ""}, "b", "$GITHUB_TOKEN"),
        ("git.example", {"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "c"}, "c", "$GH_ENTERPRISE_TOKEN"),
    ],
)
def test_the_token_comes_from_the_environment(
    host: str, environ: dict[str, str], token: str, origin: str, tmp_path: Path
) -> None:
    """GitHub's own variables are for GitHub's own host, and never for another server."""
    found = find_token(host, environ, tmp_path)
    assert (found.password.reveal(), found.origin) == (token, origin)


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_the_token_comes_from_gh_at_last(gh: Path, tmp_path: Path) -> None:
    """GitHub's command line is asked when the environment has none."""
    found = find_token("github.com", {}, tmp_path)
    assert (found.password.reveal(), found.origin) == (
        "gho_github.com",
        "gh auth token (github.com)",
    )
    with pytest.raises(CredentialMissing, match="exit code 1"):
        find_token("other.example", {"GH_TOKEN": "not for this host"}, tmp_path)
    gh.unlink()
    with pytest.raises(CredentialMissing, match="gh is not installed") as caught:
        find_token("github.com", {}, tmp_path)
    assert "$GH_TOKEN" in caught.value.next_step
