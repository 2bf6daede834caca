"""The workflow that releases, as it is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from seatrial.errors import InvalidConfiguration
from seatrial.operations.workflows import Generating, generate
from tests.ci.test_workflow import MATURIN, project, seatrial, tool
from tests.support.repositories import Repository

FILE = ".github/workflows/release.yml"
FORGE = "https://github.com/me/demo.git"
ALL = {
    "direct": "",
    "collects": '[collect]\nfrom = "github"\nworkflow = "wheels.yml"\n',
    "proposes": 'mode = "pull-request"\n',
    "published": 'trusted-publisher = "github:me/demo:release.yml:pypi"\n',
}


def made(folder: Path, more: str, remote: str = FORGE) -> Repository:
    """Make a repository on a forge, with more lines of configuration."""
    found = project(folder, MATURIN)
    found.git("remote", "add", "origin", remote)
    settings = (found.folder / "seatrial.toml").read_text("utf-8")
    found.commit("Configure", {"seatrial.toml": f"{more}{settings}"})
    return found


def written(repository: Repository, file: str = FILE, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - of any key
    """Write the workflow, and read it as the forge does."""
    generate(Generating(path=repository.folder, release=True, **asked))
    found: dict[str, Any] = yaml.safe_load((repository.folder / file).read_text("utf-8"))
    return found


@pytest.mark.parametrize("kind", ALL)
def test_the_job_may_do_what_a_release_does_and_no_more(tmp_path: Path, kind: str) -> None:
    """It writes contents, is known by its identity, and the rest only where it is needed."""
    flow = written(made(tmp_path, ALL[kind]))
    [job] = flow["jobs"].values()
    more = {"collects": {"actions": "read"}, "proposes": {"pull-requests": "write"}}.get(kind, {})
    assert flow["permissions"] == {"contents": "read"}
    assert job["permissions"] == {"contents": "write", "id-token": "write"} | more
    assert job.get("environment", "") == ("pypi" if kind == "published" else "")
    assert flow["concurrency"]["cancel-in-progress"] is False
    text = (tmp_path / "project" / FILE).read_text("utf-8")
    assert "secrets." not in text
    assert all(re.search(r"@[0-9a-f]{40} # v", one) for one in re.findall("uses: (.*)", text))


@pytest.mark.parametrize("kind", ALL)
def test_our_own_rules_find_nothing_in_it(tmp_path: Path, kind: str) -> None:
    """What the rules about workflows refuse in others' is not in ours."""
    repository = made(tmp_path, ALL[kind])
    written(repository)
    repository.commit("Release by CI")
    done = seatrial(repository, "check", "--select", "ST7", "--strict")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.registry
@pytest.mark.parametrize("kind", ALL)
def test_others_find_nothing_in_it(tmp_path: Path, kind: str) -> None:
    """It fits GitHub's schema of workflows, and an auditor of workflows finds nothing in it."""
    repository = made(tmp_path, ALL[kind])
    written(repository)
    schema = ["--builtin-schema", "vendor.github-workflows"]
    tool("check-jsonschema", *schema, FILE, cwd=repository.folder)
    tool("zizmor", "--offline", FILE, cwd=repository.folder)


def test_it_is_the_file_that_the_publisher_states(tmp_path: Path) -> None:
    """The index knows the job by its file's name, so that is what it is called."""
    repository = made(tmp_path, 'trusted-publisher = "github:me/demo:ship.yaml"\n')
    file = ".github/workflows/ship.yaml"
    written(repository, file)
    said = generate(Generating(path=repository.folder, release=True, check=True))
    assert (said.path, said.outcome, said.publisher) == (file, "current", "")
    other = made(tmp_path / "other", "")
    said = generate(Generating(path=other.folder, release=True))
    assert said.publisher == "github:me/demo:release.yml"
    told = seatrial(other, "ci", "--release", "--check")
    assert told.returncode == 0, told.stdout + told.stderr
    text = (other.folder / FILE).read_text("utf-8").replace("default: true", "default: false")
    (other.folder / FILE).write_text(text, "utf-8")
    told = seatrial(other, "ci", "--release")
    assert told.returncode == 1
    assert "seatrial ci --release --overwrite" in told.stdout


@pytest.mark.parametrize(
    ("more", "remote", "said"),
    [
        ("", "https://gitlab.com/me/demo.git", "generated for GitHub Actions alone"),
        ("", "/srv/git/demo.git", "generated for GitHub Actions alone"),
        ('mode = "pull-request"\n' + ALL["collects"], FORGE, "CI has not built it then"),
    ],
)
def test_what_it_cannot_do_is_refused(tmp_path: Path, more: str, remote: str, said: str) -> None:
    """A forge of another kind, and wheels that are not there yet when a merge is released."""
    repository = made(tmp_path, more, remote)
    with pytest.raises(InvalidConfiguration, match=said) as refused:
        written(repository)
    assert refused.value.next_step
    assert not (repository.folder / FILE).exists()
